// Troubles that often pass within a second: a few retries on the same key, then the next one.
import { readRetryAfter } from "./parse-reset";
import type { ClassifyContext, HeaderReader, Reason, Scope, Verdict } from "./types";
import { rotateFor } from "./verdicts";

export interface Trouble {
  ladder: "overload" | "server" | "network" | "challenge";
  reason: Reason;
  words: string;
  /** What rests once the retries are used up. */
  scope: Scope;
  headers?: HeaderReader;
}

/** Delay before the first retry, the second, and so on, in milliseconds. */
const retryDelays: Record<Trouble["ladder"], readonly number[]> = {
  overload: [500, 1000],
  server: [500],
  network: [200],
  challenge: [200],
};
/** An upstream that asks for a longer pause than this is not retried while the client waits. */
const longestStatedPauseMs = 2000;
/** Ten seconds at most, of which the jitter on a stated time may take a tenth. */
const longestOverloadRestMs = 9000;

export function retryOrRotate(trouble: Trouble, context: ClassifyContext): Verdict {
  const { ladder, reason, words, scope, headers } = trouble;
  const stated = headers === undefined ? null : readRetryAfter(headers, context.now);
  const delayMs = retryDelay(trouble, stated === null ? 0 : stated - context.now, context);
  if (delayMs !== null) return { action: "retry", reason, words, rests: [], delayMs };
  if (stated === null) return rotateFor(ladder, scope, reason, words);
  const until = ladder === "overload" ? Math.min(stated, context.now + longestOverloadRestMs) : stated;
  return { action: "rotate", reason, words, rests: [{ scope, duration: { until } }] };
}

/** null: no retry. */
function retryDelay({ ladder, headers }: Trouble, pauseMs: number, context: ClassifyContext): number | null {
  const base = retryDelays[ladder][context.retries];
  if (base === undefined || pauseMs > longestStatedPauseMs) return null;
  if (headers?.get("x-should-retry") === "false") return null;
  const delayMs = Math.max(Math.round(base * (0.75 + context.chance / 2)), pauseMs);
  return context.now + delayMs < context.deadline ? delayMs : null;
}
