// The trail of attempts as it stands in the table: a few bytes for the one that went well, JSON otherwise.
import type { AttemptRow } from "./types";

type Packed = [
  key: string,
  model: string,
  provider: string,
  status: number | null,
  reason: string,
  words: string,
  until: string | null,
  startMs: number | null,
  ms: number,
  skipped: 0 | 1,
  adjusted?: string[],
];

/** What the row itself says of an attempt that went well; an empty text stands for null. */
interface Served {
  key: string;
  modelServed: string;
  provider: string;
}

const plainStatus = 200;

/** What an attempt says that went well, as it is told or as it is kept. */
export interface PlainAttempt {
  key: string;
  model: string;
  status: number | null;
  reason: string;
  words: string;
  until: unknown;
  startMs?: number | null;
  ms: number;
  skipped: boolean;
  adjusted?: readonly string[];
}

/** null: there is more to say than that one attempt went well, and when. */
export function findPlainAttempt(
  attempts: readonly PlainAttempt[],
  { key, modelServed }: { key: string | null; modelServed: string | null },
): PlainAttempt | null {
  const [only] = attempts;
  if (only === undefined || attempts.length > 1) return null;
  const isPlain =
    only.reason === "ok" &&
    only.words === "ok" &&
    only.status === plainStatus &&
    only.key === key &&
    only.model === (modelServed ?? "") &&
    !only.skipped &&
    only.until === null &&
    !only.adjusted?.length;
  return isPlain ? only : null;
}

export function encodePlainAttempt({ startMs, ms }: Pick<PlainAttempt, "startMs" | "ms">): string {
  return `${startMs ?? ""},${ms},${plainStatus}`;
}

export function encodeAttempts(attempts: readonly AttemptRow[]): string {
  return JSON.stringify(attempts.map(pack));
}

function isPlainAttempt(text: string): boolean {
  return !text.startsWith("[");
}

export function decodeAttempts(text: string | null, { key, modelServed, provider }: Served): AttemptRow[] {
  if (text === null) return [];
  if (!isPlainAttempt(text)) return (JSON.parse(text) as Packed[]).map(unpack);
  const [startMs = "", ms = "", status = ""] = text.split(",");
  const plain = [key, modelServed, provider, orNumber(status), "ok", "ok", null, orNumber(startMs)] as const;
  return [unpack([...plain, Number(ms), 0])];
}

function pack(attempt: AttemptRow): Packed {
  const { key, model, provider, status, reason, words, until, startMs, ms, skipped, adjusted } = attempt;
  const isSkipped = skipped ? 1 : 0;
  if (adjusted.length === 0)
    return [key, model, provider, status, reason, words, until, startMs, ms, isSkipped];
  return [key, model, provider, status, reason, words, until, startMs, ms, isSkipped, adjusted];
}

function unpack(packed: Packed): AttemptRow {
  const [key, model, provider, status, reason, words, until, startMs, ms, skipped, adjusted = []] = packed;
  return {
    key,
    model,
    provider: provider as AttemptRow["provider"],
    status,
    reason: reason as AttemptRow["reason"],
    words,
    until,
    startMs,
    ms,
    skipped: skipped === 1,
    adjusted,
  };
}

function orNumber(text: string): number | null {
  return text === "" ? null : Number(text);
}
