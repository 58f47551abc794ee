// Turns the record of a finished request into the row that is kept, shown and counted.
import type { Price } from "../../engine/prices";
import type { Attempt, Timestamp } from "../../engine/types";
import { redact } from "../../redact";
import type { RequestRecord } from "../record";
import { showName } from "../show-name";
import { countTokens, findCost } from "./price-usage";
import { type Names, nameRequest } from "./shared-names";
import type { AttemptRow, RequestRow } from "./types";

const longestWords = 500;
const longestTarget = 200;

/** `priceOf`: null for a model whose price nobody knows. What is known already of the names and the time need not be found again. */
export function makeRow(
  record: RequestRecord,
  priceOf: (model: string) => Price | null,
  names: Names = nameRequest(record),
  at: string = isoTime(record.at),
): RequestRow {
  const { id, profile, endpoint, session, stream, provider, key, status, state } = record;
  const cost = findCost(record, priceOf);
  return {
    id,
    at,
    profile,
    endpoint,
    target: record.target === null ? null : showName(record.target, longestTarget),
    session,
    client: names.client,
    stream,
    modelAsked: names.modelAsked,
    modelServed: names.modelServed,
    provider,
    key,
    service: names.service,
    status,
    state,
    stopReason: names.stopReason,
    tokens: countTokens(record.usage),
    costUsd: cost?.costUsd ?? null,
    cacheSavedUsd: cost?.cacheSavedUsd ?? null,
    queuedMs: Math.round(record.queuedMs),
    firstByteMs: record.firstByteMs === null ? null : Math.round(record.firstByteMs),
    totalMs: Math.round(record.totalMs),
    attempts: record.attempts.map((attempt) => {
      const isServing = attempt.model === record.modelServed;
      return describeAs(attempt, (isServing ? names.modelServed : null) ?? showName(attempt.model));
    }),
    refusal: record.refusal === undefined ? null : showName(record.refusal, longestWords),
  };
}

export function describeAttempt(attempt: Attempt): AttemptRow {
  return describeAs(attempt, showName(attempt.model));
}

function describeAs(attempt: Attempt, model: string): AttemptRow {
  const { key, provider, status, reason, words, until, startMs, ms, skipped, adjusted } = attempt;
  return {
    key,
    model,
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

export function isoTime(at: Timestamp): string {
  return new Date(at).toISOString();
}
