// Turns the record of a finished request into the row that is kept, shown and counted.
import type { Price } from "../../engine/prices";
import type { Attempt } from "../../engine/types";
import { redact } from "../../redact";
import type { RequestRecord } from "../record";
import { showName } from "../show-name";
import { countTokens, findCost } from "./price-usage";
import type { AttemptRow, RequestRow, Service } from "./types";

/** Names come from clients, words from upstreams. */
const longestClient = 64;
/** No product of a user agent is longer. */
const longestProduct = 1024;
const longestWords = 500;
const longestTarget = 200;

/** `priceOf`: null for a model whose price nobody knows. */
export function makeRow(record: RequestRecord, priceOf: (model: string) => Price | null): RequestRow {
  const { id, profile, endpoint, session, stream, provider, key, status, state, stopReason } = record;
  const cost = findCost(record, priceOf);
  return {
    id,
    at: isoTime(record.at),
    profile,
    endpoint,
    target: record.target === null ? null : showName(record.target, longestTarget),
    session,
    client: productOf(record.client),
    stream,
    modelAsked: showName(record.modelAsked),
    modelServed: record.modelServed === null ? null : showName(record.modelServed),
    provider,
    key,
    service: serviceOf(record),
    status,
    state,
    stopReason: stopReason === null ? null : showName(stopReason),
    tokens: countTokens(record.usage),
    costUsd: cost?.costUsd ?? null,
    cacheSavedUsd: cost?.cacheSavedUsd ?? null,
    queuedMs: Math.round(record.queuedMs),
    firstByteMs: record.firstByteMs === null ? null : Math.round(record.firstByteMs),
    totalMs: Math.round(record.totalMs),
    attempts: record.attempts.map(describeAttempt),
    refusal: record.refusal === undefined ? null : showName(record.refusal, longestWords),
  };
}

/** The first product of a user agent (RFC 9110, 10.1.5): `claude-cli/2.1.0` of `claude-cli/2.1.0 (external, cli)`. */
export function productOf(userAgent: string): string {
  const product = /^[\x21-\x7e]+/.exec(userAgent.slice(0, longestProduct))?.[0];
  return product === undefined ? "unknown" : showName(product, longestClient);
}

/** A key that a person paused, or whose token is missing, was not passed over because of a failure. */
const notMissed = new Set(["disabled", "token_missing"]);

function serviceOf(record: RequestRecord): Service {
  const { endpoint, state, key, modelAsked, modelServed, attempts } = record;
  const isPassed = endpoint === "models" || endpoint === "other";
  if (state === "cancelled") return "cancelled";
  if (state !== "complete") return "failed";
  // Models are listed without any key as well.
  if (key === null) return isPassed ? "asked" : "failed";
  if (!isPassed && modelServed !== modelAsked) return "fell_back";
  const moved = attempts.some((attempt) => attempt.key !== key && !notMissed.has(attempt.reason));
  return moved ? "rotated" : "asked";
}

export function describeAttempt(attempt: Attempt): AttemptRow {
  const { key, model, provider, status, reason, words, until, startMs, ms, skipped, adjusted } = attempt;
  return {
    key,
    model: showName(model),
    provider,
    status,
    reason,
    words: reason === "ok" ? words : redact(words).slice(0, longestWords),
    until: until === null ? null : isoTime(until),
    startMs: startMs ?? null,
    ms,
    skipped,
    adjusted: [...(adjusted ?? [])],
  };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
