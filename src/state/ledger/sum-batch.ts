// Sums over the rows of a batch, so that whoever counts looks at each kind of row once.
import { place, type RowBatch, width } from "./row-batch";
import { readShape, type Shape } from "./shape";
import { isCounted, noTotals, serviceFields } from "./totals";
import type { RequestRow, Totals } from "./types";

/** Sums over rows that share a shape. */
export interface ShapeSums {
  shape: Shape;
  totals: Totals;
  /** Rows whose cost is known. */
  priced: number;
}

/** In the order of the batch's shapes. */
export function sumByShape({ shapes, numbers }: RowBatch): ShapeSums[] {
  const all = shapes.map((text) => ({ shape: readShape(text), totals: noTotals(), priced: 0 }));
  for (let start = 0; start < numbers.length; start += width)
    addRow(all[numbers[start + place.shape] as number] as ShapeSums, numbers, start);
  for (const { shape, totals } of all)
    totals[serviceFields[shape.service as RequestRow["service"]]] = totals.requests;
  return all;
}

/** Whether the row that begins at `start` cost something, and nobody knows what. */
export function isUnpricedAt(numbers: Float64Array, start: number, state: string): boolean {
  return (
    isNull(numbers, start + place.costUsd) &&
    (state === "complete" || !isNull(numbers, start + place.input) || !isNull(numbers, start + place.output))
  );
}

/** A null counts as nothing. */
export function valueAt(numbers: Float64Array, index: number): number {
  return numbers[index] || 0;
}

export function isNull(numbers: Float64Array, index: number): boolean {
  return Number.isNaN(numbers[index]);
}

function addRow(sums: ShapeSums, numbers: Float64Array, start: number): void {
  const { shape, totals } = sums;
  totals.requests += 1;
  totals.hiddenErrors += valueAt(numbers, start + place.hiddenErrors);
  totals.inputTokens += valueAt(numbers, start + place.input);
  totals.outputTokens += valueAt(numbers, start + place.output);
  totals.cacheReadTokens += valueAt(numbers, start + place.cacheRead);
  totals.cacheWrite5mTokens += valueAt(numbers, start + place.cacheWrite5m);
  totals.cacheWrite1hTokens += valueAt(numbers, start + place.cacheWrite1h);
  totals.reasoningTokens += valueAt(numbers, start + place.reasoning);
  totals.costUsd += valueAt(numbers, start + place.costUsd);
  totals.cacheSavedUsd += valueAt(numbers, start + place.cacheSavedUsd);
  if (!isNull(numbers, start + place.costUsd)) sums.priced += 1;
  if (isCounted(shape) && isUnpricedAt(numbers, start, shape.state)) totals.unpriced += 1;
}
