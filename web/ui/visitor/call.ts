// A visitor's call, from the tap on Call to the open door. Signals and taps
// change the facts; every change shows the screen the facts call for.

import { forgetCalls, keepEntry, keptEntry } from "../shared/keep.ts";
import type { Caller, Code, News, Signal } from "../shared/protocol.ts";
import { inSpan, say, type Words } from "../shared/say.ts";
import type { Line } from "../shared/socket.ts";
import { talk, type Talk } from "../shared/talk.ts";
import { readAloud, spell, stayAwake } from "./call/doorcode.ts";
import { watchLine } from "./call/line.ts";
import { withCode, withNews, withRefusal } from "./call/news.ts";
import { presenter } from "./call/present.ts";
import { at, newFacts, over, type At, type Facts } from "./call/state.ts";
import { makeVoice, type Voice } from "./call/voice.ts";
import type { Screens } from "./page/screen.ts";

/** Whom to call. */
export interface Target {
  entry: string;
  name: string;
  unit: string;
}

/** What the page lends to a call. */
export interface Page {
  main: HTMLElement;
  screens: Screens;
  /** The IANA name of the door's clock. */
  zone: string;
  title: string;
  /** The line to the server, opened when it is first wanted. */
  line(): Line;
  tell(text: string, how: "status" | "alert"): void;
  stand(at: "directory" | "before" | "call"): void;
  /** Goes back to the directory. */
  leave(): void;
}

export interface CallPart {
  /** Calls somebody. Must run in the tap, as far as browsers ask for one. */
  place(to: Target, caller: Caller, byText: boolean): void;
  hear(s: Signal): void;
  up(again: boolean): void;
  down(wait: number): void;
  /** Does what a button says. */
  act(action: string, button: HTMLElement): void;
  /** Puts away a call that is over; false if there is one that is not. */
  back(): boolean;
}

const dialAgainAfter = 1_500; // the server tells of a placed call well before that
const tickEvery = 500;

export function callPart(page: Page, words: Words): CallPart {
  let f: Facts = newFacts({ entry: "", name: "", unit: "" }, {});
  let voice: Voice | undefined;
  let conversation: Talk | undefined;
  let was: At | "" = "";
  let ticking = 0;
  let redial = 0;
  let unwanted = false; // given up before the server could name it
  const left = new Set<string>(); // calls the visitor has turned away from
  const present = presenter(page, words);
  const awake = stayAwake(() => was === "code");
  const watch = watchLine((down, retry) => ticking && change({ down, retry }));
  const send = (s: Signal) => page.line().say(s);

  /** The only place that changes facts. */
  function change(facts: Partial<Facts>, asked = false): void {
    Object.assign(f, facts);
    ticking ||= window.setInterval(show, tickEvery, false);
    show(asked);
  }

  function show(asked: boolean): void {
    present(f, conversation, asked);
    const state = at(f, Date.now());
    if (state === was) return;
    const before = was;
    was = state;
    awake();
    if (state === "cancelled") finish();
    else if (state === "answered" && before !== "code" && before !== "used") answered();
    else if (state === "code" && before !== "expired") voice?.tones.play("code");
  }

  function answered(): void {
    voice?.tones.play("answered");
    if (f.text) field()?.focus();
  }

  const field = () => page.main.querySelector<HTMLTextAreaElement>("[data-conversation] textarea");

  function place(to: Target, caller: Caller, byText: boolean): void {
    clean();
    f = { ...newFacts(to, caller), text: byText };
    unwanted = false;
    voice = newVoice();
    voice.play();
    send(dial());
    change({}, true);
    if (!byText) void microphone("open");
  }

  const dial = (): Signal => ({ t: "dial", entry: f.target.entry, caller: f.caller });

  function newVoice(): Voice {
    return makeVoice({
      say: send,
      measured({ sound, path }) {
        page.main.dataset["audio"] = sound;
        page.main.dataset["path"] = path;
        if (f.speaking !== (sound === "heard")) change({ speaking: sound === "heard" });
      },
      blocked: (blocked) => change({ blocked }),
    });
  }

  async function microphone(how: "open" | "reopen"): Promise<void> {
    const mine = voice;
    const got = (await mine?.[how]()) ?? "missing";
    if (mine !== voice) return; // another call, or none any more
    change({ microphone: got, text: f.text || got !== "on" });
  }

  function hear(s: Signal): void {
    if (s.t === "call" && s.call && s.news) hearNews(s.call, s.news);
    else if (s.t === "refused" && s.refused?.of === "dial" && !f.call) change(withRefusal(s.refused, Date.now()));
    else if (s.t === "moved") stop();
    else if (s.call !== f.call) return;
    else if (s.t === "code" && s.code) hearCode(s.code);
    else if (s.t === "text") {
      conversation?.hear(s);
      change({ wrote: s.text ?? "" });
    } else voice?.hear(s);
  }

  function hearNews(call: string, news: News): void {
    if (left.has(call)) return;
    if (unwanted) {
      unwanted = false;
      left.add(call);
      send({ t: "hangup", call });
      return;
    }
    const back = f.call === "" && f.target.entry === ""; // a page that was loaded anew
    if (call !== f.call) adopt(call);
    change(withNews(f, news, words, Date.now()));
    conversation ??= converse(call);
    if (over(f)) silence();
    else if (news.ice) (voice ??= newVoice()).connect(call, news.ice);
    if (back && !over(f)) void microphone("reopen");
    show(false);
  }

  // adopt takes a call by its ID: just placed, or found again after a reload.
  function adopt(call: string): void {
    clearTimeout(redial);
    forgetCalls(call);
    f.call = call;
    if (f.target.entry) keepEntry(call, f.target.entry);
    else f.target.entry = keptEntry(call);
  }

  function converse(call: string): Talk {
    const region = page.screens.find("[data-conversation]");
    const root = page.screens.copy("talk", { name: f.target.name });
    region?.replaceChildren(root);
    return talk(region as HTMLElement, { call, you: say(words, "you"), them: f.target.name, say: send });
  }

  function hearCode(code: Code): void {
    const fresh = code.nth !== f.code?.nth;
    const typing = document.activeElement === field();
    change(withCode(f, code, Date.now()), fresh && !typing);
    if (fresh) page.tell(say(words, "code", { digits: spell(code.digits), in: inSpan(code.left_ms) }), "alert");
    whenSeen(() => send({ t: "shown", call: f.call, nth: code.nth }));
  }

  // silence ends the sound of a call that is over; the screens go on.
  function silence(): void {
    voice?.close();
    voice = undefined;
    conversation?.end();
    delete page.main.dataset["audio"];
    delete page.main.dataset["path"];
  }

  function stop(): void {
    silence();
    page.line().close();
    change({ moved: true });
    clearInterval(ticking);
  }

  /** Forgets the call, so that the next one starts with nothing. */
  function clean(): void {
    silence();
    clearInterval(ticking);
    clearTimeout(redial);
    ticking = 0;
    was = "";
    if (f.call) left.add(f.call);
    forgetCalls("");
    conversation = undefined;
    page.screens.find("[data-conversation]")?.replaceChildren();
    page.screens.find("[data-band]")?.replaceChildren();
    delete document.body.dataset["talk"];
    f = newFacts({ entry: "", name: "", unit: "" }, {});
    awake();
  }

  function finish(): void {
    clean();
    page.leave();
  }

  function cancel(): void {
    if (f.call && !over(f)) send({ t: "hangup", call: f.call });
    else if (!f.call) {
      unwanted = true;
      page.line().forget();
    }
    finish();
  }

  function hangUp(): void {
    send({ t: "hangup", call: f.call });
    silence();
    if (f.news) change(withNews(f, { ...f.news, state: "ended", reason: "visitor" }, words, Date.now()), true);
  }

  function callOther(): void {
    const [other] = f.news?.others ?? [];
    if (!other) return;
    if (!over(f)) send({ t: "hangup", call: f.call });
    place({ entry: other.entry, name: other.name, unit: f.target.unit }, f.caller, f.text);
  }

  function tellOpened(opened: "yes" | "no"): void {
    send({ t: "opened", call: f.call, nth: f.code?.nth ?? 1, opened });
    change({ opened, openedAt: Date.now(), help: opened === "no" ? "asking" : "" }, true);
  }

  function mute(): void {
    voice?.mute(!f.muted);
    change({ muted: !f.muted });
  }

  async function copyLink(): Promise<void> {
    await navigator.clipboard?.writeText(location.href).catch(() => undefined);
    page.tell(say(words, "copied"), "status");
  }

  const actions: Record<string, (button: HTMLElement) => void> = {
    cancel,
    hangup: hangUp,
    mute,
    other: callOther,
    back: finish,
    again: () => (f.target.entry ? place(f.target, f.caller, f.text) : finish()),
    write() {
      change({ text: true }, true);
      field()?.focus();
    },
    microphone() {
      change({ mayAskAgain: false });
      void microphone("open");
    },
    hear: () => voice?.play(),
    read: () => readAloud(say(words, "spoken", { door: f.news?.door ?? "", digits: spell(f.code?.digits ?? "") })),
    yes: () => tellOpened("yes"),
    no: () => tellOpened("no"),
    pick: (b) => change({ help: (b.dataset["pick"] ?? "") as Facts["help"] }, true),
    phrase: (b) => conversation?.write(b.textContent ?? ""),
    copy: () => void copyLink(),
    retry: () => page.line().wake(),
    here: () => location.reload(),
  };

  document.addEventListener("keydown", (e) => {
    const typing = e.target instanceof HTMLElement && e.target.matches("input, textarea");
    if (e.key.toLowerCase() === "m" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && f.microphone === "on") mute();
  });

  return {
    place,
    hear,
    act: (action, button) => actions[action]?.(button),
    up(again) {
      watch.up();
      if (f.retry) page.tell(say(words, "back"), "status");
      if (ticking) change({ retry: 0, down: 0 });
      conversation?.resend();
      if (again && f.target.entry && !f.call) redial = window.setTimeout(() => !f.call && send(dial()), dialAgainAfter);
    },
    down: watch.down,
    back() {
      if (!over(f) || was === "code" || was === "moved") return false;
      clean();
      return true;
    },
  };
}

function whenSeen(then: () => void): void {
  if (!document.hidden) then();
  else document.addEventListener("visibilitychange", () => whenSeen(then), { once: true });
}
