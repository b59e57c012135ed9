// Where a visitor's call is, worked out from what is known. Pure: facts in, a
// screen's name out.

import type { Caller, Code, News, Refusal } from "../../shared/protocol.ts";
import type { NoMicrophone } from "../../shared/microphone.ts";
import type { Target } from "./page.ts";

export type At =
  | "connecting" | "ringing" | "waiting" | "answered"
  | "code" | "used" | "expired"
  | "missed" | "unreachable" | "declined" | "cancelled" | "ended"
  | "offline" | "held" | "failed" | "moved";

/** All that is known of a call. Moments are on this device's own clock. */
export interface Facts {
  target: Target;
  caller: Caller;
  /** The call's ID; empty until the server has placed it. */
  call: string;
  news?: News;
  /** When the present state of the news began, and when it ends by itself; of a
   *  call that is over: until when a doorcode may still come. */
  since: number;
  until: number;
  /** When the call was answered. */
  answered: number;
  code?: Code;
  codeEnds: number;
  opened: "" | "yes" | "no";
  /** When the visitor said that it opened; 0 if that was before a reload. */
  openedAt: number;
  /** What the keypad did, while the page asks or advises. */
  help: "" | "asking" | "blinked" | "dark" | "circled";
  refused?: Refusal;
  refusedUntil: number;
  /** What the resident wrote last. */
  wrote: string;
  /** The conversation is in front, because it was wished or must be. */
  text: boolean;
  microphone: "" | "on" | NoMicrophone;
  /** The microphone may be asked for once more. */
  mayAskAgain: boolean;
  muted: boolean;
  /** The browser wants a tap before it plays. */
  blocked: boolean;
  speaking: boolean;
  /** Since when the line is down and when it is tried again; 0 while it is up. */
  down: number;
  retry: number;
  moved: boolean;
}

/** The facts of a call nobody has placed yet. */
export function newFacts(target: Target, caller: Caller): Facts {
  return {
    target, caller, call: "", since: 0, until: 0, answered: 0, codeEnds: 0, opened: "", openedAt: 0, help: "",
    refusedUntil: 0, wrote: "", text: false, microphone: "", mayAskAgain: true, muted: false, blocked: false,
    speaking: false, down: 0, retry: 0, moved: false,
  };
}

/** Whether the call has ended, as far as is known. */
export function over(f: Facts): boolean {
  return f.refused !== undefined || !["created", "ringing", "waiting", "answered"].includes(f.news?.state ?? "created");
}

export function at(f: Facts, now: number): At {
  if (f.moved) return "moved";
  if (f.code) return atCode(f, now);
  if (f.refused) return f.refused.key === "call.held" ? "held" : "failed";
  const state = f.news?.state ?? "created";
  if (f.retry && !over(f) && state !== "answered") return "offline";
  return state === "created" ? "connecting" : state;
}

function atCode(f: Facts, now: number): At {
  if (f.opened === "yes") return "used";
  return now >= f.codeEnds ? "expired" : "code";
}
