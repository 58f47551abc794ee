// Writes one line per request into the log: what was asked, what served, what was tried.
import type { Runtime } from "../server/runtime";
import { place, type RowBatch, rowAt, width } from "../state/ledger/row-batch";
import { readShape, type Shape } from "../state/ledger/shape";
import { isNull } from "../state/ledger/sum-batch";
import type { AttemptRow, RequestRow } from "../state/ledger/types";
import { showName } from "../state/show-name";
import type { LogFile } from "./log-file";

/** What lines of one shape share. */
interface Kind {
  shape: Shape;
  /** Lines of this level are kept. */
  isKept: boolean;
  /** Level and message, up to the value of `id`. */
  start: string;
  /** From behind `id` up to the value of `queuedMs`. */
  middle: string;
  /** The client got an error. */
  isError: boolean;
}

/** Logs every finished request, at `info` if it was served, at `warn` if not; and what was learnt about servers. */
export function logRequests(
  { bus, ledger }: Pick<Runtime, "bus" | "ledger">,
  log: Pick<LogFile, "log" | "add" | "writes" | "precede">,
): void {
  log.precede(() => ledger.settle());
  ledger.onRows(({ batch }) => logBatch(batch, log));
  bus.ends.subscribe((event) => {
    if (event.type !== "learnt") return;
    const { id, baseUrl, model, lessons } = event;
    log.log("info", "learnt about a server", { id, baseUrl, model: showName(model), lessons });
  });
}

/** Requests that are alike differ in few places: to put these in takes a fraction of making each line anew. */
function logBatch(batch: RowBatch, log: Pick<LogFile, "add" | "writes">): void {
  const { numbers, texts } = batch;
  const kinds = batch.shapes.map((text) => describeKind(readShape(text), log));
  for (let at = 0; at < numbers.length; at += width) {
    const kind = kinds[numbers[at + place.shape] as number] as Kind;
    if (!kind.isKept) continue;
    const totalMs = numbers[at + place.totalMs] as number;
    const time = new Date((numbers[at + place.at] as number) + totalMs).toISOString();
    // Ids are ours: nothing in them has to be escaped.
    const id = texts[numbers[at + place.id] as number];
    const more = isPlain(numbers, at, kind) ? "" : describeMore(rowAt(batch, at, kind.shape));
    log.add(
      `{"time":"${time}",${kind.start}"${id}",${kind.middle}${numbers[at + place.queuedMs]},"ms":${totalMs}${more}}`,
    );
  }
}

function describeKind(shape: Shape, log: Pick<LogFile, "writes">): Kind {
  const { profile, endpoint, modelAsked: model, modelServed, key, status, state } = shape;
  const level = state === "complete" ? "info" : "warn";
  const shared = { profile, endpoint, model, served: modelServed || null, key: key || null };
  return {
    shape,
    isKept: log.writes(level),
    start: `${membersOf({ level, message: "request" })},"id":`,
    middle: `${membersOf({ ...shared, status: Number(status), state })},"queuedMs":`,
    isError: Number(status) >= 400,
  };
}

/** There is nothing more to tell of it. */
function isPlain(numbers: Float64Array, at: number, { isError }: Kind): boolean {
  return (
    !isError &&
    isNull(numbers, at + place.attempts) &&
    isNull(numbers, at + place.target) &&
    isNull(numbers, at + place.refusal)
  );
}

function describeMore({ target, attempts, status, refusal }: RequestRow): string {
  const more = {
    ...(target === null ? {} : { target }),
    // The plain case needs no trail.
    ...(attempts.length > 1 || status >= 400 ? { attempts: attempts.map(describeAttempt) } : {}),
    // With attempts, they tell it.
    ...(refusal !== null && attempts.length === 0 ? { error: refusal } : {}),
  };
  return Object.keys(more).length === 0 ? "" : `,${membersOf(more)}`;
}

function describeAttempt({
  key,
  model,
  status,
  reason,
  words,
  ms,
  skipped,
}: AttemptRow): Record<string, unknown> {
  const attempt = { key, model, status, reason, words };
  // It was not asked, since it rests.
  return skipped ? { ...attempt, skipped } : { ...attempt, ms };
}

/** The members of a JSON object, without its braces. */
function membersOf(fields: Record<string, unknown>): string {
  return JSON.stringify(fields).slice(1, -1);
}
