// The visitor's and the resident's own voice.

import { whenSeen } from "./seen.ts";

/** Why there is no microphone: the person said no, the device has none, or this
 *  browser (often one inside another app) cannot capture at all. */
export type NoMicrophone = "refused" | "missing" | "unable";

export interface Microphone {
  /** The voice, or why there is none. Asks the person if they were not asked before. */
  open(): Promise<MediaStreamTrack | NoMicrophone>;
  mute(on: boolean): void;
  close(): void;
}

/** A microphone that is opened again when the system took it away: a phone
 *  call, a locked screen. `replaced` gets the new voice, silent if muted. */
export function microphone(replaced: (voice: MediaStreamTrack) => void): Microphone {
  let voice: MediaStreamTrack | undefined;
  let muted = false;
  let closed = false;

  async function open(): Promise<MediaStreamTrack | NoMicrophone> {
    if (!navigator.mediaDevices?.getUserMedia) return "unable";
    try {
      const got = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      return keep(got.getAudioTracks()[0]);
    } catch (err) {
      const name = err instanceof DOMException ? err.name : "";
      return name === "NotFoundError" || name === "NotReadableError" ? "missing" : "refused";
    }
  }

  function keep(track: MediaStreamTrack | undefined): MediaStreamTrack | NoMicrophone {
    if (!track) return "missing";
    if (closed) {
      track.stop();
      return "missing";
    }
    voice?.stop();
    voice = track;
    track.enabled = !muted;
    track.onended = () => whenSeen(reopen);
    return track;
  }

  async function reopen(): Promise<void> {
    const again = closed ? "missing" : await open();
    if (typeof again !== "string") replaced(again);
  }

  return {
    open,
    mute(on) {
      muted = on;
      if (voice) voice.enabled = !on;
    },
    close() {
      closed = true;
      voice?.stop();
    },
  };
}
