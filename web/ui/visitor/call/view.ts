// What each screen of a call says, from the facts of the call.

import { clock, figures, inSpan, say, type Words } from "../../shared/say.ts";
import type { Fill, Screen } from "../page/screen.ts";
import { at, over, type At, type Facts } from "./state.ts";

const endsSoon = 20_000;

/** The screen for the facts at a moment. */
export function view(f: Facts, words: Words, zone: string, now: number): Screen {
  const state = at(f, now);
  const others = (f.news?.others ?? []).map((o) => ({ other: o.name }));
  return {
    state: state === "expired" ? "ended" : state,
    template: template(state, f),
    others,
    fill: { ...names(f), ...ringing(f, state, words, now), ...voice(f), ...talking(f, words, now), ...code(f, zone, now), ...end(f, zone, now) },
  };
}

function template(state: At, f: Facts): string {
  if (f.text && (state === "connecting" || state === "ringing" || state === "waiting")) return "texting";
  if (state === "code" && f.help === "asking") return "help";
  return state;
}

function names(f: Facts): Fill {
  const other = f.news?.others?.[0]?.name;
  return {
    name: f.target.name,
    unit: f.news?.unit ?? f.target.unit,
    door: f.news?.door ?? f.code?.door ?? "",
    other,
    others: other !== undefined,
    alone: other === undefined,
  };
}

function ringing(f: Facts, state: At, words: Words, now: number): Fill {
  const n = f.news?.devices ?? 0;
  const unit = f.news?.unit ?? f.target.unit;
  const named = unit !== "" && f.target.name === f.news?.name; // else the name says the unit already
  const devices = named ? say(words, "unit_devices", { unit, n }) : say(words, "devices", { n });
  const until = state === "offline" ? f.retry : f.until;
  return {
    connecting: state === "connecting",
    ringing: state === "ringing",
    waiting: state === "waiting",
    devices: n > 0 ? devices : "",
    left: until ? span(until - now, words) : "",
    phone: !navigator.onLine,
    line: navigator.onLine,
    held: f.call !== "",
    placing: f.call === "",
  };
}

function voice(f: Facts): Fill {
  return {
    ask: f.microphone === "" && !f.text,
    speaks: f.microphone === "on",
    again: f.mayAskAgain && (silenced(f) || (f.text && f.microphone === "")),
  };
}

/** The one note of a call that matters most: notes never stand two high, and
 *  the band about the line stands for all of them. */
function note(f: Facts, now: number): string {
  const answered = f.news?.state === "answered";
  if (f.retry) return "line";
  if (answered && f.blocked) return "blocked";
  if (answered && f.news?.away) return "away";
  if (answered && f.until - now <= endsSoon) return "soon";
  if (f.microphone === "unable") return "unable";
  return silenced(f) ? "none" : "";
}

/** Whether there is no voice, but might be one if the visitor wants it. */
function silenced(f: Facts): boolean {
  return f.microphone === "refused" || f.microphone === "missing";
}

function talking(f: Facts, words: Words, now: number): Fill {
  const answered = f.news?.state === "answered";
  return {
    talking: answered,
    over: over(f),
    talked: figures(now - f.answered),
    speaking: answered && f.speaking,
    soon: say(words, "ends_soon", { name: f.target.name }),
    [`note-${note(f, now)}`]: true,
  };
}

function code(f: Facts, zone: string, now: number): Fill {
  const ends = f.code ? clock(f.code.until_ms, zone) : "";
  const pressed = /^c1/i.test(f.code?.model ?? ""); // this lock wants a key after the digits
  return {
    digits: String(f.code?.digits.length ?? ""),
    midnight: ends === "00:00",
    until: ends !== "00:00",
    ends,
    in: inSpan(f.codeEnds - now),
    speech: "speechSynthesis" in window,
    confirm: pressed,
    three: !pressed,
    deadbolt: /^m$/i.test(f.code?.model ?? ""), // M2, G-M2 and M3 take doorcodes while it is thrown
    [`advice-${f.help}`]: true,
  };
}

function end(f: Facts, zone: string, now: number): Fill {
  const moment = f.opened === "yes" ? f.openedAt : f.since;
  return {
    time: moment ? clock(moment, zone) : "",
    timeless: moment === 0,
    text: f.refused?.text ?? f.wrote,
    ours: !f.refused,
    free: now >= f.refusedUntil,
    unlisted: f.refused?.status === 410, // not listed any more, or a new sticker hangs: trying again would be in vain
    listed: f.refused?.status !== 410,
    grant: (f.news?.grant_ms ?? 0) > 0 && now < f.until,
    [`by-${f.news?.reason ?? ""}`]: true,
  };
}

/** A wait in words: 18 s, 2 min 20 s. */
function span(ms: number, words: Words): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 60) return say(words, "seconds", { n: seconds });
  return say(words, "minutes", { m: Math.floor(seconds / 60), s: seconds % 60 });
}

/** How much of a wait is left, for a progress bar: from the whole down to 0. */
export function left(f: Facts, now: number): { value: number; max: number } {
  const [from, to] = f.retry ? [f.down, f.retry] : [f.since, f.until];
  return { value: Math.max(0, to - now), max: Math.max(1, to - from) };
}
