// Turns the record of a finished request into the row that is kept, shown and counted.
import type { Attempt, Timestamp } from "../../engine/types";
import { redact } from "../../redact";
import type { RequestRecord } from "../record";
import { showName } from "../show-name";
import { encodeAttempts, findPlainAttempt, type PlainAttempt } from "./attempts-text";
import { BatchBuilder } from "./batch-builder";
import type { Kind, PriceOf } from "./kinds";
import { setUsage } from "./price-usage";
import { place, type RowBatch } from "./row-batch";
import { shapeOf } from "./shape";
import { hiddenErrorsOf } from "./totals";
import type { AttemptRow, RequestRow, Service } from "./types";

const longestWords = 500;
const longestTarget = 200;

/** Adds a row. Of little code: it runs at the end of each request, when what it reads is in the processor's cache and its code is not. */
export function keepRecord(batch: BatchBuilder, record: RequestRecord, kind: Kind, priceOf: PriceOf): void {
  const { attempts, target, refusal, firstByteMs } = record;
  const start = batch.begin(record.id, record.at, kind.shape, record.session);
  const { numbers } = batch;
  setUsage(numbers, start, record, kind.tariff, priceOf);
  numbers[start + place.queuedMs] = Math.round(record.queuedMs);
  numbers[start + place.firstByteMs] = firstByteMs === null ? Number.NaN : Math.round(firstByteMs);
  numbers[start + place.totalMs] = Math.round(record.totalMs);
  const plain = findPlainAttempt(attempts, record);
  if (plain !== null) setPlainAttempt(numbers, start, plain);
  else if (attempts.length > 0) setTrail(batch, start, attempts.map(describeAttempt), kind.service);
  if (target !== null) numbers[start + place.target] = batch.keep(showName(target, longestTarget));
  if (refusal !== undefined) numbers[start + place.refusal] = batch.keep(showName(refusal, longestWords));
}

/** Rows that were kept before. */
export function batchOf(rows: readonly RequestRow[]): RowBatch {
  const batch = new BatchBuilder(rows.length);
  for (const row of rows) {
    const { tokens, attempts, target, refusal } = row;
    const start = batch.begin(row.id, Date.parse(row.at), shapeOf(row), row.session);
    const { numbers } = batch;
    numbers[start + place.input] = tokens.input ?? Number.NaN;
    numbers[start + place.output] = tokens.output ?? Number.NaN;
    numbers[start + place.cacheRead] = tokens.cacheRead ?? Number.NaN;
    numbers[start + place.cacheWrite5m] = tokens.cacheWrite5m ?? Number.NaN;
    numbers[start + place.cacheWrite1h] = tokens.cacheWrite1h ?? Number.NaN;
    numbers[start + place.reasoning] = tokens.reasoning ?? Number.NaN;
    numbers[start + place.costUsd] = row.costUsd ?? Number.NaN;
    numbers[start + place.cacheSavedUsd] = row.cacheSavedUsd ?? Number.NaN;
    numbers[start + place.queuedMs] = row.queuedMs;
    numbers[start + place.firstByteMs] = row.firstByteMs ?? Number.NaN;
    numbers[start + place.totalMs] = row.totalMs;
    const plain = findPlainAttempt(attempts, row);
    if (plain !== null) setPlainAttempt(numbers, start, plain);
    else if (attempts.length > 0) setTrail(batch, start, attempts, row.service);
    if (target !== null) numbers[start + place.target] = batch.keep(target);
    if (refusal !== null) numbers[start + place.refusal] = batch.keep(refusal);
  }
  return batch.take();
}

function setPlainAttempt(numbers: Float64Array, start: number, { startMs, ms }: PlainAttempt): void {
  numbers[start + place.attemptStartMs] = startMs ?? Number.NaN;
  numbers[start + place.attemptMs] = ms;
}

function setTrail(
  batch: BatchBuilder,
  start: number,
  attempts: readonly AttemptRow[],
  service: Service,
): void {
  batch.numbers[start + place.attempts] = batch.keep(encodeAttempts(attempts));
  batch.numbers[start + place.hiddenErrors] = hiddenErrorsOf(service, attempts);
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
