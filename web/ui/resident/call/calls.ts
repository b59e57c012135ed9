// The calls this page knows, and which of them its one screen belongs to. Pure:
// what was heard and tapped goes in, the state to show comes out.

import type { Code, News, Refusal } from "../../shared/protocol.ts";

/** What this page's part in a call is.
 *  rings: nobody has it yet. answering: this page asked for it. talk, confirm,
 *  sent, refused: this page has it, or had it a moment ago and is still giving
 *  a code. over: it had it. taken, missed: it rang here and went by. */
export type Face = "rings" | "answering" | "talk" | "confirm" | "sent" | "refused" | "over" | "taken" | "missed";

/** One call as this page knows it. */
export interface Call {
  id: string;
  news: News;
  /** When the news came, by Date.now: its spans count from here. */
  heard: number;
  face: Face;
  /** The newest code given in it. */
  code: Code | null;
  /** When that code ends, by Date.now. */
  codeEnds: number;
  /** The number of the code that was asked for and has not come yet, or 0. */
  asked: number;
  refused: Refusal | null;
}

/** The screens that belong to a call. */
export type Screen = "incoming" | "answered" | "confirm" | "sent" | "refused" | "ended" | "taken" | "missed";

/** What the page shows. */
export type State = { at: "home" | "moved" } | OnCall;

export interface OnCall {
  at: Screen;
  call: Call;
  /** A second caller, who gets a banner. */
  other: Call | undefined;
  /** The resident's own test ring. */
  trial: boolean;
}

/** Takes in news of a call. Nothing comes back for a call that is none of this
 *  page's business: it was over or answered elsewhere before it rang here. */
export function learn(known: Call | undefined, id: string, news: News, now: number): Call | undefined {
  const face = faceAfter(known, news);
  return face && { code: null, codeEnds: 0, asked: 0, refused: null, ...known, id, news, heard: now, face };
}

function faceAfter(known: Call | undefined, news: News): Face | undefined {
  const mine = known !== undefined && isMine(known);
  switch (news.state) {
    case "created":
    case "ringing":
    case "waiting":
      return known?.face === "answering" ? "answering" : "rings";
    case "answered":
      if (news.mine) return mine ? known.face : "talk";
      return known && "taken";
    case "ended":
      if (!mine) return news.mine && news.grant_ms ? "over" : known && "taken";
      return known.face === "confirm" || isOver(known) ? known.face : "over";
    default:
      return known && "missed";
  }
}

/** Whether this page has the call or had it. */
export function isMine(c: Call): boolean {
  return c.face !== "rings" && c.face !== "answering" && c.face !== "taken" && c.face !== "missed";
}

export function isOver(c: Call): boolean {
  return c.news.state === "ended";
}

/** What a call looks like when it ends without a word from the server: by this
 *  page's own Hang up, or because its time is over while the line is down. */
export function ended(c: Call, news: Partial<News>, now: number): Call {
  if (!isMine(c)) return { ...c, face: "missed", news: { ...c.news, state: "missed", left_ms: 0 } };
  return { ...c, face: "over", heard: now, news: { ...c.news, state: "ended", left_ms: 0, ...news } };
}

/** What becomes of a call that this page could not answer. */
export function faceRefused(c: Call, r: Refusal): Face {
  if (c.face !== "answering") return c.face;
  if (r.key === "call.taken" || r.key === "call.not_yours") return "taken";
  return r.key === "call.over" || r.key === "call.unknown" ? "missed" : "rings";
}

/** Which screen the call goes back to when the question about a code is put away. */
export function faceBehind(c: Call): Face {
  if (isOver(c)) return "over";
  return c.refused ? "refused" : c.code ? "sent" : "talk";
}

/** A call whose code has ended is as if none had been given: at midnight the
 *  next one is for another day. */
export function withoutEndedCode(c: Call, now: number): Call {
  if (!c.code || now < c.codeEnds) return c;
  const bare = { ...c, code: null };
  return c.face === "sent" ? { ...bare, face: faceBehind(bare) } : bare;
}

/** Milliseconds until the state of the call ends by itself. */
export function left(c: Call, now: number): number {
  return c.heard + (c.news.left_ms ?? 0) - now;
}

/** Milliseconds in which a code can still be given after the end. */
export function grantLeft(c: Call, now: number): number {
  return isOver(c) ? Math.max(0, c.heard + (c.news.grant_ms ?? 0) - now) : 0;
}

/** Whether the call is finished for this page: what is left is to read, or to
 *  give a code. */
export function isGone(c: Call): boolean {
  return isOver(c) || c.face === "taken" || c.face === "missed";
}

/** Whether the call should have ended by itself, give or take the way here. */
export function isStale(c: Call, now: number): boolean {
  return !isGone(c) && left(c, now) < -3_000;
}

/** Whether the call asks for attention aloud: a waiting one does not. */
export function isRinging(c: Call, now: number): boolean {
  return c.face === "rings" && c.news.state !== "waiting" && left(c, now) > 0;
}

/** The number of the next code to ask for. */
export function nextCode(c: Call): number {
  return (c.code?.nth ?? 0) + 1;
}

/** Which call the screen belongs to: one that goes on, then one that rings, then
 *  the latest of those that left something to do or to know. */
export function stateOf(calls: Call[], trial: Call | undefined): State {
  const ringing = calls.filter((c) => screens[c.face] === "incoming").sort((a, b) => rank(a) - rank(b));
  const latest = [...calls].reverse();
  const goesOn = latest.find((c) => isMine(c) && !isOver(c));
  if (goesOn) return on(goesOn, ringing[0]);
  if (ringing[0]) return on(ringing[0], ringing[1]);
  const gone = latest.find(isMine) ?? latest[0];
  if (gone) return on(gone);
  return trial ? { ...on(trial), trial: true } : { at: "home" };
}

const screens: Record<Face, Screen> = {
  rings: "incoming",
  answering: "incoming",
  talk: "answered",
  confirm: "confirm",
  sent: "sent",
  refused: "refused",
  over: "ended",
  taken: "taken",
  missed: "missed",
};

function on(call: Call, other?: Call): OnCall {
  return { at: screens[call.face], call, other, trial: false };
}

/** Calls that were answered here come first, those that wait come last. */
function rank(c: Call): number {
  return c.face === "answering" ? 0 : c.news.state === "waiting" ? 2 : 1;
}

/** A call that the resident makes to this page alone, to see and hear a ring. */
export function trialCall(lasting: number, now: number): Call {
  const news: News = { state: "ringing", left_ms: lasting, door: "", label: "", building: "", name: "", unit: "" };
  return { id: "trial", news, heard: now, face: "rings", code: null, codeEnds: 0, asked: 0, refused: null };
}
