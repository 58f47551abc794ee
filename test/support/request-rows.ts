// Rows of requests as the ledger makes them, from nothing but what a test cares about; and many of them by a seed.

import type { AttemptRow, RequestRow } from "../../src/state/ledger/types";
import { idAt } from "./request-ids";

/** Rows as the ledger hands them on. */
export { batchOf as batchedRows } from "../../src/state/ledger/keep-record";

type Changes = Partial<Omit<RequestRow, "at">> & { at?: number };

export const someTime = Date.UTC(2026, 10, 20, 12, 0, 0);

export function attemptRow(changes: Partial<AttemptRow> = {}): AttemptRow {
  return {
    key: "alpha",
    model: "claude-opus-4-6",
    provider: "anthropic",
    status: 200,
    reason: "ok",
    words: "ok",
    until: null,
    startMs: 2,
    ms: 700,
    skipped: false,
    adjusted: [],
    ...changes,
  };
}

export function requestRow({ at = someTime, ...changes }: Changes = {}): RequestRow {
  return {
    id: idAt(at),
    at: new Date(at).toISOString(),
    profile: "default",
    endpoint: "messages",
    target: null,
    refusal: null,
    session: "conversation-1",
    client: "claude-cli/2.1.0",
    stream: true,
    modelAsked: "claude-opus-4-6",
    modelServed: "claude-opus-4-6",
    provider: "anthropic",
    key: "alpha",
    service: "asked",
    status: 200,
    state: "complete",
    stopReason: "end_turn",
    tokens: {
      input: 100,
      output: 200,
      cacheRead: 1000,
      cacheWrite5m: 10,
      cacheWrite1h: null,
      reasoning: 50,
      estimated: false,
    },
    costUsd: 0.0123,
    cacheSavedUsd: 0.0045,
    queuedMs: 0,
    firstByteMs: 700,
    totalMs: 2500,
    attempts: [attemptRow()],
    ...changes,
  };
}

/** A repeatable sequence of numbers from 0 to 1 (mulberry32). */
export function seededChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of the many kinds of row that traffic brings; `skew` 1: all alike, 3: mostly the first of each. */
export function randomRow(at: number, chance: () => number, skew = 1): RequestRow {
  const pick = <const Value>(values: readonly Value[]): Value =>
    values[Math.floor(chance() ** skew * values.length)] as Value;
  const service = pick(["asked", "asked", "asked", "rotated", "fell_back", "failed", "cancelled"] as const);
  const isServed = service !== "failed" && service !== "cancelled";
  const key = pick(["alpha", "beta", "gamma"]);
  const asked = pick(["claude-opus-4-6", "claude-sonnet-5-5"]);
  const served = service === "fell_back" ? "claude-haiku-4-5" : asked;
  const firstByteMs = Math.round(200 * Math.exp(chance() * 4));
  const failed = attemptRow({
    key: "omega",
    model: asked,
    status: 429,
    reason: "rate_limited",
    words: "rate limited",
  });
  const endpoint = pick([
    "messages",
    "messages",
    "messages",
    "messages",
    "messages",
    "count_tokens",
    "other",
  ]);
  const count = (most: number) => (chance() < 0.1 ? null : Math.floor(chance() * most));
  return requestRow({
    at,
    profile: pick(["default", "night"]),
    endpoint,
    target: endpoint === "other" ? `GET /v1/files/file_${Math.floor(chance() * 20)}` : null,
    refusal: service === "failed" && chance() < 0.3 ? "The request body is not valid JSON." : null,
    session: pick(["one", "two", null]),
    client: pick(["claude-cli/2.1.0", "curl/8", "Anthropic/JS"]),
    stream: chance() < 0.8,
    modelAsked: asked,
    modelServed: service === "cancelled" ? null : served,
    key: service === "cancelled" ? null : key,
    provider: service === "cancelled" ? null : "anthropic",
    service,
    status: service === "failed" ? 400 : 200,
    state: isServed ? "complete" : service === "failed" ? "error" : "cancelled",
    tokens: {
      input: count(5000),
      output: count(3000),
      cacheRead: count(50_000),
      cacheWrite5m: count(500),
      cacheWrite1h: count(500),
      reasoning: count(1000),
      estimated: chance() < 0.1,
    },
    costUsd: chance() < 0.1 ? null : Math.round(chance() * 1000) / 1024,
    cacheSavedUsd: chance() < 0.1 ? null : (Math.round(chance() * 1000) - 200) / 1024,
    firstByteMs,
    totalMs: firstByteMs + Math.floor(chance() * 20_000),
    attempts:
      service === "asked"
        ? [attemptRow({ key, model: served })]
        : [failed, attemptRow({ key, model: served })],
  });
}
