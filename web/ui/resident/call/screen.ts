// The page's one screen. show(state) is all there is: it fills the slots, shows
// the parts that belong, moves the focus and tells screen readers.

import type { Words } from "../../shared/say.ts";
import type { State } from "./calls.ts";
import { factsOf, slotsOf, tabTitle, tellings, type Around, type Facts, type Told } from "./text.ts";

/** A button whose meaning has just changed does nothing for this long. */
const deadFor = 400;

export interface Shown extends Around {
  /** The conversation of the call on the screen. */
  talk: HTMLElement | undefined;
}

/** Takes hold of the page. What it returns shows a state and may be called as
 *  often as anything changes: it touches only what is different. */
export function screen(body: HTMLElement, words: Words): (state: State, around: Shown) => void {
  const main = need(body, "main");
  const sheet = need<HTMLDialogElement>(body, "dialog");
  const place = need(body, "[data-talk]");
  const pageTitle = document.title;
  let before = "";
  let told = new Map<string, Told>();
  let settled = 0;

  keepTabInside(sheet);
  body.addEventListener("click", (e) => {
    if (main.hasAttribute("data-settling")) stop(e);
  }, true);

  function settle(): void {
    main.setAttribute("data-settling", "");
    clearTimeout(settled);
    settled = window.setTimeout(() => main.removeAttribute("data-settling"), deadFor);
  }

  function light(state: State): void {
    const night = state.at !== "home";
    body.classList.toggle("night", night);
    if (night) body.dataset.light = "night";
    else delete body.dataset.light;
    main.dataset.state = state.at;
    document.title = "call" in state ? tabTitle(state, words) : pageTitle;
  }

  function question(open: boolean): void {
    if (open === sheet.open) return;
    if (!open) return sheet.close();
    sheet.showModal();
    sheet.querySelector<HTMLElement>("h2")?.focus();
  }

  // A part that disappears takes the focus with it: then, and when it rings, the
  // title gets it. Who writes goes on writing.
  function focus(state: State, around: Shown): void {
    const at = document.activeElement;
    const lost = !at || at === body || !isSeen(at);
    if (state.at === "confirm" || (!lost && state.at !== "incoming")) return;
    const writes = state.at === "answered" && around.sound?.microphone === "off";
    const target = writes ? place.querySelector("textarea") : [...body.querySelectorAll<HTMLElement>("h1")].find(isSeen);
    target?.focus();
  }

  function inform(now: Map<string, Told>): void {
    for (const [key, { text, urgent }] of now) {
      if (!told.has(key)) sayAgain(need(body, urgent ? "[data-alert]" : "[data-status]"), text);
    }
    told = now;
  }

  return (state, around) => {
    const key = "call" in state ? `${state.at} ${state.call.id}` : state.at;
    const changed = key !== before;
    const first = before === ""; // the page was loaded: whoever reads begins at its top
    before = key;
    if (changed) light(state);
    const facts = factsOf(state, around);
    for (const [name, text] of Object.entries(slotsOf(state, around, words))) {
      for (const slot of body.querySelectorAll<HTMLElement>(`[data-slot=${name}]`)) put(slot, text);
    }
    for (const part of body.querySelectorAll<HTMLElement>("[data-in], [data-when]")) {
      part.hidden = !belongs(part, state.at, facts);
    }
    mark(main, state, around, facts);
    if (around.talk !== place.firstElementChild) place.replaceChildren(...(around.talk ? [around.talk] : []));
    question(state.at === "confirm");
    if (changed) settle();
    if (changed && !first) focus(state, around);
    inform(tellings(state, around, words));
  };
}

/** Facts that are attributes rather than words. */
function mark(main: HTMLElement, state: State, around: Shown, facts: Facts): void {
  main.dataset.audio = around.sound?.heard ?? "none";
  main.dataset.path = around.sound?.path ?? "";
  main.querySelector("[data-do=mute]")?.setAttribute("aria-pressed", String(facts.muted));
  for (const stage of main.querySelectorAll("[data-stage]")) stage.classList.toggle("near", state.at !== "incoming");
  const digits = "call" in state ? state.call.code?.digits : undefined;
  const code = need(main, "[data-slot=digits]");
  if (digits) code.dataset.doorcode = digits;
  else delete code.dataset.doorcode;
  for (const button of main.querySelectorAll<HTMLButtonElement>("[data-busy]")) {
    button.disabled = button.dataset.busy?.split(" ").some((name) => facts[name]) ?? false;
  }
}

/** data-in lists states, one of which it must be; data-when lists facts, all of
 *  which must hold, or not hold after a "!". */
function belongs(part: HTMLElement, at: string, facts: Facts): boolean {
  const states = part.dataset.in?.split(" ");
  const wanted = part.dataset.when?.split(" ") ?? [];
  if (states && !states.includes(at)) return false;
  return wanted.every((w) => (w.startsWith("!") ? !facts[w.slice(1)] : facts[w]));
}

/** Writes a text if it is another one. */
function put(at: HTMLElement, text: string): void {
  if (at.textContent !== text) at.textContent = text;
}

/** Fills a live region so that it is read, even if it says the same as before. */
function sayAgain(region: HTMLElement, text: string): void {
  region.textContent = "";
  window.setTimeout(() => (region.textContent = text), 50);
}

function isSeen(e: Element): boolean {
  return e.getClientRects().length > 0;
}

function stop(e: Event): void {
  e.preventDefault();
  e.stopImmediatePropagation();
}

/** Browsers let Tab leave a dialog for their own buttons; this one asks about a
 *  door, so it stays until it is answered. */
function keepTabInside(sheet: HTMLElement): void {
  sheet.addEventListener("keydown", (e) => {
    if (e.key !== "Tab") return;
    const stops = [...sheet.querySelectorAll<HTMLElement>("button:not(:disabled)")];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const next = at < 0 ? (e.shiftKey ? stops.length - 1 : 0) : (at + (e.shiftKey ? -1 : 1) + stops.length) % stops.length;
    e.preventDefault();
    stops[next]?.focus();
  });
}

function need<E extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}
