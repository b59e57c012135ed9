// The sound of one call at the resident's end: the connection, the loudspeaker
// and the microphone. It is prepared while the call rings and silent until the
// resident answers.

import { microphone, type NoMicrophone } from "../../shared/microphone.ts";
import { residentPeer, speaker, type Measure } from "../../shared/peer.ts";
import type { ICEServer, Signal } from "../../shared/protocol.ts";

/** What can be said about the sound at any moment. */
export interface Sound {
  microphone: "off" | "asking" | "on" | "muted" | NoMicrophone;
  heard: Measure["sound"];
  path: Measure["path"];
  /** The browser plays nothing before another tap. */
  blocked: boolean;
}

export interface Voice {
  sound: Sound;
  hear(s: Signal): void;
  /** Takes the servers for the next connection: those of a long call grow old. */
  servers(ice: ICEServer[]): void;
  /** Answers the call. Call it inside the tap, which lets the sound play. */
  answer(): void;
  /** Opens the microphone, or says in sound.microphone why there is none. */
  speak(): Promise<void>;
  mute(on: boolean): void;
  /** Plays what was blocked. Call it inside a tap. */
  listen(): void;
  close(): void;
}

export interface VoiceOf {
  call: string;
  servers: ICEServer[];
  /** Relayed candidates only. */
  relay: boolean;
  /** This page comes back to a call that it has answered before. */
  resumed: boolean;
  silence: MediaStream | null;
  say(s: Signal): void;
  /** The sound has changed. */
  changed(): void;
}

/** Prepares the sound of a call. */
export function voice(of: VoiceOf): Voice {
  const sound: Sound = { microphone: "off", heard: "none", path: "", blocked: false };
  let answered = of.resumed;
  let muted = false;
  const ear = speaker(of.silence);
  const peer = residentPeer(
    {
      call: of.call,
      ice: of.servers,
      relay: of.relay,
      ear,
      say: of.say,
      measured: (m) => change({ heard: m.sound, path: m.path }),
      blocked: () => change({ blocked: answered }), // before the answer there is nothing to play
    },
    of.resumed,
  );
  const mic = microphone((again) => peer.speak(again));

  function change(to: Partial<Sound>): void {
    const keys = Object.keys(to) as (keyof Sound)[];
    if (keys.every((k) => sound[k] === to[k])) return;
    Object.assign(sound, to);
    of.changed();
  }

  function listen(): void {
    ear.play().then(
      () => change({ blocked: false }),
      () => change({ blocked: true }),
    );
  }

  async function speak(): Promise<void> {
    change({ microphone: "asking" });
    const got = await mic.open();
    if (typeof got === "string") {
      change({ microphone: got });
      return;
    }
    peer.speak(got);
    spoken();
    if (sound.blocked) listen(); // a page that captures may play
  }

  function spoken(): void {
    change({ microphone: muted ? "muted" : "on" });
    keepVoice(of.call, muted ? "muted" : "on");
  }

  function mute(on: boolean): void {
    muted = on;
    mic.mute(on);
    if (sound.microphone === "on" || sound.microphone === "muted") spoken();
  }

  return {
    sound,
    speak,
    mute,
    listen,
    hear: (s) => peer.hear(s),
    servers: (ice) => peer.servers(ice),
    answer() {
      answered = true;
      void ear.play().catch(() => undefined); // nothing to play yet: the right to play later is what counts
      peer.answer();
    },
    close() {
      peer.close();
      mic.close();
      ear.remove();
    },
  };
}

/** What the microphone was doing in this call before the page was loaded again:
 *  it must neither open by itself nor open unmuted. */
export function keptVoice(call: string): "off" | "on" | "muted" {
  const kept = history.state as { call?: string; voice?: "on" | "muted" } | null;
  return kept?.call === call ? (kept.voice ?? "off") : "off";
}

function keepVoice(call: string, voice: "on" | "muted"): void {
  history.replaceState({ call, voice }, "");
}
