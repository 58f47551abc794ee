// The tokens of a finished request and what they cost, each part of it at the price of its model.
import { type Cost, costOf } from "../../engine/cost";
import type { Price } from "../../engine/prices";
import type { RequestRecord, Usage } from "../record";
import type { TokenCounts } from "./types";

/** With what was used beside the answer. */
export function countTokens(usage: Usage): TokenCounts {
  return usage.beside === null || usage.beside.length === 0
    ? countReported(usage)
    : usage.beside.reduce((sum, beside) => addCounts(sum, countReported(beside)), countReported(usage));
}

type ReportedCounts = Pick<
  Usage,
  "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "cacheWrite1hTokens"
> &
  Partial<Pick<Usage, "reasoningTokens" | "estimated">>;

function countReported(usage: ReportedCounts): TokenCounts {
  const { cacheWriteTokens: written, cacheWrite1hTokens: forAnHour } = usage;
  return {
    input: usage.inputTokens,
    output: usage.outputTokens,
    cacheRead: usage.cacheReadTokens,
    cacheWrite5m: written === null ? null : Math.max(0, written - (forAnHour ?? 0)),
    cacheWrite1h: forAnHour,
    reasoning: usage.reasoningTokens ?? null,
    estimated: usage.estimated ?? false,
  };
}

function addCounts(sum: TokenCounts, more: TokenCounts): TokenCounts {
  const add = (one: number | null, other: number | null) =>
    one === null && !other ? null : (one ?? 0) + (other ?? 0);
  return {
    ...sum,
    input: add(sum.input, more.input),
    output: add(sum.output, more.output),
    cacheRead: add(sum.cacheRead, more.cacheRead),
    cacheWrite5m: add(sum.cacheWrite5m, more.cacheWrite5m),
    cacheWrite1h: add(sum.cacheWrite1h, more.cacheWrite1h),
  };
}

/** null: nothing was used, or nobody knows the price of all of it. */
export function findCost(record: RequestRecord, priceOf: (model: string) => Price | null): Cost | null {
  const { usage, modelServed, provider } = record;
  if (modelServed === null || provider === null || !usesTokens(usage)) return null;
  const { tier, geo } = usage;
  const cost = (counts: ReportedCounts, model: string, webSearches: number): Cost | null => {
    const price = priceOf(model);
    if (price === null) return null;
    const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = countReported(counts);
    const billed = {
      input: input ?? 0,
      output: output ?? 0,
      cacheRead: cacheRead ?? 0,
      cacheWrite5m: cacheWrite5m ?? 0,
      cacheWrite1h: cacheWrite1h ?? 0,
      webSearches,
      tier,
      geo,
    };
    return costOf(billed, price, provider);
  };
  const own = cost(usage, modelServed, usage.webSearches ?? 0);
  if (usage.beside === null) return own;
  return usage.beside.reduce<Cost | null>((sum, beside) => {
    const more = cost(beside, beside.model ?? modelServed, 0);
    if (sum === null || more === null) return null;
    return {
      costUsd: sum.costUsd + more.costUsd,
      cacheSavedUsd: sum.cacheSavedUsd + more.cacheSavedUsd,
    };
  }, own);
}

function usesTokens({ inputTokens, outputTokens }: Usage): boolean {
  return inputTokens !== null || outputTokens !== null;
}
