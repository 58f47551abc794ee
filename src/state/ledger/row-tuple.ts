// The compact form of a row: what it shares with others as one text, the rest as plain values in the order of the table.
import { decodeAttempts, encodeAttempts } from "./attempts-text";
import { hiddenErrorsOf } from "./totals";
import type { RequestRow } from "./types";

/**
 * id, at, index of the shape, session, input, output, cache read, written for 5 m, for 1 h, reasoning, cost, saved, queued, first byte, total,
 * attempts, target, refusal, hidden errors. Travels to the worker as JSON.
 */
export type RowTuple = [
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
  hiddenErrors: number,
];

/** What a shape says, in its order; an empty text stands for null. No name holds a line feed. */
const shapeFields = [
  "profile",
  "endpoint",
  "client",
  "stream",
  "estimated",
  "modelAsked",
  "modelServed",
  "provider",
  "key",
  "service",
  "status",
  "state",
  "stopReason",
] as const;

export type Shape = Record<(typeof shapeFields)[number], string>;

const separator = "\n";

/** A row, when it began, and what it shares with others as one text. */
export interface ShapedRow {
  row: RequestRow;
  at: number;
  shape: string;
}

export function shapeRow(row: RequestRow): ShapedRow {
  return { row, at: Date.parse(row.at), shape: shapeOf(row) };
}

/** Rows as they travel to the worker, each with the index of its shape. */
export interface RowBatch {
  shapes: string[];
  rows: RowTuple[];
}

/** A batch as JSON text, which is all that is held of rows: a text is one object, whatever its length. */
export interface EncodedRows {
  text: string;
  count: number;
}

export function encodeRows(rows: readonly ShapedRow[]): EncodedRows {
  return { text: JSON.stringify(toBatch(rows)), count: rows.length };
}

export function decodeRows({ text }: EncodedRows): RequestRow[] {
  const { shapes, rows }: RowBatch = JSON.parse(text);
  const known = shapes.map(readShape);
  return rows.map((tuple) => fromTuple(tuple, known[tuple[2]] as Shape));
}

function toBatch(rows: readonly ShapedRow[]): RowBatch {
  const indexes = new Map<string, number>();
  const tuples = rows.map((shaped) => {
    const index = indexes.get(shaped.shape) ?? indexes.size;
    if (index === indexes.size) indexes.set(shaped.shape, index);
    return toTuple(shaped, index);
  });
  return { shapes: [...indexes.keys()], rows: tuples };
}

function toTuple({ row, at }: ShapedRow, shape: number): RowTuple {
  const { tokens } = row;
  return [
    row.id,
    at,
    shape,
    row.session,
    tokens.input,
    tokens.output,
    tokens.cacheRead,
    tokens.cacheWrite5m,
    tokens.cacheWrite1h,
    tokens.reasoning,
    row.costUsd,
    row.cacheSavedUsd,
    row.queuedMs,
    row.firstByteMs,
    row.totalMs,
    encodeAttempts(row.attempts, row),
    row.target,
    row.refusal,
    hiddenErrorsOf(row),
  ];
}

/** What a shape is made of. */
export type ShapeFields = Pick<RequestRow, Exclude<(typeof shapeFields)[number], "estimated">> & {
  tokens: { estimated: boolean };
};

export function shapeOf(row: ShapeFields): string {
  return [
    row.profile,
    row.endpoint,
    row.client,
    row.stream ? "1" : "",
    row.tokens.estimated ? "1" : "",
    row.modelAsked,
    row.modelServed ?? "",
    row.provider ?? "",
    row.key ?? "",
    row.service,
    row.status,
    row.state,
    row.stopReason ?? "",
  ].join(separator);
}

export function readShape(text: string): Shape {
  const values = text.split(separator);
  return Object.fromEntries(shapeFields.map((field, index) => [field, values[index] ?? ""])) as Shape;
}

/** `shape` as stored, the values as they stand in the table. */
export function fromTuple(tuple: RowTuple, shape: Shape): RequestRow {
  const [
    id,
    at,
    ,
    session,
    input,
    output,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    reasoning,
    costUsd,
    cacheSavedUsd,
    queuedMs,
    firstByteMs,
    totalMs,
    attempts,
    target,
    refusal,
  ] = tuple;
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
