// The tokens of a finished request and what they cost, each part of it at the price of its model.
import { costOf, type Tariff } from "../../engine/cost";
import type { RequestRecord, Usage, UsageBeside } from "../record";
import { type PriceOf, tariffFor } from "./kinds";
import { place, width } from "./row-batch";
import { valueAt } from "./sum-batch";

const tokenPlaces = [place.input, place.output, place.cacheRead, place.cacheWrite5m, place.cacheWrite1h];
const costPlaces = [place.costUsd, place.cacheSavedUsd];

/**
 * Sets tokens and cost of the row that begins at `start`, with what was used beside the answer. No cost: nothing was used, or nobody
 * knows the price of all of it. `tariff`: of the model that served.
 */
export function setUsage(
  numbers: Float64Array,
  start: number,
  record: RequestRecord,
  tariff: Tariff | null,
  priceOf: PriceOf,
): void {
  const { usage } = record;
  setPart(numbers, start, usage, usage.webSearches ?? 0, tariff);
  numbers[start + place.reasoning] = usage.reasoningTokens ?? Number.NaN;
  for (const beside of usage.beside ?? []) {
    const part = new Float64Array(width);
    setPart(part, 0, beside, 0, beside.model === null ? tariff : tariffFor(beside.model, record, priceOf));
    addPart(numbers, start, part);
  }
}

function setPart(
  numbers: Float64Array,
  start: number,
  usage: Usage | UsageBeside,
  webSearches: number,
  tariff: Tariff | null,
): void {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = usage;
  const input = inputTokens ?? 0;
  const output = outputTokens ?? 0;
  const cacheRead = cacheReadTokens ?? 0;
  const cacheWrite1h = cacheWrite1hTokens ?? 0;
  const cacheWrite5m = Math.max(0, (cacheWriteTokens ?? 0) - cacheWrite1h);
  numbers[start + place.input] = inputTokens === null ? Number.NaN : input;
  numbers[start + place.output] = outputTokens === null ? Number.NaN : output;
  numbers[start + place.cacheRead] = cacheReadTokens === null ? Number.NaN : cacheRead;
  numbers[start + place.cacheWrite5m] = cacheWriteTokens === null ? Number.NaN : cacheWrite5m;
  numbers[start + place.cacheWrite1h] = cacheWrite1hTokens === null ? Number.NaN : cacheWrite1h;
  const isUsed = inputTokens !== null || outputTokens !== null;
  const cost =
    isUsed && tariff !== null
      ? costOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearches }, tariff)
      : null;
  numbers[start + place.costUsd] = cost === null ? Number.NaN : cost.costUsd;
  numbers[start + place.cacheSavedUsd] = cost === null ? Number.NaN : cost.cacheSavedUsd;
}

/** A count that only one of them knows is the sum; a cost that one of them does not know is not known of both. */
function addPart(numbers: Float64Array, start: number, part: Float64Array): void {
  for (const at of tokenPlaces) {
    const more = valueAt(part, at);
    if (more > 0) numbers[start + at] = valueAt(numbers, start + at) + more;
  }
  for (const at of costPlaces) (numbers[start + at] as number) += part[at] as number;
}
