// @ts-check
// What the lens sounds like. Browsers allow sound only after a key was
// pressed, so `ready` is called from one.

/**
 * @typedef {object} Sound
 * @property {() => void} ready allows sound from now on
 * @property {() => void} accepted one rising tone
 * @property {() => void} refused two low tones
 */

/** @returns {Sound} */
export function sound() {
  /** @type {AudioContext | undefined} */
  let audio;

  /** @param {number} after @param {number} from @param {number} to @param {number} length */
  const tone = (after, from, to, length) => {
    if (!audio || audio.state !== "running") return;
    const start = audio.currentTime + after;
    const wave = new OscillatorNode(audio, { frequency: from });
    const level = new GainNode(audio, { gain: 0 });
    wave.frequency.setValueAtTime(from, start);
    wave.frequency.exponentialRampToValueAtTime(to, start + length);
    level.gain.setValueAtTime(0, start);
    level.gain.linearRampToValueAtTime(0.12, start + 0.02);
    level.gain.linearRampToValueAtTime(0, start + length);
    wave.connect(level).connect(audio.destination);
    wave.start(start);
    wave.stop(start + length);
  };

  return {
    ready() {
      audio ??= new AudioContext();
      if (audio.state === "suspended") audio.resume().catch(() => {});
    },
    accepted: () => tone(0, 440, 1320, 0.5),
    refused() {
      tone(0, 175, 170, 0.22);
      tone(0.32, 175, 170, 0.22);
    },
  };
}
