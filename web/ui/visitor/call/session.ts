// One call after the other on one page: its facts, its voice, its conversation.

import { forgetCalls } from "../../shared/keep.ts";
import type { Caller, Code, News, Signal } from "../../shared/protocol.ts";
import { inSpan, say, type Words } from "../../shared/say.ts";
import { whenSeen } from "../../shared/seen.ts";
import { talk, type Talk } from "../../shared/talk.ts";
import { spell, stayAwake } from "./doorcode.ts";
import { withCode, withNews, withRefusal } from "./news.ts";
import type { Page, Target } from "./page.ts";
import { presenter } from "./present.ts";
import { at, newFacts, over, type At, type Facts } from "./state.ts";
import { makeVoice, type Voice } from "./voice.ts";

export interface Session {
  /** What is known of the call. Read only: see change. */
  facts(): Facts;
  /** Changes facts and shows the screen they call for. `asked` says that the
   *  visitor caused it. */
  change(facts: Partial<Facts>, asked?: boolean): void;
  place(to: Target, caller: Caller, byText: boolean): void;
  /** Says once more whom to call, unless the server has told of the call. */
  dialAgain(): void;
  hear(s: Signal): void;
  say(s: Signal): void;
  /** Asks for the microphone, or takes it only if that raises no question. */
  microphone(how: "open" | "reopen"): Promise<void>;
  voice(): Voice | undefined;
  conversation(): Talk | undefined;
  /** The field that the visitor writes in, if it is there. */
  field(): HTMLTextAreaElement | null;
  /** Ends the sound of a call that is over; the screens go on. */
  silence(): void;
  /** Turns away from a call that the server has not told of yet. */
  abandon(): void;
  /** Forgets the call, so that the next one starts with nothing. */
  clean(): void;
  /** Forgets the call and goes back to the directory. */
  finish(): void;
  /** Whether there is a call on the screen. */
  busy(): boolean;
}

const tickEvery = 500;

export function newSession(page: Page, words: Words): Session {
  let f: Facts = newFacts({ entry: "", name: "", unit: "" }, {});
  let voice: Voice | undefined;
  let conversation: Talk | undefined;
  let was: At | "" = "";
  let ticking = 0;
  let unwanted = false; // given up before the server could name it
  const left = new Set<string>(); // calls the visitor has turned away from
  const present = presenter(page, words);
  const awake = stayAwake(() => was === "code");
  const send = (s: Signal) => page.line().say(s);

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
    forgetCalls(call);
    f.call = call;
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

  function clean(): void {
    silence();
    clearInterval(ticking);
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

  return {
    facts: () => f,
    change,
    place,
    dialAgain() {
      if (f.target.entry && !f.call) send(dial());
    },
    hear,
    say: send,
    microphone,
    voice: () => voice,
    conversation: () => conversation,
    field,
    silence,
    abandon() {
      unwanted = true;
      page.line().forget();
    },
    clean,
    finish,
    busy: () => ticking !== 0,
  };
}
