// What a state looks like in words and in yes-or-no facts. The markup names
// both: data-slot for a text, data-when for the facts under which a part shows.

import type { CallerKind, News } from "../../shared/protocol.ts";
import { figures, say, type Words } from "../../shared/say.ts";
import { grantLeft, isGone, isMine, isOver, left, type Call, type OnCall, type State } from "./calls.ts";
import type { Sound } from "./voice.ts";

/** The line to the server; starting until it is up for the first time. */
export type LineState = "starting" | "up" | "down";

/** What else the screen depends on, beside the state. */
export interface Around {
  now: number;
  line: LineState;
  /** When the line is tried again, by Date.now. */
  nextTry: number;
  /** The ring can be heard. */
  audible: boolean;
  /** Of the call on the screen. */
  sound: Sound | undefined;
  /** Lines of text in it. */
  lines: number;
  /** A sentence from the server about something that could not be done. */
  trouble: string;
}

export type Facts = Record<string, boolean>;
export type Slots = Record<string, string>;

/** More time is offered this long before the limit. */
const warnBefore = 20_000;

/** The facts that parts of the markup show or hide by. */
export function factsOf(state: State, a: Around): Facts {
  const line = { up: a.line === "up", starting: a.line === "starting", down: a.line === "down", audible: a.audible };
  const page = { ...line, trouble: a.trouble !== "" };
  if (!("call" in state)) return page;
  const facts = { ...page, ...factsOfCall(state.call, a), ...factsOfPlace(state) };
  return { ...facts, ...bandOf(facts) };
}

/** Of the messages above a call only one shows: the first that applies. */
function bandOf(facts: Facts): Facts {
  const first = ["down", "blocked", "limit", "other", "trouble", "away", "elsewhere", "deaf", "trial"].find((name) => facts[name]);
  return first ? { banded: true, [`band-${first}`]: true } : {};
}

function factsOfPlace(state: OnCall): Facts {
  return {
    trial: state.trial,
    other: state.other !== undefined,
    elsewhere: state.at === "incoming" && state.call.news.state === "waiting",
    [`as-${state.call.news.caller?.kind || "unsaid"}`]: true,
  };
}

function factsOfCall(c: Call, a: Around): Facts {
  const over = isOver(c);
  const remains = left(c, a.now);
  const mic = a.sound?.microphone ?? "off";
  return {
    over,
    answering: c.face === "answering",
    mine: isMine(c),
    caller: Boolean(c.news.caller?.kind || c.news.caller?.line),
    gone: isGone(c),
    talks: a.lines > 0 || (isMine(c) && !over),
    away: Boolean(c.news.away) && !over,
    limit: isMine(c) && !over && remains < warnBefore && remains > 0,
    grant: !over || grantLeft(c, a.now) > 0,
    asked: c.asked > 0,
    given: c.code !== null,
    shown: Boolean(c.code?.shown),
    opened: c.code?.opened === "yes",
    closed: c.code?.opened === "no",
    hours: c.refused?.key === "grant.hours",
    retry: c.refused !== null && passing.includes(c.refused.kind),
    heard: a.sound?.heard === "heard" && !over,
    unheard: isMine(c) && !over && !c.news.away && Boolean(a.sound?.path) && a.sound?.heard === "none",
    blocked: Boolean(a.sound?.blocked) && !over && !c.news.away, // of nobody there is nothing to hear
    muted: mic === "muted",
    speaking: mic === "on" || mic === "muted",
    asking: mic === "asking",
    deaf: mic === "refused" || mic === "missing" || mic === "unable",
  };
}

/** Kinds of refusal that may be over the next time. */
const passing = ["busy", "down", "internal"];

/** The texts of the page that change. */
export function slotsOf(state: State, a: Around, words: Words): Slots {
  const tell = teller(words);
  const nextTry = Math.max(1, Math.ceil((a.nextTry - a.now) / 1000));
  const page = { retry: tell("retry", { n: nextTry }), trouble: a.trouble };
  return "call" in state ? { ...page, ...slotsOfCall(state, a, tell) } : page;
}

type Tell = (key: string, places?: Record<string, string | number>) => string;

function slotsOfCall(state: OnCall, a: Around, tell: Tell): Slots {
  const { call: c, other } = state;
  const { door, caller } = c.news;
  const mic = a.sound?.microphone ?? "off";
  return {
    title: titleOf(state, tell),
    lead: leadOf(state, a, tell),
    kind: tell(`caller.${kindOf(c.news)}`),
    said: caller?.line || tell(caller?.kind ? "said.kind" : "said.nothing"),
    only: tell("only", { door }),
    unheard: tell("unheard"),
    opens: tell("opens", { door }),
    digits: grouped(c.code?.digits ?? ""),
    reason: c.refused?.text ?? "",
    refusal: tell(refusals[c.refused?.key ?? ""] ?? "refused"),
    limit: tell("limit", { n: Math.max(1, Math.ceil(left(c, a.now) / 1000)) }),
    remains: tell("remains", { time: figures(grantLeft(c, a.now)) }),
    deaf: tell(`deaf.${mic}`),
    other: other ? tell(other.news.state === "waiting" ? "other.waits" : "other.calls", { door: other.news.door }) : "",
    otherSaid: other ? callerOf(other.news, tell) : "",
  };
}

const refusals: Record<string, string> = {
  "grant.no_lock": "refused.no_lock",
  "grant.hours": "refused.hours",
};

function titleOf(state: OnCall, tell: Tell): string {
  const { news } = state.call;
  switch (state.at) {
    case "taken":
      return tell("taken");
    case "missed":
      return tell(news.state === "cancelled" || news.state === "declined" ? news.state : "missed");
    default:
      return state.trial ? tell("trial") : news.door;
  }
}

function leadOf(state: OnCall, a: Around, tell: Tell): string {
  const { news } = state.call;
  const { door, building, label } = news;
  if (state.trial) return tell("trial.lead");
  switch (state.at) {
    case "incoming":
      return tell(state.call.face === "answering" ? "answering" : "where", { building, label });
    case "taken":
    case "missed":
      return tell("at", { door, building, kind: callerOf(news, tell) });
    default:
      return isOver(state.call)
        ? tell(`over.${news.reason ?? "unknown"}`)
        : tell("clock", { time: figures((news.talked_ms ?? 0) + a.now - state.call.heard), kind: tell(`caller.${kindOf(news)}`) });
  }
}

/** Says a sentence with its places kept apart from its direction. */
export function teller(words: Words): Tell {
  return (key, places = {}) => {
    const apart = Object.entries(places).map(([name, v]) => [name, typeof v === "string" ? island(v) : v]);
    return say(words, key, Object.fromEntries(apart));
  };
}

const leftToRight = /^[\p{Script=Latin}\p{Script=Common}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}]*$/u;

/** A value whose own direction cannot turn the sentence around it. */
function island(text: string): string {
  return leftToRight.test(text) && document.dir !== "rtl" ? text : `\u2068${text}\u2069`;
}

/** Who it says it is, in one line: "Delivery, Parcel for A. Nwosu". */
function callerOf(news: News, tell: Tell): string {
  const kind = tell(`caller.${kindOf(news)}`);
  return news.caller?.line ? tell("caller", { kind, line: news.caller.line }) : kind;
}

function kindOf(news: News): Exclude<CallerKind, ""> | "unsaid" {
  return news.caller?.kind || "unsaid";
}

/** Seven figures as 3 + 4, eight as 4 + 4, as people read them out. */
export function grouped(digits: string): string {
  return `${digits.slice(0, -4)} ${digits.slice(-4)}`.trim();
}

export interface Told {
  text: string;
  /** Interrupts what is being read. */
  urgent: boolean;
}

/** What screen readers are told, by keys: each is told once, when it appears. */
export function tellings(state: State, a: Around, words: Words): Map<string, Told> {
  const told = new Map<string, Told>();
  const tell = teller(words);
  const add = (key: string, text: string, urgent = false) => told.set(key, { text, urgent });
  if (!("call" in state) || state.trial) return told;
  const { call: c, at, other } = state;
  const facts = factsOf(state, a);
  if (at === "incoming" && c.face === "rings") add(`rings ${c.id} ${tenSeconds(c, a.now)}`, summons(c, tell), true);
  else if (at !== "incoming" && at !== "confirm") add(`${at} ${c.id} ${aboutCode(c)}`, outcome(state, tell), at === "refused");
  if (facts.limit) add(`limit ${c.id}`, tell("tell.limit"));
  if (facts.unheard) add(`unheard ${c.id}`, tell("unheard"));
  if (facts.down) add("down", tell("tell.down"), true);
  if (other) add(`other ${other.id}`, slotsOfCall(state, a, tell).other ?? "");
  return told;
}

/** An incoming call is told again every ten seconds. */
function tenSeconds(c: Call, now: number): number {
  return Math.ceil(left(c, now) / 10_000);
}

function aboutCode({ code }: Call): string {
  return code ? `${code.nth} ${code.shown} ${code.opened}` : "";
}

/** "North gate. Delivery." */
function summons(c: Call, tell: Tell): string {
  return tell("tell.rings", { door: c.news.door, kind: callerOf(c.news, tell) });
}

function outcome(state: OnCall, tell: Tell): string {
  const { code, news, refused } = state.call;
  switch (state.at) {
    case "answered":
      return tell("tell.answered", { door: news.door });
    case "sent":
      return tell(code?.opened ? `tell.opened.${code.opened}` : code?.shown ? "tell.shown" : "tell.sent");
    case "refused":
      return refused?.text ?? "";
    case "ended":
      return tell(`over.${news.reason ?? "unknown"}`);
    default:
      return titleOf(state, tell);
  }
}

/** The title of the browser's tab. */
export function tabTitle(state: OnCall, words: Words): string {
  const tell = teller(words);
  if (state.trial || state.at === "taken" || state.at === "missed") return titleOf(state, tell);
  const key = state.at === "incoming" ? "title.rings" : state.at === "ended" ? "title.over" : "title.talks";
  return tell(key, { door: state.call.news.door });
}
