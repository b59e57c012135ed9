// What a signal changes. Pure: facts and a signal in, changed facts out.

import type { Code, News, Refusal } from "../../shared/protocol.ts";
import { say, type Words } from "../../shared/say.ts";
import { over, type Facts } from "./state.ts";

/** The call as the server tells it. Its spans count from now. */
export function withNews(f: Facts, news: News, words: Words, now: number): Partial<Facts> {
  const fresh = news.state !== f.news?.state;
  const ends = over({ ...f, news }) ? (news.grant_ms ?? 0) : (news.left_ms ?? 0);
  const until = ends ? now + ends : 0;
  const same = { entry: news.entry ?? f.target.entry, unit: news.unit, name: nameOf(news, words) };
  return {
    news,
    target: same,
    until,
    since: fresh || until > f.until + 1_000 ? now : f.since, // more time: the bar is full again
    answered: news.state === "answered" ? now - (news.talked_ms ?? 0) : f.answered,
  };
}

/** A doorcode. A newer one starts afresh; the same one again changes nothing. */
export function withCode(f: Facts, code: Code, now: number): Partial<Facts> {
  if (f.code?.nth === code.nth) return { code, codeEnds: now + code.left_ms };
  const opened = code.opened === "yes" || code.opened === "no" ? code.opened : "";
  return { code, codeEnds: now + code.left_ms, opened, openedAt: 0, help: "" };
}

/** A call that cannot be placed. */
export function withRefusal(refused: Refusal, now: number): Partial<Facts> {
  return { refused, refusedUntil: now + (refused.left_ms ?? 0) };
}

/** A resident who shows the unit alone is called by it. */
function nameOf(news: News, words: Words): string {
  return news.name === news.unit ? say(words, "unit", { unit: news.unit }) : news.name;
}
