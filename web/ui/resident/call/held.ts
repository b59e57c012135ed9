// The calls this page holds, each with its conversation and its voice.

import { forgetCalls } from "../../shared/keep.ts";
import type { Code, News, Refusal, Signal, SignalKind } from "../../shared/protocol.ts";
import { say, type Words } from "../../shared/say.ts";
import { talk, type Talk } from "../../shared/talk.ts";
import { ended, faceRefused, grantLeft, isGone, isMine, isOver, isStale, learn, withoutEndedCode, type Call } from "./calls.ts";
import { putAway } from "./away.ts";
import { keptVoice, voice, type Voice } from "./voice.ts";

/** What belongs to a call beside its state. */
export interface Leg {
  /** The conversation, ready to be shown. */
  root: HTMLElement;
  talk: Talk;
  /** Only while the call can be talked in. */
  voice: Voice | undefined;
}

export interface Held {
  list(): Call[];
  leg(c: Call): Leg | undefined;
  hear(s: Signal): void;
  change(c: Call, to: Partial<Call>): void;
  /** Puts a call away for good: later news of it are ignored. */
  drop(c: Call): void;
  /** Says again what may have been lost, because the line is back. */
  resume(): void;
  /** Ends the calls of which nothing was heard since a moment: the line that
   *  came back did not bring them back. */
  endMissing(since: number): void;
  /** Ends calls whose time is over, as they would be if the line were up. */
  expire(now: number): void;
}

export interface HeldBy {
  words: Words;
  /** Holds the markup of a conversation. */
  template: HTMLTemplateElement;
  say(s: Signal): void;
  silence(): MediaStream | null;
  /** Something is to be shown differently. */
  changed(): void;
  /** The server would not do something, and why. */
  refused(text: string): void;
}

/** What a person does and is told about if it cannot be done. */
const tapped: SignalKind[] = ["answer", "decline", "extend", "hangup", "text"];

export function held(by: HeldBy): Held {
  const calls = new Map<string, Call>(); // in the order in which they came
  const legs = new Map<string, Leg>();
  const away = putAway();

  function hear(s: Signal): void {
    if (s.t === "call" && s.call && s.news) hearNews(s.call, s.news);
    else if (s.t === "refused" && s.refused) hearRefusal(s.refused, calls.get(s.call ?? ""));
    const c = calls.get(s.call ?? "");
    if (c) hearOf(c, s);
    by.changed();
  }

  function hearOf(c: Call, s: Signal): void {
    const leg = legs.get(c.id);
    switch (s.t) {
      case "offer":
      case "candidate":
        leg?.voice?.hear(s);
        break;
      case "text":
        leg?.talk.hear(s);
        break;
      case "code":
        if (s.code) change(c, { code: s.code, codeEnds: Date.now() + s.code.left_ms, asked: 0, refused: null, face: "sent" });
        break;
      case "shown":
      case "opened":
        if (c.code && c.code.nth === s.nth) change(c, { code: seen(c.code, s) });
    }
  }

  function hearNews(id: string, news: News): void {
    const known = calls.get(id);
    if (insist(id, known, news)) return;
    const c = learn(known, id, news, Date.now());
    if (!c) return;
    if (!known) makeRoom();
    put(c);
    if (!isGone(c)) connect(c);
    const rings = c.face === "rings" && (news.state === "created" || (!known && news.state === "ringing"));
    if (rings) by.say({ t: "ringing", call: id });
  }

  // insist says a Decline or Hang up again that was lost with the line: for the
  // person who tapped it, the call is over.
  function insist(id: string, known: Call | undefined, news: News): boolean {
    const live = news.state === "created" || news.state === "ringing" || news.state === "waiting";
    if (away.has(id) && live) by.say({ t: "decline", call: id });
    const late = known !== undefined && isOver(known) && news.state === "answered";
    if (late) by.say({ t: "hangup", call: id });
    return away.has(id) || late;
  }

  // put keeps a call; one that is gone falls silent, but stays to be read.
  function put(c: Call): void {
    calls.set(c.id, c);
    const leg = legs.get(c.id) ?? begin(c);
    legs.set(c.id, leg);
    if (!isGone(c)) return;
    leg.voice?.close();
    leg.voice = undefined;
    leg.talk.end();
  }

  function begin(c: Call): Leg {
    const root = by.template.content.firstElementChild?.cloneNode(true) as HTMLElement;
    const names = { you: say(by.words, "you"), them: say(by.words, "them") };
    return { root, talk: talk(root, { call: c.id, ...names, say: by.say }), voice: undefined };
  }

  // connect prepares the voice while the call rings. A page that is loaded again
  // in mid-call asks the visitor for a new offer, and opens the microphone only
  // if it was open.
  function connect(c: Call): void {
    const leg = legs.get(c.id);
    const servers = c.news.ice ?? [];
    if (leg?.voice) leg.voice.servers(servers);
    if (!leg || leg.voice) return;
    const resumed = isMine(c);
    const { news } = c;
    const v = voice({ call: c.id, servers, relay: news.relay ?? false, resumed, silence: by.silence(), say: by.say, changed: by.changed });
    leg.voice = v;
    if (!resumed) return;
    by.say({ t: "renew", call: c.id });
    const before = keptVoice(c.id);
    if (before === "muted") v.mute(true);
    if (before !== "off") void v.speak();
  }

  // A refusal belongs to the call that waits for an answer of its kind, even if
  // it does not name it. What the page says by itself is refused in silence.
  function hearRefusal(r: Refusal, named: Call | undefined): void {
    const c = named ?? [...calls.values()].find((c) => (r.of === "grant" ? c.asked > 0 : c.face === "answering"));
    if (r.of === "grant" && c) change(c, { asked: 0, refused: r, face: "refused" });
    if (r.of === "answer" && c) put({ ...c, face: faceRefused(c, r) });
    const seen = r.of === "answer" && c && calls.get(c.id)?.face !== "rings"; // its screen says so
    if (r.of && tapped.includes(r.of) && !seen) by.refused(r.text);
  }

  function change(c: Call, to: Partial<Call>): void {
    put({ ...c, ...to });
    by.changed();
  }

  function drop(c: Call): void {
    legs.get(c.id)?.voice?.close();
    legs.delete(c.id);
    calls.delete(c.id);
    away.add(c.id);
    if (calls.size === 0) forgetCalls("");
    by.changed();
  }

  // makeRoom puts away what was left to read when somebody new calls.
  function makeRoom(): void {
    for (const c of calls.values()) if (isGone(c) && grantLeft(c, Date.now()) === 0) drop(c);
  }

  function resume(): void {
    for (const c of calls.values()) {
      if (isGone(c)) continue;
      legs.get(c.id)?.talk.resend();
      if (c.asked) by.say({ t: "grant", call: c.id, nth: c.asked });
      if (c.face === "answering") legs.get(c.id)?.voice?.answer();
    }
  }

  return {
    list: () => [...calls.values()],
    leg: (c) => legs.get(c.id),
    hear,
    change,
    drop,
    resume,
    endMissing(since) {
      for (const c of calls.values()) if (!isGone(c) && c.heard < since) put(ended(c, {}, Date.now()));
      by.changed();
    },
    expire(now) {
      for (const c of calls.values()) {
        const then = isStale(c, now) ? ended(c, { reason: "limit" }, now) : withoutEndedCode(c, now);
        if (then !== c) put(then);
      }
    },
  };
}

/** What the visitor's page says of a code: that it shows it, or what the door did. */
function seen(code: Code, s: Signal): Code {
  return { ...code, shown: true, opened: s.opened ?? code.opened ?? "" };
}
