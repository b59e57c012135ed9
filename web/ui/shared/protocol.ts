// Written by TestProtocolIsFresh from package doorlink. Change it there, then run
// go test ./web -run Protocol -update

export type SignalKind =
  | "dial"
  | "opened"
  | "shown"
  | "ringing"
  | "decline"
  | "extend"
  | "grant"
  | "renew"
  | "offer"
  | "answer"
  | "candidate"
  | "text"
  | "hangup"
  | "ping"
  | "call"
  | "code"
  | "directory"
  | "refused"
  | "moved"
  | "pong";

export type CallerKind =
  | ""
  | "delivery"
  | "guest"
  | "service";

export interface Caller {
  kind?: CallerKind;
  line?: string;
}

export interface Candidate {
  candidate: string;
  mid: string;
  mline: number;
}

export type State =
  | "created"
  | "ringing"
  | "waiting"
  | "answered"
  | "ended"
  | "declined"
  | "missed"
  | "unreachable"
  | "cancelled"
  | "failed";

export type Reason =
  | "visitor"
  | "resident"
  | "limit"
  | "lost";

export interface Other {
  entry: string;
  name: string;
}

export interface ICEServer {
  urls: string[];
  username: string;
  credential: string;
}

export interface News {
  state: State;
  reason?: Reason;
  left_ms?: number;
  talked_ms?: number;
  grant_ms?: number;
  away?: boolean;
  door: string;
  label: string;
  building: string;
  name: string;
  unit: string;
  entry?: string;
  devices?: number;
  others?: Other[];
  caller?: Caller;
  mine?: boolean;
  ice?: ICEServer[];
  relay?: boolean;
}

export interface Code {
  digits: string;
  nth: number;
  door: string;
  until_ms: number;
  left_ms: number;
  reuse_s: number;
  model: string;
  shown?: boolean;
  opened?: string;
}

export interface Refusal {
  of?: SignalKind;
  kind: string;
  status: number;
  key: string;
  text: string;
  left_ms?: number;
}

export interface Signal {
  t: SignalKind;
  call?: string;
  entry?: string;
  caller?: Caller;
  gen?: number;
  sdp?: string;
  candidate?: Candidate;
  line?: number;
  text?: string;
  done?: boolean;
  nth?: number;
  opened?: string;
  news?: News;
  code?: Code;
  refused?: Refusal;
}

export const maxText = 500;
export const maxLines = 1000;
export const maxGen = 1000;
