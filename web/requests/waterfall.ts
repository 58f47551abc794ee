// Where the time of a request went: its attempts and waits on the way to the answer, as bars on one scale. Pure.
import type { RequestRow } from "../../src/server/contract";

export interface WaterfallBar {
  /** Key id, or null for time in which no key was asked. */
  key: string | null;
  model: string | null;
  tone: "ok" | "failed" | "skipped" | "waiting";
  /** In milliseconds after the request's start. */
  from: number;
  until: number;
  result: string;
  words: string;
  adjusted: readonly string[];
}

/** A gap below this is our own work, not a wait. */
const leastGapMs = 20;

/** Attempts in their order, with the waits between them; skipped keys are marks without length. */
export function readWaterfall(row: RequestRow): WaterfallBar[] {
  const bars: WaterfallBar[] = [];
  let at = 0;
  for (const attempt of row.attempts) {
    const { key, model, words, adjusted, status, reason } = attempt;
    const isOk = reason === "ok";
    const from = attempt.startMs ?? at;
    if (!attempt.skipped && from - at >= leastGapMs && bars.some((bar) => bar.tone !== "skipped"))
      bars.push(wait(at, from));
    else if (!attempt.skipped && row.queuedMs >= leastGapMs && from - at >= leastGapMs)
      bars.push(wait(at, from));
    // What answered goes on until the end of the answer.
    const until = attempt.skipped
      ? from
      : isOk
        ? Math.max(from + attempt.ms, row.totalMs)
        : from + attempt.ms;
    bars.push({
      key,
      model,
      tone: attempt.skipped ? "skipped" : isOk ? "ok" : "failed",
      from,
      until,
      result: attempt.skipped ? "resting" : String(status ?? reason.replaceAll("_", " ")),
      words,
      adjusted,
    });
    at = Math.max(at, until);
  }
  if (!bars.some((bar) => bar.tone === "ok") && row.totalMs - at >= leastGapMs)
    bars.push(wait(at, row.totalMs));
  return bars;
}

function wait(from: number, until: number): WaterfallBar {
  const shared = { key: null, model: null, tone: "waiting" as const, adjusted: [] };
  return { ...shared, from, until, result: "", words: "waited for a key or before a retry" };
}
