// Sums over requests.
import type { RequestRow, Service, Totals } from "./types";

export function noTotals(): Totals {
  return {
    requests: 0,
    asked: 0,
    rotated: 0,
    fellBack: 0,
    failed: 0,
    cancelled: 0,
    hiddenErrors: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    reasoningTokens: 0,
    costUsd: 0,
    unpriced: 0,
    cacheSavedUsd: 0,
  };
}

/**
 * Whether figures know of it. Counts of tokens, models and what is passed through cost nothing, are over at once, and would hide
 * how messages fare.
 */
export function isCounted({ endpoint }: { endpoint: string }): boolean {
  return endpoint === "messages";
}

export const serviceFields = {
  asked: "asked",
  rotated: "rotated",
  fell_back: "fellBack",
  failed: "failed",
  cancelled: "cancelled",
} as const satisfies Record<RequestRow["service"], keyof Totals>;

export function addRow(totals: Totals, row: RequestRow): void {
  const { tokens } = row;
  totals.requests += 1;
  totals[serviceFields[row.service]] += 1;
  totals.hiddenErrors += hiddenErrorsOf(row.service, row.attempts);
  totals.inputTokens += tokens.input ?? 0;
  totals.outputTokens += tokens.output ?? 0;
  totals.cacheReadTokens += tokens.cacheRead ?? 0;
  totals.cacheWrite5mTokens += tokens.cacheWrite5m ?? 0;
  totals.cacheWrite1hTokens += tokens.cacheWrite1h ?? 0;
  totals.reasoningTokens += tokens.reasoning ?? 0;
  totals.costUsd += row.costUsd ?? 0;
  totals.cacheSavedUsd += row.cacheSavedUsd ?? 0;
  if (isUnpriced(row)) totals.unpriced += 1;
}

/** A message that cost something, and nobody knows what: its model has no price, or its tokens were not told. */
export function isUnpriced(row: RequestRow): boolean {
  const { input, output } = row.tokens;
  return (
    isCounted(row) && row.costUsd === null && (input !== null || output !== null || row.state === "complete")
  );
}

export function addTotals(sum: Totals, other: Totals): void {
  for (const name of Object.keys(sum) as (keyof Totals)[]) sum[name] += other[name];
}

/** Failed attempts that the client never saw, because the request was served all the same. */
export function hiddenErrorsOf(
  service: Service,
  attempts: readonly { skipped: boolean; reason: string }[],
): number {
  if (service === "failed" || service === "cancelled") return 0;
  if (attempts.length === 1) return 0;
  return attempts.filter((attempt) => !attempt.skipped && attempt.reason !== "ok").length;
}
