// The only module that knows WebRTC. The visitor always offers, the resident
// always answers, and a connection that fails is made anew under the next
// number instead of being mended: there is one way to begin, and it is the
// only way. Voices come and go by replacing the track of one transceiver, so
// that nothing is ever negotiated twice.

import type { Candidate, ICEServer, Signal } from "./protocol.ts";
import { maxGen } from "./protocol.ts";
import { whenSeen } from "./seen.ts";

/** What two ends of a call need to connect, and what they tell the page. */
export interface Wire {
  call: string;
  ice: ICEServer[];
  /** Relayed candidates only: neither side learns the other's address. */
  relay: boolean;
  /** Plays the other side; see speaker. */
  ear: HTMLAudioElement;
  say(s: Signal): void;
  /** Twice a second while connected: what arrives, and over which way. */
  measured(m: Measure): void;
  /** The browser plays nothing before another tap; play the ear in it. */
  blocked(): void;
}

export interface Measure {
  /** none: nothing arrives, as from a microphone that is off; silent: packets
   *  without sound; heard: a voice. */
  sound: "none" | "silent" | "heard";
  path: "" | "direct" | "relay";
}

export interface Peer {
  /** Takes offer, answer, candidate and renew signals of this call. */
  hear(s: Signal): void;
  /** Sends this voice from now on, also over connections made later. */
  speak(voice: MediaStreamTrack | null): void;
  /** Takes the servers for connections made from now on: credentials end. When
   *  the relay stands elsewhere after a restart, the visitor connects anew at
   *  once: what went over the old one is lost, and ICE would take seconds to
   *  notice. */
  servers(ice: ICEServer[]): void;
  close(): void;
}

export interface AnsweringPeer extends Peer {
  /** Answers the call: at once if no offer has come yet, and again with a
   *  description as soon as there is one. */
  answer(): void;
}

const measureEvery = 500;
const heardFor = 800; // pauses between words are not silence
const arrivesFor = 2_000; // nor is a gap in the network a microphone that is off
const audible = 0.01; // of full level
const visitorPatience = 4_000;
const residentPatience = 12_000; // the visitor's new offer has come long before

/** An element to play the other side. Made inside a tap with a stream of
 *  silence, it may play sound that comes later. */
export function speaker(silence: MediaStream | null): HTMLAudioElement {
  const ear = document.createElement("audio");
  ear.autoplay = true;
  ear.setAttribute("playsinline", "");
  ear.srcObject = silence;
  document.body.append(ear);
  ear.play().catch(() => undefined); // refused: the page hears of it when there is something to play
  return ear;
}

/** The visitor's end. `next` gives the number of each new connection, always
 *  higher than the last one, also across reloads of the page. */
export function visitorPeer(wire: Wire, next: () => number): Peer {
  let voice: MediaStreamTrack | null = null;
  let link = offer();

  function offer(): Link {
    const l = connect(wire, Math.min(next(), maxGen), visitorPatience, renew);
    const sender = l.pc.addTransceiver("audio", { direction: "sendrecv" }).sender;
    l.speak(sender, voice);
    l.run(async () => {
      await l.pc.setLocalDescription(await l.pc.createOffer());
      l.release("offer");
    });
    return l;
  }

  function renew(): void {
    link.close();
    link = offer();
  }

  return {
    hear(s) {
      if (s.t === "renew") renew();
      else if (s.gen === link.gen && s.t === "answer" && s.sdp) link.describe({ type: "answer", sdp: s.sdp });
      else if (s.gen === link.gen && s.t === "candidate" && s.candidate) link.add(s.candidate);
    },
    speak(track) {
      voice = track;
      link.speak(link.pc.getTransceivers()[0]?.sender, track);
    },
    servers(ice) {
      const moved = addresses(ice) !== addresses(wire.ice);
      wire.ice = ice;
      if (moved) renew();
    },
    close: () => link.close(),
  };
}

const addresses = (ice: ICEServer[]): string => ice.flatMap((s) => s.urls).join(" ");

/** The resident's end. It prepares its answer while the call rings, without a
 *  microphone; `answered` is true for a page that comes back to a call it has. */
export function residentPeer(wire: Wire, answered: boolean): AnsweringPeer {
  let voice: MediaStreamTrack | null = null;
  let link: Link | undefined;
  let ready = false;

  function take(gen: number, sdp: string): void {
    link?.close();
    ready = false;
    const l = connect(wire, gen, residentPatience, () => wire.say({ t: "renew", call: wire.call }));
    link = l;
    l.describe({ type: "offer", sdp });
    l.run(async () => {
      const audio = l.pc.getTransceivers()[0];
      if (audio) audio.direction = "sendrecv";
      l.speak(audio?.sender, voice);
      await l.pc.setLocalDescription(await l.pc.createAnswer());
      ready = true;
      if (answered) l.release("answer");
    });
  }

  return {
    hear(s) {
      if (s.t === "offer" && s.sdp && s.gen && s.gen > (link?.gen ?? 0)) take(s.gen, s.sdp);
      else if (s.t === "candidate" && s.candidate && s.gen === link?.gen) link?.add(s.candidate);
    },
    answer() {
      answered = true;
      if (link && ready) link.release("answer");
      else wire.say({ t: "answer", call: wire.call });
    },
    speak(track) {
      voice = track;
      link?.speak(link.pc.getTransceivers()[0]?.sender, track);
    },
    servers: (ice) => void (wire.ice = ice),
    close: () => link?.close(),
  };
}

/** One connection under one number. */
interface Link {
  pc: RTCPeerConnection;
  gen: number;
  /** Does steps one after the other; a step that fails breaks the link. */
  run(step: () => Promise<void>): void;
  /** Takes the other side's description, then the candidates held back for it. */
  describe(d: RTCSessionDescriptionInit): void;
  add(c: Candidate): void;
  /** Says this side's description and lets candidates follow it. */
  release(as: "offer" | "answer"): void;
  speak(sender: RTCRtpSender | undefined, voice: MediaStreamTrack | null): void;
  close(): void;
}

function connect(wire: Wire, gen: number, patience: number, broken: () => void): Link {
  const pc = new RTCPeerConnection({
    iceServers: wire.ice,
    iceTransportPolicy: wire.relay ? "relay" : "all",
    bundlePolicy: "max-bundle",
  });
  let steps = Promise.resolve();
  let described = false;
  let early: Candidate[] = []; // theirs, before their description
  let held: Candidate[] | null = []; // ours, before our description was said
  let closed = false;
  let trouble = 0;
  const stopMeasuring = measure(pc, wire);

  const play = () => {
    wire.ear.play().catch((err: unknown) => {
      if (err instanceof DOMException && err.name === "NotAllowedError") wire.blocked();
    });
  };
  const playAgain = () => whenSeen(() => void (closed || play())); // the system paused it: a locked screen, a phone call
  wire.ear.addEventListener("pause", playAgain);

  const breakIn = (wait: number) => {
    clearTimeout(trouble);
    if (!closed) trouble = window.setTimeout(broken, wait);
  };
  const run = (step: () => Promise<void>) => {
    steps = steps.then(() => (closed ? undefined : step())).catch(() => breakIn(patience));
  };
  const say = (c: Candidate) => wire.say({ t: "candidate", call: wire.call, gen, candidate: c });
  const add = (c: Candidate) => {
    const init = { candidate: c.candidate, sdpMid: c.mid, sdpMLineIndex: c.mline };
    pc.addIceCandidate(init).catch(() => undefined); // one way fewer; the others count
  };

  pc.onicecandidate = ({ candidate: c }) => {
    const ours = { candidate: c?.candidate ?? "", mid: c?.sdpMid ?? "0", mline: c?.sdpMLineIndex ?? 0 };
    if (held) held.push(ours);
    else say(ours);
  };
  pc.oniceconnectionstatechange = () => {
    const state = pc.iceConnectionState;
    if (state === "disconnected") breakIn(patience); // it often comes back by itself
    else if (state === "failed") breakIn(patience / 4);
    else clearTimeout(trouble);
  };
  pc.ontrack = ({ track }) => {
    wire.ear.srcObject = new MediaStream([track]);
    play();
  };

  return {
    pc,
    gen,
    run,
    describe(d) {
      run(async () => {
        await pc.setRemoteDescription(d);
        described = true;
        early.forEach(add);
        early = [];
      });
    },
    add(c) {
      if (described) add(c);
      else early.push(c);
    },
    release(as) {
      const sdp = pc.localDescription?.sdp;
      if (closed || !sdp) return;
      wire.say({ t: as, call: wire.call, gen, sdp });
      held?.forEach(say);
      held = null;
    },
    speak(sender, voice) {
      sender?.replaceTrack(voice).catch(() => undefined); // the link was closed meanwhile
    },
    close() {
      closed = true;
      wire.ear.removeEventListener("pause", playAgain);
      clearTimeout(trouble);
      stopMeasuring();
      pc.close();
    },
  };
}

/** Tells the page twice a second what arrives. Energy is the truth where the
 *  browser counts it; older ones know the level of the last packet. */
function measure(pc: RTCPeerConnection, wire: Wire): () => void {
  let energy = 0;
  let seconds = 0;
  let packets = 0;
  let lastHeard = -heardFor;
  let lastArrived = 0;

  async function look(): Promise<void> {
    const stats = [...(await pc.getStats()).values()] as Stat[];
    if (pc.connectionState === "closed") return;
    const audio = stats.find((s) => s.type === "inbound-rtp" && s.kind === "audio");
    const now = performance.now();
    if (level(audio) > audible) lastHeard = now;
    const path = pathOf(stats);
    if (path === "" || (audio?.packetsReceived ?? 0) > packets) lastArrived = now;
    packets = audio?.packetsReceived ?? 0;
    const heard = now - lastHeard < heardFor;
    const arrives = path !== "" && now - lastArrived < arrivesFor;
    wire.measured({ sound: heard ? "heard" : arrives ? "silent" : "none", path });
  }

  function level(audio: Stat | undefined): number {
    if (audio?.totalAudioEnergy === undefined || audio.totalSamplesDuration === undefined) {
      return pc.getReceivers()[0]?.getSynchronizationSources()[0]?.audioLevel ?? 0;
    }
    const power = (audio.totalAudioEnergy - energy) / (audio.totalSamplesDuration - seconds);
    energy = audio.totalAudioEnergy;
    seconds = audio.totalSamplesDuration;
    return power > 0 ? Math.sqrt(power) : 0;
  }

  const timer = window.setInterval(() => void look(), measureEvery);
  return () => clearInterval(timer);
}

/** What this module reads of a browser's statistics (W3C webrtc-stats). */
interface Stat {
  id: string;
  type: string;
  kind?: string;
  packetsReceived?: number;
  totalAudioEnergy?: number;
  totalSamplesDuration?: number;
  selectedCandidatePairId?: string;
  selected?: boolean; // Firefox marks the pair instead of naming it
  localCandidateId?: string;
  remoteCandidateId?: string;
  candidateType?: string;
}

function pathOf(stats: Stat[]): Measure["path"] {
  const named = stats.find((s) => s.type === "transport")?.selectedCandidatePairId;
  const pair = stats.find((s) => s.type === "candidate-pair" && (s.selected || s.id === named));
  if (!pair) return "";
  const ends = stats.filter((s) => s.id === pair.localCandidateId || s.id === pair.remoteCandidateId);
  return ends.some((s) => s.candidateType === "relay") ? "relay" : "direct";
}
