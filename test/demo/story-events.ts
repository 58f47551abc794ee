// Builds events and key health as the proxy would report them, for the tests of the demo's view.

import type { KeyHealthView } from "../../src/demo/demo-state";
import type { Attempt, Reason } from "../../src/engine/types";
import { noUsage } from "../../src/proxy/usage";
import type { Progress, RequestEvent, RequestRecord } from "../../src/state/record";

export const start = Date.UTC(2026, 10, 23, 12, 0, 0);
export const opus = "claude-opus-4-6";
export const sonnet = "claude-sonnet-4-6";
export const sol = "gpt-6.1-sol";

export function attempt(key: string, status: number | null, changes: Partial<Attempt> = {}): Attempt {
  const reasons: Record<string, Reason> = {
    200: "ok",
    429: "rate_limited",
    529: "overloaded",
    401: "rejected",
  };
  const reason = reasons[String(status)] ?? "network";
  const words = reason.replaceAll("_", " ");
  return {
    key,
    model: opus,
    provider: "anthropic",
    status,
    reason,
    words,
    until: null,
    ms: 10,
    skipped: false,
    ...changes,
  };
}

export function record(id: string, attempts: Attempt[], changes: Partial<RequestRecord> = {}): RequestRecord {
  const last = attempts.at(-1);
  const answered = last?.reason === "ok";
  return {
    id,
    at: start,
    profile: "default",
    endpoint: "messages",
    session: null,
    client: "test",
    stream: true,
    modelAsked: opus,
    modelServed: answered ? last.model : null,
    provider: "anthropic",
    key: answered ? last.key : null,
    status: answered ? 200 : 429,
    state: answered ? "complete" : "error",
    stopReason: answered ? "end_turn" : null,
    usage: { ...noUsage(), inputTokens: 10, outputTokens: 412, cacheReadTokens: 0, cacheWriteTokens: 0 },
    queuedMs: 0,
    firstByteMs: 300,
    totalMs: 1200,
    attempts,
    ...changes,
  };
}

/** The first event of a request. */