// Rows of requests as they are kept and handed on: columns of numbers, and the few texts that they refer to. Thousands a second
// are cheap this way; an object of each is made only for those that somebody looks at.
import { decodeAttempts, encodePlainAttempt } from "./attempts-text";
import { readShape, type Shape } from "./shape";
import type { RequestRow } from "./types";

/** Where each value of a row stands: in the order of the table, and last what has no column of its own there. */
export const place = {
  id: 0,
  at: 1,
  shape: 2,
  session: 3,
  input: 4,
  output: 5,
  cacheRead: 6,
  cacheWrite5m: 7,
  cacheWrite1h: 8,
  reasoning: 9,
  costUsd: 10,
  cacheSavedUsd: 11,
  queuedMs: 12,
  firstByteMs: 13,
  totalMs: 14,
  attempts: 15,
  target: 16,
  refusal: 17,
  hiddenErrors: 18,
  /** Of the one attempt of a request that went well, which has no text in a batch; see `findPlainAttempt`. */
  attemptStartMs: 19,
  attemptMs: 20,
} as const;

/** Numbers of a row. */
export const width = 21;

export interface RowBatch {
  /** What rows have in common; see `shapeOf`. */
  shapes: string[];
  /** Row after row, `width` numbers each; of a text, and of the shape, its index; NaN stands for null. */
  numbers: Float64Array;
  texts: string[];
}

/** A batch on its way to another thread: a thousand texts take a fifth of the time as one, which is JSON. */
export type PackedBatch = Omit<RowBatch, "texts"> & { texts: string };

/** A row as it stands in the table. */
export type StoredRow = [
  id: string,
  at: number,
  shape: number,
  session: string | null,
  input: number | null,
  output: number | null,
  cacheRead: number | null,
  cacheWrite5m: number | null,
  cacheWrite1h: number | null,
  reasoning: number | null,
  costUsd: number | null,
  cacheSavedUsd: number | null,
  queuedMs: number,
  firstByteMs: number | null,
  totalMs: number,
  attempts: string | null,
  target: string | null,
  refusal: string | null,
];

export function packBatch({ texts, ...others }: RowBatch): PackedBatch {
  return { ...others, texts: JSON.stringify(texts) };
}

export function unpackBatch({ texts, ...others }: PackedBatch): RowBatch {
  return { ...others, texts: JSON.parse(texts) };
}

export function countOf({ numbers }: Pick<RowBatch, "numbers">): number {
  return numbers.length / width;
}

export function firstIdOf(batch: RowBatch | undefined): string | undefined {
  return batch?.texts[batch.numbers[place.id] ?? Number.NaN];
}

/** In the order of the batch; at most the last `most`. */
export function rowsOf(batch: RowBatch, most = countOf(batch)): RequestRow[] {
  const shapes = batch.shapes.map(readShape);
  const first = Math.max(0, countOf(batch) - most);
  return Array.from({ length: countOf(batch) - first }, (_, index) => {
    const start = (first + index) * width;
    return rowAt(batch, start, shapes[batch.numbers[start + place.shape] as number] as Shape);
  });
}

/** The row that begins at `start`, of this shape. */
export function rowAt(batch: RowBatch, start: number, shape: Shape): RequestRow {
  return toRow(storedRow(batch, start), shape);
}

/** The row that begins at `start`, its shape still by the index of the batch. */
function storedRow(batch: RowBatch, start: number): StoredRow {
  const { numbers, texts } = batch;
  const number = (at: number) => numbers[start + at] as number;
  const count = (at: number) => {
    const value = number(at);
    return Number.isNaN(value) ? null : value;
  };
  const text = (at: number) => texts[number(at)] ?? null;
  return [
    text(place.id) as string,
    number(place.at),
    number(place.shape),
    text(place.session),
    count(place.input),
    count(place.output),
    count(place.cacheRead),
    count(place.cacheWrite5m),
    count(place.cacheWrite1h),
    count(place.reasoning),
    count(place.costUsd),
    count(place.cacheSavedUsd),
    number(place.queuedMs),
    count(place.firstByteMs),
    number(place.totalMs),
    attemptsAt(batch, start),
    text(place.target),
    text(place.refusal),
  ];
}

/** The attempts of the row that begins at `start`, as they stand in the table. */
export function attemptsAt({ numbers, texts }: RowBatch, start: number): string | null {
  const ms = numbers[start + place.attemptMs] as number;
  if (Number.isNaN(ms)) return texts[numbers[start + place.attempts] as number] ?? null;
  const startMs = numbers[start + place.attemptStartMs] as number;
  return encodePlainAttempt({ startMs: Number.isNaN(startMs) ? null : startMs, ms });
}

export function toRow(stored: StoredRow, shape: Shape): RequestRow {
  const [id, at, , session, input, output, cacheRead, cacheWrite5m, cacheWrite1h, reasoning, ...others] =
    stored;
  const [costUsd, cacheSavedUsd, queuedMs, firstByteMs, totalMs, attempts, target, refusal] = others;
  const estimated = shape.estimated === "1";
  return {
    id,
    at: new Date(at).toISOString(),
    profile: shape.profile,
    endpoint: shape.endpoint as RequestRow["endpoint"],
    target,
    session,
    client: shape.client,
    stream: shape.stream === "1",
    modelAsked: shape.modelAsked,
    modelServed: orNull(shape.modelServed),
    provider: orNull(shape.provider) as RequestRow["provider"],
    key: orNull(shape.key),
    service: shape.service as RequestRow["service"],
    status: Number(shape.status),
    state: shape.state as RequestRow["state"],
    stopReason: orNull(shape.stopReason),
    tokens: { input, output, cacheRead, cacheWrite5m, cacheWrite1h, reasoning, estimated },
    costUsd,
    cacheSavedUsd,
    queuedMs,
    firstByteMs,
    totalMs,
    attempts: decodeAttempts(attempts, shape),
    refusal,
  };
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
