// Reads the times in rate-limit headers; anything that is no time in the future counts as absent.
import type { HeaderReader, Timestamp } from "./types";

/** Longest believable relative time; above it a server most likely sent an epoch where seconds belong. */
const longestDelayMs = 10 * 365 * 86_400_000;
/** 9999-12-31T23:59:59Z, the last date that RFC 3339 can write. */
const lastDate = 253_402_300_799_000;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const decimal = /^(?:\d+(?:\.\d*)?|\.\d+)$/;
const imfFixdate = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:GMT|UTC)$/;
const rfc850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;
const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const goDuration = /^(?:\d+(?:\.\d+)?(?:h|ms|m|us|µs|μs|ns|s))+$/;
const goPart = /(\d+(?:\.\d+)?)(h|ms|m|us|µs|μs|ns|s)/g;
const goUnits: ReadonlyMap<string, number> = new Map([
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
  ["us", 0.001],
  ["µs", 0.001],
  ["μs", 0.001],
  ["ns", 0.000001],
]);

/** `retry-after-ms`, else `retry-after` (integer or decimal seconds, or an HTTP date, RFC 9110 10.2.3). */
export function readRetryAfter(headers: HeaderReader, now: Timestamp): Timestamp | null {
  const milliseconds = readDelay(headers.get("retry-after-ms"), 1, now);
  if (milliseconds !== null) return milliseconds;
  const text = headers.get("retry-after");
  return readDelay(text, 1000, now) ?? readHttpDate(text, now);
}

/** An RFC 3339 time as in `anthropic-ratelimit-*-reset`. */
export function readRfc3339(text: string | null, now: Timestamp): Timestamp | null {
  const trimmed = text?.trim() ?? "";
  return rfc3339.test(trimmed) ? inFuture(Date.parse(trimmed.replace(" ", "T").toUpperCase()), now) : null;
}

/** Seconds since the epoch as in `anthropic-ratelimit-unified-*-reset`. */
export function readEpochSeconds(text: string | null, now: Timestamp): Timestamp | null {
  const trimmed = text?.trim() ?? "";
  return decimal.test(trimmed) ? inFuture(Number(trimmed) * 1000, now) : null;
}

/** A Go duration as in OpenAI's `x-ratelimit-reset-*` (`6m0s`, `120ms`); some servers send bare seconds there. */
export function readGoDuration(text: string | null, now: Timestamp): Timestamp | null {
  const trimmed = text?.trim() ?? "";
  if (!goDuration.test(trimmed)) return readDelay(trimmed, 1000, now);
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(goPart))
    total += Number(amount) * (goUnits.get(unit ?? "") ?? 0);
  return total > longestDelayMs ? null : inFuture(now + total, now);
}

function readDelay(text: string | null, unitMs: number, now: Timestamp): Timestamp | null {
  const trimmed = text?.trim() ?? "";
  if (!decimal.test(trimmed)) return null;
  const delay = Number(trimmed) * unitMs;
  return delay > longestDelayMs ? null : inFuture(now + delay, now);
}

/** The three date forms of RFC 9110 5.6.7. `Date.parse` alone would take "1" for a date. */
function readHttpDate(text: string | null, now: Timestamp): Timestamp | null {
  const trimmed = text?.trim() ?? "";
  const fixed = imfFixdate.exec(trimmed);
  if (fixed) return fromParts(fixed[3], fixed[2], fixed[1], fixed.slice(4), now);
  const old = rfc850.exec(trimmed);
  if (old) return fromParts(`20${old[3] ?? ""}`, old[2], old[1], old.slice(4), now);
  const bare = asctime.exec(trimmed);
  return bare ? fromParts(bare[6], bare[1], bare[2], bare.slice(3, 6), now) : null;
}

function fromParts(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  time: readonly string[],
  now: Timestamp,
): Timestamp | null {
  const monthIndex = months.indexOf(month ?? "");
  if (monthIndex < 0) return null;
  const [hours, minutes, seconds] = time.map(Number);
  return inFuture(Date.UTC(Number(year), monthIndex, Number(day), hours, minutes, seconds), now);
}

function inFuture(at: number, now: Timestamp): Timestamp | null {
  const rounded = Math.ceil(at);
  return rounded > now && rounded <= lastDate ? rounded : null;
}
