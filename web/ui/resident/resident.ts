// The resident's page. It rings while it is open, and carries a call from the
// ring to the code.

import type { Signal } from "../shared/protocol.ts";
import type { Words } from "../shared/say.ts";
import { openLine } from "../shared/socket.ts";
import { tones } from "../shared/tone.ts";
import { wakefulness } from "./call/awake.ts";
import { ended, faceBehind, isOver, isRinging, left, nextCode, stateOf, trialCall, type Call, type State } from "./call/calls.ts";
import { held } from "./call/held.ts";
import { screen } from "./call/screen.ts";
import type { LineState } from "./call/text.ts";

const tick = 500;
const wakeTime = 200; // a browser does not say when it lets a page make sound
const trialTime = 10_000;
const grantTime = 120_000; // how long the server lets codes be given after a call
const missingAfter = 5_000; // by then a line that came back has brought its calls back

/** Brings the page to life. `words` are its sentences, `path` is its line. */
export function resident(body: HTMLElement, words: Words, path: string): void {
  const show = screen(body, words);
  const sounds = tones();
  const keepAwake = wakefulness();
  let state: State = { at: "home" };
  let trial: Call | undefined;
  let moved = false;
  let trouble = "";
  let lineState: LineState = "starting";
  let nextTry = 0;
  let missing = 0;
  let rung = ""; // the second caller who was rung for already

  const line = openLine(() => path, { hear, up, down });
  const calls = held({
    words,
    template: body.querySelector("template") as HTMLTemplateElement,
    say: line.say,
    silence: sounds.silence,
    changed: draw,
    refused: (text) => (trouble = text),
  });

  function hear(s: Signal): void {
    if (s.t === "call") trouble = "";
    if (s.t === "moved") leave();
    else calls.hear(s);
  }

  function up(again: boolean): void {
    lineState = "up";
    if (again) {
      calls.resume();
      missing = window.setTimeout(calls.endMissing, missingAfter, Date.now());
    }
    draw();
  }

  function down(wait: number): void {
    lineState = "down";
    clearTimeout(missing);
    nextTry = Date.now() + wait;
    draw();
  }

  function leave(): void {
    moved = true;
    line.close();
    calls.list().forEach(calls.drop);
  }

  function draw(): void {
    const now = Date.now();
    calls.expire(now);
    if (trial && (left(trial, now) <= 0 || calls.list().length > 0)) trial = undefined;
    state = moved ? { at: "moved" } : stateOf(calls.list(), trial);
    ring(now);
    const leg = "call" in state ? calls.leg(state.call) : undefined;
    const around = { now, line: lineState, nextTry, audible: sounds.audible(), trouble };
    show(state, { ...around, sound: leg?.voice?.sound, lines: leg?.talk.lines() ?? 0, talk: leg?.root });
    keepAwake("call" in state && !isOver(state.call));
  }

  // ring is the one owner of the ring: it sounds while an incoming call is on the
  // screen and has time left. A second caller is rung for once.
  function ring(now: number): void {
    const other = "call" in state ? state.other?.id : undefined;
    if (other && other !== rung) sounds.play("ring");
    rung = other ?? "";
    if (state.at === "incoming" && isRinging(state.call, now)) sounds.ring();
    else sounds.hush();
  }

  function answer(c: Call, aloud: boolean): void {
    if (trial === c) return endTrial();
    const voice = calls.leg(c)?.voice;
    if (voice) voice.answer();
    else line.say({ t: "answer", call: c.id });
    if (aloud) void voice?.speak();
    calls.change(c, { face: "answering" });
  }

  function decline(c: Call): void {
    if (trial === c) return endTrial();
    line.say({ t: "decline", call: c.id });
    calls.drop(c);
  }

  function hangUp(c: Call): void {
    line.say({ t: "hangup", call: c.id });
    calls.change(c, ended(c, { reason: "resident", grant_ms: grantTime }, Date.now()));
  }

  function grant(c: Call): void {
    const nth = nextCode(c);
    line.say({ t: "grant", call: c.id, nth });
    const asking = { ...c, asked: nth, refused: null };
    calls.change(c, { ...asking, face: faceBehind(asking) });
  }

  function mute(c: Call): void {
    const voice = calls.leg(c)?.voice;
    if (voice) voice.mute(voice.sound.microphone === "on");
  }

  function startTrial(): void {
    trial = trialCall(trialTime, Date.now());
    draw();
  }

  function endTrial(): void {
    trial = undefined;
    draw();
  }

  // What a tap on a [data-do] does, with the call on the screen and the second one.
  const taps: Record<string, (c: Call, other: Call | undefined) => void> = {
    answer: (c) => answer(c, true),
    reply: (c) => answer(c, false),
    decline,
    hangup: hangUp,
    give: (c) => calls.change(c, { face: "confirm" }),
    grant,
    keep: (c) => calls.change(c, { face: faceBehind(c) }),
    mute,
    speak: (c) => void calls.leg(c)?.voice?.speak(),
    listen: (c) => calls.leg(c)?.voice?.listen(),
    extend: (c) => line.say({ t: "extend", call: c.id }),
    back: calls.drop,
    swap(c, other) {
      hangUp(c);
      if (other) answer(other, true);
    },
    pass: (_, other) => other && decline(other),
  };
  const pageTaps: Record<string, () => void> = { trial: startTrial, retry: line.wake, here: () => location.reload(), loud: touched };

  function tapped(what: string): void {
    trouble = "";
    pageTaps[what]?.();
    if ("call" in state) taps[what]?.(state.call, state.other);
    draw();
  }

  // Any tap or key lets this page make sound from then on.
  function touched(): void {
    if (sounds.audible()) return;
    sounds.wake();
    window.setTimeout(() => {
      sounds.hush(); // what rang in silence rings again, aloud
      draw();
    }, wakeTime);
  }

  body.addEventListener("click", (e) => {
    const button = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-do]") : null;
    if (button?.dataset.do) tapped(button.dataset.do);
  });
  body.addEventListener("close", () => {
    if (state.at === "confirm") tapped("keep"); // Escape
  }, true);
  body.addEventListener("keydown", (e) => {
    const writes = e.target instanceof HTMLElement && e.target.matches("textarea, input");
    if (e.key === "m" && !writes && !e.ctrlKey && !e.metaKey && !e.altKey) tapped("mute");
  });
  for (const touch of ["pointerdown", "keydown"]) body.addEventListener(touch, touched, true);
  window.setInterval(() => {
    if (state.at !== "home" || lineState !== "up") draw();
  }, tick);
  sounds.wake(); // some browsers allow it at once to a page that is used often
  draw();
}

const words = document.getElementById("words")?.textContent ?? "{}";
resident(document.body, JSON.parse(words) as Words, document.body.dataset.line ?? "/r/line");
