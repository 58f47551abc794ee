// Requests that ended within a moment of each other, as whoever counts or shows them is told.
import { countOf, type RowBatch, rowsOf } from "./row-batch";
import { type ShapeSums, sumByShape } from "./sum-batch";
import type { RequestRow } from "./types";

export class FinishedRows {
  readonly batch: RowBatch;
  #sums: readonly ShapeSums[] | null = null;
  #rows: RequestRow[] | null = null;

  constructor(batch: RowBatch) {
    this.batch = batch;
  }

  get count(): number {
    return countOf(this.batch);
  }

  /** Found when they are first asked for. */
  get sums(): readonly ShapeSums[] {
    this.#sums ??= sumByShape(this.batch);
    return this.#sums;
  }

  /** In the order in which the requests ended. Made when they are first asked for. */
  get rows(): readonly RequestRow[] {
    this.#rows ??= rowsOf(this.batch);
    return this.#rows;
  }
}
