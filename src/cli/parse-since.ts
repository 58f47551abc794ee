// Reads how far back a person wants to look: "24h", "7d", "today", or a date.
import type { Timestamp } from "../engine/types";
import { quoteWord, usageError } from "./usage-error";

const unitMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** The time from which on. Throws a usage error; the future and the years before 1970 are none either. */
export function parseSince(text: string, now: Timestamp): Timestamp {
  const since = readSince(text.trim().toLowerCase(), now);
  if (since !== null && since >= 0 && since < now) return since;
  throw usageError(
    `--since must be a time in the past, not ${quoteWord(text)}.`,
    "Give a span (30m, 24h, 7d, 4w), today, yesterday, or a date (2026-11-24, 2026-11-24T14:30).",
  );
}

function readSince(text: string, now: Timestamp): Timestamp | null {
  const day = new Date(now);
  const midnight = (daysAgo: number) =>
    new Date(day.getFullYear(), day.getMonth(), day.getDate() - daysAgo).getTime();
  if (text === "today") return midnight(0);
  if (text === "yesterday") return midnight(1);
  const span = /^(\d{1,6}(?:\.\d+)?)\s*([mhdw])$/.exec(text);
  if (span !== null) return now - Number(span[1]) * (unitMs[span[2] ?? ""] ?? Number.NaN);
  if (!/^\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?(?:z|[+-]\d\d:\d\d)?)?$/.test(text)) return null;
  // A date alone means midnight here, not in Greenwich.
  const at = new Date(text.length === 10 ? `${text}T00:00` : text.toUpperCase().replace(" ", "T")).getTime();
  return Number.isNaN(at) ? null : at;
}
