// Puts a call on the screen: the state's screen, the conversation, the band
// that says the line is down, the digits, the bars.

import { say, type Words } from "../../shared/say.ts";
import type { Talk } from "../../shared/talk.ts";
import { filled, type Fill } from "../page/screen.ts";
import { showDigits } from "./doorcode.ts";
import type { Page } from "./page.ts";
import { at, over, type At, type Facts } from "./state.ts";
import { left, view } from "./view.ts";

/** Shows facts on the page, again and again. `asked` says that the visitor
 *  caused the change. */
export function presenter(page: Page, words: Words): (f: Facts, talk: Talk | undefined, asked: boolean) => void {
  const band = page.screens.find<HTMLElement>("[data-band]");
  const told = new Set<string>(); // what is said once in a call

  function tellOnce(f: Facts, key: string, text: string): void {
    const once = `${key} ${f.call} ${f.until}`;
    if (!told.has(once)) page.tell(text, "status");
    told.add(once);
  }

  function warn(f: Facts, state: At, fill: Fill, now: number): void {
    if (state === "ringing" && f.until - now < 10_000) tellOnce(f, "ten", say(words, "ten_left"));
    if (fill["note-soon"]) tellOnce(f, "soon", String(fill["soon"]));
  }

  function showBand(f: Facts, state: At, fill: Fill): void {
    const code = state === "code";
    const wanted = f.retry > 0 && state !== "offline" && (code || !over(f));
    if (!wanted) band?.replaceChildren();
    else if (!band?.firstChild) band?.append(page.screens.copy("band", { ...fill, code, call: !code }));
    if (band) filled(band, { ...fill, code, call: !code });
  }

  function showParts(f: Facts, now: number): void {
    const output = page.screens.find<HTMLElement>("[data-code]");
    if (output && f.code) showDigits(output, f.code);
    const bar = page.screens.find<HTMLProgressElement>("[data-count]");
    if (bar) Object.assign(bar, left(f, now));
    for (const mute of page.main.querySelectorAll("[data-do=mute]")) mute.setAttribute("aria-pressed", String(f.muted));
  }

  return (f, talk, asked) => {
    const now = Date.now();
    const state = at(f, now);
    const screen = view(f, words, page.zone, now);
    page.stand("call");
    page.screens.show(screen, asked);
    const retry = { ...screen.fill, left: say(words, "seconds", { n: Math.max(0, Math.ceil((f.retry - now) / 1000)) }) };
    showBand(f, state, retry);
    showParts(f, now);
    showTalk(page, f, state, talk);
    warn(f, state, screen.fill, now);
    document.title = `${page.screens.find("h1")?.textContent ?? ""} – ${page.title}`;
  };
}

/** The conversation is there when it can be used, and after it while there is
 *  something to read. */
function showTalk(page: Page, f: Facts, state: At, talk: Talk | undefined): void {
  const region = page.screens.find<HTMLElement>("[data-conversation]");
  const lines = talk?.lines() ?? 0;
  const talking = f.news?.state === "answered";
  const ringing = state === "connecting" || state === "ringing" || state === "waiting";
  if (!region) return;
  const full = state === "answered" || (ringing && f.text) || (state === "ended" && lines > 0);
  const brief = state === "code" && talking && (f.text || lines > 0);
  region.hidden = !full && !brief;
  const size = full ? "full" : brief ? "brief" : "";
  if (document.body.dataset["talk"] !== size) {
    document.body.dataset["talk"] = size;
    talk?.latest();
  }
  const [phrases, field] = [region.querySelector<HTMLElement>("[data-phrases]"), region.querySelector<HTMLElement>("[data-field]")];
  if (phrases) phrases.hidden = lines > 0 || !full || over(f) || !f.text;
  if (field) field.hidden = over(f);
}
