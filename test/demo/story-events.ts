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
    target: null,
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
export function startedEvent(id: string, model: string): RequestEvent {
  const progress: Progress = { phase: "trying", key: null, model: null, until: null };
  const told = { id, profile: "default" };
  const request = { ...told, startedAt: start, client: "", modelAsked: model, stream: false, progress };
  return { type: "started", ...told, at: start, model, request: { ...request, attempts: [] } };
}

/** All events of one request, in the order in which the proxy tells them. */
export function requestEvents(
  id: string,
  attempts: Attempt[],
  changes: Partial<RequestRecord> = {},
): RequestEvent[] {
  const finished = record(id, attempts, changes);
  const { key, modelServed } = finished;
  const failures = attempts.filter((tried) => tried.reason !== "ok");
  return [
    startedEvent(id, finished.modelAsked),
    ...failures.map((failed): RequestEvent => ({ type: "attempt", id, attempt: failed })),
    ...(key !== null && modelServed !== null
      ? [{ type: "serving", id, key, model: modelServed } satisfies RequestEvent]
      : []),
    ...attempts
      .filter((tried) => tried.reason === "ok")
      .map((done): RequestEvent => ({ type: "attempt", id, attempt: done })),
    { type: "finished", record: finished },
  ];
}

export function health(id: string, changes: Partial<KeyHealthView> = {}): KeyHealthView {
  const label = id.replace(/^./, (letter) => letter.toUpperCase());
  return {
    id,
    label,
    provider: "anthropic",
    state: "ready",
    reason: null,
    until: null,
    cooldowns: [],
    ...changes,
  };
}

/** The last resort, at the other provider. */
export function gptHealth(): KeyHealthView {
  return health("gpt", { label: "GPT", provider: "openai" });
}

/** A key whose whole account is out for so many seconds from `start`. */
export function accountOut(id: string, seconds: number): KeyHealthView {
  const until = new Date(start + seconds * 1000).toISOString();
  const reason = "rate limited (5-hour limit)";
  return health(id, { state: "cooling", reason, until, cooldowns: [{ model: "*", until, reason }] });
}

/** A key that is out for a model for so many seconds from `start`. */
export function cooling(id: string, seconds: number, model = opus): KeyHealthView {
  const until = new Date(start + seconds * 1000).toISOString();
  return health(id, { state: "cooling", cooldowns: [{ model, until, reason: "rate_limited" }] });
}
