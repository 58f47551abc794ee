// Reads from the body of a 429 how long to wait: OpenAI and its relatives often say it only there.
import { readEpochSeconds, readGoDuration } from "./parse-reset";
import type { Timestamp } from "./types";

/** "Please try again in 1m12.5s", "Please retry in 34.07s". */
const duration = /\b(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)?(?:h|ms|m|s))+)/i;
/** "try again in 20 seconds". */
const spelled = /\b(?:try again|retry) (?:in|after) (\d+(?:\.\d+)?) (second|minute|hour)s?\b/i;
/** ChatGPT's limits of a subscription. */
const resetsAt = /"resets_at"\s*:\s*(\d{9,11}(?:\.\d+)?)\b/;
const resetsIn = /"resets_in_seconds"\s*:\s*(\d+(?:\.\d+)?)\b/;
const units: Record<string, string> = { second: "s", minute: "m", hour: "h" };

/** `body`: the error as it came; null if it names no time in the future. */
export function readStatedWait(body: string, now: Timestamp): Timestamp | null {
  const at = readEpochSeconds(resetsAt.exec(body)?.[1] ?? null, now);
  if (at !== null) return at;
  const seconds = resetsIn.exec(body)?.[1];
  if (seconds !== undefined) return readGoDuration(`${seconds}s`, now);
  const [, amount, unit] = spelled.exec(body) ?? [];
  const words =
    duration.exec(body)?.[1] ?? (unit === undefined ? null : `${amount}${units[unit.toLowerCase()]}`);
  return readGoDuration(words, now);
}
