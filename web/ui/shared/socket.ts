// The only module that knows the WebSocket. A line stays up as long as the page
// wants it: it comes back by itself, and what is said while it is down is said
// as soon as it is up again.

import type { Signal } from "./protocol.ts";

export interface Ear {
  /** A signal from the server. Pongs are kept back. */
  hear(s: Signal): void;
  /** The line is up, before anything that waited is said. `again` is false the first time. */
  up?(again: boolean): void;
  /** The line is down; the next try comes after `wait` milliseconds. */
  down?(wait: number): void;
}

export interface Line {
  say(s: Signal): void;
  /** Tries at once if the line is down, or asks whether it is still alive. */
  wake(): void;
  /** Drops what waits to be said: the visitor gave up before it could be. */
  forget(): void;
  /** Ends the line for good. */
  close(): void;
}

const firstWait = 500;
const longestWait = 10_000;
const pingEvery = 20_000;
const pongWithin = 5_000;
const mostWaiting = 200;

/** Opens a line to a path of this server and keeps it open until close. The
 *  path is asked for at every try. */
export function openLine(path: () => string, ear: Ear): Line {
  let socket: WebSocket | undefined;
  let waiting: Signal[] = [];
  let tries = 0;
  let wasUp = false;
  let ended = false;
  let retry = 0;
  let ping = 0;
  let pong = 0;

  const isUp = () => socket?.readyState === WebSocket.OPEN;

  function connect(): void {
    clearTimeout(retry);
    const s = new WebSocket(location.origin.replace(/^http/, "ws") + path());
    socket = s;
    pong = window.setTimeout(() => lose(s), longestWait);
    s.onopen = () => {
      if (s === socket) opened();
    };
    s.onmessage = (e) => {
      if (s === socket && typeof e.data === "string") heard(e.data);
    };
    s.onclose = () => lose(s);
  }

  function opened(): void {
    clearTimeout(pong);
    tries = 0;
    ping = window.setInterval(ask, pingEvery);
    ear.up?.(wasUp);
    wasUp = true;
    const said = waiting;
    waiting = [];
    said.forEach(say);
  }

  function heard(data: string): void {
    clearTimeout(pong);
    const s = JSON.parse(data) as Signal;
    if (s.t !== "pong") ear.hear(s);
  }

  // lose forgets a socket that closed or fell silent, and plans the next try.
  function lose(s: WebSocket): void {
    if (s !== socket) return;
    socket = undefined;
    s.close();
    clearInterval(ping);
    clearTimeout(pong);
    if (ended) return;
    const wait = Math.min(firstWait * 2 ** tries++, longestWait) * (0.75 + Math.random() / 2);
    retry = window.setTimeout(connect, wait);
    ear.down?.(wait);
  }

  function ask(): void {
    const s = socket;
    if (!s || !isUp()) return;
    s.send('{"t":"ping"}');
    clearTimeout(pong);
    pong = window.setTimeout(() => lose(s), pongWithin);
  }

  function say(s: Signal): void {
    if (isUp()) socket?.send(JSON.stringify(s));
    else if (!ended) waiting = [...waiting.filter((w) => !replaces(s, w)), s].slice(-mostWaiting);
  }

  function wake(): void {
    if (ended || document.hidden) return;
    if (!socket) connect();
    else ask();
  }

  function close(): void {
    ended = true;
    for (const [on, what] of wakers) on.removeEventListener(what, wake);
    clearTimeout(retry);
    if (socket) lose(socket);
  }

  const wakers: [EventTarget, string][] = [
    [document, "visibilitychange"],
    [window, "pageshow"],
    [window, "online"],
  ];
  for (const [on, what] of wakers) on.addEventListener(what, wake);
  connect();
  return { say, wake, close, forget: () => void (waiting = []) };
}

/** Whether saying s makes it needless to say w, which still waits. */
function replaces(s: Signal, w: Signal): boolean {
  if (s.t !== w.t || s.call !== w.call) return false;
  return s.t === "text" ? s.line === w.line : s.t !== "candidate" && s.t !== "opened" && s.t !== "shown";
}
