// What the view of the demo knows: keys with their last minute, the latest requests, counts, and what just happened.
import type { KeyId, Provider, Timestamp } from "../engine/types";
import type { RequestRecord } from "../state/record";

/** One key as the running proxy reports it. */
export interface KeyHealthView {
  id: KeyId;
  label: string;
  provider: Provider;
  state: "serving" | "ready" | "cooling" | "rejected" | "no_credit" | "disabled";
  reason: string | null;
  /** ISO 8601, or null. */
  until: string | null;
  /** `model`: a model, a family, or "*" for the whole key. */
  cooldowns: readonly { model: string; until: string | null; reason: string | null }[];
}

/** `both`: out for one model, and serving another meanwhile. */
export type Activity = "serving" | "cooling" | "both" | "ready";

export interface KeyState {
  health: KeyHealthView;
  served: number;
  /** What the key did when, oldest first, about the last minute. */
  samples: readonly { at: Timestamp; activity: Activity }[];
}

export interface Tried {
  key: KeyId;
  model: string;
  /** "429", "200", or a word such as "network" where no status came. */
  result: string;
  ok: boolean;
  limited: boolean;
  /** For people: "rate limited". */
  words: string;
  /** When the key is usable again for the model; null if nobody knows. */
  until: Timestamp | null;
}

export interface RequestState {
  id: string;
  number: number;
  startedAt: Timestamp;
  model: string;
  tried: readonly Tried[];
  /** The key and model that answer now or answered. */
  servedBy: { key: KeyId; model: string } | null;
  queued: boolean;
  /** null while it runs. */
  record: RequestRecord | null;
}

/** What just happened, in a form that can be told at any later time. */
export type Moment =
  | { kind: "beginning" }
  | { kind: "retried"; key: KeyId; result: string }
  | {
      kind: "rotated";
      from: KeyId;
      to: KeyId;
      model: string;
      words: string;
      limited: boolean;
      until: Timestamp | null;
    }
  | { kind: "fellBack"; asked: string; served: string; key: KeyId }
  /** To the other provider. */
  | { kind: "leftClaude"; asked: string; served: string; key: KeyId }
  | { kind: "returned"; key: KeyId; model: string }
  | { kind: "queued"; key: KeyId; model: string; until: Timestamp }
  | { kind: "failed"; status: number };

export interface Counts {
  asAsked: number;
  rotated: number;
  fellBack: number;
  failed: number;
  /** Errors of the upstream behind requests that were answered all the same. */
  hiddenErrors: number;
}

export interface DemoState {
  /** The proxy's address. */
  url: string;
  /** Something to know about the address: the preferred port was taken. */
  notice: string | null;
  startedAt: Timestamp;
  keys: readonly KeyState[];
  /** Oldest first. */
  requests: readonly RequestState[];
  total: number;
  counts: Counts;
  moment: Moment;
}

export function initialState(url: string, notice: string | null, startedAt: Timestamp): DemoState {
  return {
    url,
    notice,
    startedAt,
    keys: [],
    requests: [],
    total: 0,
    counts: { asAsked: 0, rotated: 0, fellBack: 0, failed: 0, hiddenErrors: 0 },
    moment: { kind: "beginning" },
  };
}

export function providerOf(state: DemoState, key: KeyId): Provider | undefined {
  return state.keys.find((known) => known.health.id === key)?.health.provider;
}

export function labelOf(state: DemoState, key: KeyId): string {
  return state.keys.find((known) => known.health.id === key)?.health.label ?? key;
}
