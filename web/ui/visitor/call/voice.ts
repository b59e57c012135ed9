// The visitor's voice in a call: the connection, the microphone, the sounds.

import { nextNumber } from "../../shared/keep.ts";
import { microphone, type NoMicrophone } from "../../shared/microphone.ts";
import { speaker, visitorPeer, type Measure, type Peer } from "../../shared/peer.ts";
import type { ICEServer, Signal } from "../../shared/protocol.ts";
import { tones, type Tones } from "../../shared/tone.ts";

export interface Voice {
  tones: Tones;
  /** Connects, once per call; after that it takes the servers for the next connection. */
  connect(call: string, ice: ICEServer[]): void;
  hear(s: Signal): void;
  /** Asks for the microphone and speaks through it from then on. */
  open(): Promise<"on" | NoMicrophone>;
  /** The same, but only if it raises no question: for a page that was loaded
   *  anew and has not been tapped yet. */
  reopen(): Promise<"on" | NoMicrophone>;
  mute(on: boolean): void;
  /** Plays from now on; call it in a tap, or the browser holds sound back. */
  play(): void;
  close(): void;
}

export interface VoiceEvents {
  say(s: Signal): void;
  measured(m: Measure): void;
  blocked(on: boolean): void;
}

/** A page loaded with ?relay connects over the relay only. It helps people on
 *  networks that drop what is not TURN, and shows whether the relay works. */
const relayOnly = new URLSearchParams(location.search).has("relay");

/** Prepares a voice. */
export function makeVoice(on: VoiceEvents): Voice {
  const sounds = tones();
  const ear = speaker(null);
  let peer: Peer | undefined;
  let track: MediaStreamTrack | null = null;
  const listen = () => void ear.play().then(() => on.blocked(false), () => undefined);
  const speak = (t: MediaStreamTrack) => {
    track = t;
    peer?.speak(t);
    listen(); // a page that captures may also play
  };
  const mic = microphone(speak);

  async function open(): Promise<"on" | NoMicrophone> {
    const got = await mic.open();
    if (typeof got === "string") return got;
    speak(got);
    return "on";
  }

  return {
    tones: sounds,
    connect(call, ice) {
      if (peer) return peer.servers(ice);
      const wire = { call, ice, relay: relayOnly, ear, say: on.say, measured: on.measured, blocked: () => on.blocked(true) };
      peer = visitorPeer(wire, () => nextNumber(call, "gen"));
      if (track) peer.speak(track);
    },
    hear: (s) => peer?.hear(s),
    open,
    async reopen() {
      const name = "microphone" as PermissionName; // not in every browser's list
      const asked = await navigator.permissions?.query({ name }).catch(() => null);
      return asked?.state === "granted" ? open() : "missing";
    },
    mute: (muted) => mic.mute(muted),
    play() {
      sounds.wake();
      ear.srcObject ??= sounds.silence(); // keeps the right to play until there is a voice
      listen();
    },
    close() {
      sounds.hush();
      peer?.close();
      mic.close();
      ear.remove();
    },
  };
}
