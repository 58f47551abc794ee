// Turns the record of a finished request into the row that is kept, shown and counted.
import type { Price } from "../../engine/prices";
import type { Attempt, Timestamp } from "../../engine/types";
import { redact } from "../../redact";
import type { RequestRecord } from "../record";
import { showName } from "../show-name";
import { encodeAttempts, encodePlainAttempt } from "./attempts-text";
import { countTokens, findCost } from "./price-usage";
import type { KeptRow } from "./row-batch";
import { shapeOf } from "./shape";
import { type Names, nameRequest } from "./shared-names";
import { hiddenErrorsOf } from "./totals";
import type { AttemptRow, RequestRow } from "./types";

const longestWords = 500;
const longestTarget = 200;

/** `priceOf`: null for a model whose price nobody knows. `names`: where they are known already. */
export function keepRecord(
  record: RequestRecord,
  priceOf: (model: string) => Price | null,
  names: Names = nameRequest(record),
): KeptRow {
  const { id, at, session, target, refusal, firstByteMs, attempts } = record;
  const cost = findCost(record, priceOf);
  return {
    id,
    at,
    shape: names.shape,
    session,
    tokens: countTokens(record.usage),
    costUsd: cost?.costUsd ?? null,
    cacheSavedUsd: cost?.cacheSavedUsd ?? null,
    queuedMs: Math.round(record.queuedMs),
    firstByteMs: firstByteMs === null ? null : Math.round(firstByteMs),
    totalMs: Math.round(record.totalMs),
    attempts: encodePlainAttempt(attempts, record) ?? encodeAttempts(attempts.map(describeAttempt)),
    target: target === null ? null : showName(target, longestTarget),
    refusal: refusal === undefined ? null : showName(refusal, longestWords),
    hiddenErrors: hiddenErrorsOf({ service: names.service, attempts }),
  };
}

/** The same of a row that was kept before. */
export function keepRow(row: RequestRow): KeptRow {
  return {
    ...row,
    at: Date.parse(row.at),
    shape: shapeOf(row),
    attempts: encodePlainAttempt(row.attempts, row) ?? encodeAttempts(row.attempts),
    hiddenErrors: hiddenErrorsOf(row),
  };
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

function isoTime(at: Timestamp): string {
  return new Date(at).toISOString();
}
