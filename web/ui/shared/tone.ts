// Ringing, answered, code arrived: short tones made on the spot, each with a
// vibration where there is a motor. A word on the screen always says the same.

export type Tone = "ring" | "answered" | "code";

export interface Tones {
  /** Plays one tone. Silent until wake was called in a tap or a key press. */
  play(tone: Tone): void;
  /** Rings every three seconds until hush. */
  ring(): void;
  hush(): void;
  /** Must be called inside a tap or a key press, or browsers keep silent. */
  wake(): void;
  /** Whether tones can be heard now. */
  audible(): boolean;
  /** A stream without sound, which keeps a page's right to play. */
  silence(): MediaStream | null;
}

interface Shape {
  notes: [hertz: number, at: number, seconds: number][];
  vibration: number[];
}

const shapes: Record<Tone, Shape> = {
  ring: { notes: [[659, 0, 0.5], [523, 0.45, 0.9]], vibration: [300, 150, 300] },
  answered: { notes: [[523, 0, 0.15], [784, 0.14, 0.3]], vibration: [80] },
  code: { notes: [[784, 0, 0.15], [784, 0.2, 0.15], [1047, 0.4, 0.4]], vibration: [120, 80, 120] },
};
const ringEvery = 3_000;
const loudness = 0.2;

export function tones(): Tones {
  let context: AudioContext | undefined;
  let ringing = 0;

  // An interrupted context (a phone call on iOS) comes back by itself; resuming
  // it by hand breaks it. Only a suspended one may be resumed.
  function wake(): void {
    if (typeof AudioContext === "undefined") return;
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume();
  }

  function play(tone: Tone): void {
    navigator.vibrate?.(shapes[tone].vibration);
    if (context?.state !== "running") return;
    for (const note of shapes[tone].notes) sound(context, ...note);
  }

  function hush(): void {
    clearInterval(ringing);
    ringing = 0;
  }

  return {
    play,
    wake,
    hush,
    ring() {
      if (ringing) return;
      play("ring");
      ringing = window.setInterval(() => play("ring"), ringEvery);
    },
    audible: () => context?.state === "running",
    silence: () => context?.createMediaStreamDestination().stream ?? null,
  };
}

/** A soft bell: a sine that dies away. */
function sound(context: AudioContext, hertz: number, at: number, seconds: number): void {
  const start = context.currentTime + at;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loudness, start + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.001, start + seconds);
  const tone = context.createOscillator();
  tone.frequency.value = hertz;
  tone.connect(gain).connect(context.destination);
  tone.start(start);
  tone.stop(start + seconds);
}
