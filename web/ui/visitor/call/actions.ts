// What the buttons of a call do, by their data-do.

import { say, type Words } from "../../shared/say.ts";
import { readAloud, spell } from "./doorcode.ts";
import { withNews } from "./news.ts";
import type { Page } from "./page.ts";
import type { Session } from "./session.ts";
import { over, type Facts } from "./state.ts";

export type Actions = Record<string, (button: HTMLElement) => void>;

export function actions(s: Session, page: Page, words: Words): Actions {
  function cancel(): void {
    const f = s.facts();
    if (!f.call) s.abandon();
    else if (!over(f)) s.say({ t: "hangup", call: f.call });
    s.finish();
  }

  function hangUp(): void {
    const f = s.facts();
    s.say({ t: "hangup", call: f.call });
    s.silence();
    if (f.news) s.change(withNews(f, { ...f.news, state: "ended", reason: "visitor" }, words, Date.now()), true);
  }

  function callOther(): void {
    const f = s.facts();
    const [other] = f.news?.others ?? [];
    if (!other) return;
    if (!over(f)) s.say({ t: "hangup", call: f.call });
    s.place({ entry: other.entry, name: other.name, unit: f.target.unit }, f.caller, f.text);
  }

  function tellOpened(opened: "yes" | "no"): void {
    const { call, code } = s.facts();
    s.say({ t: "opened", call, nth: code?.nth ?? 1, opened });
    s.change({ opened, openedAt: Date.now(), help: opened === "no" ? "asking" : "" }, true);
  }

  function mute(): void {
    const muted = !s.facts().muted;
    s.voice()?.mute(muted);
    s.change({ muted });
  }

  async function copyLink(): Promise<void> {
    await navigator.clipboard?.writeText(location.href).catch(() => undefined);
    page.tell(say(words, "copied"), "status");
  }

  function again(): void {
    const f = s.facts();
    s.place(f.target, f.caller, f.text);
  }

  function read(): void {
    const { news, code } = s.facts();
    readAloud(say(words, "spoken", { door: news?.door ?? "", digits: spell(code?.digits ?? "") }));
  }

  return {
    cancel,
    hangup: hangUp,
    mute,
    other: callOther,
    back: s.finish,
    again,
    read,
    write() {
      s.change({ text: true }, true);
      s.field()?.focus();
    },
    microphone() {
      s.change({ mayAskAgain: false });
      void s.microphone("open");
    },
    hear: () => s.voice()?.play(),
    yes: () => tellOpened("yes"),
    no: () => tellOpened("no"),
    pick: (b) => s.change({ help: (b.dataset["pick"] ?? "") as Facts["help"] }, true),
    phrase: (b) => s.conversation()?.write(b.textContent ?? ""),
    copy: () => void copyLink(),
    retry: () => page.line().wake(),
    here: () => location.reload(),
  };
}
