// The last finished requests, at hand for the first view of whoever looks. They are kept in batches: that many objects would have
// to be looked through at every collection of garbage.
import { countOf, type RowBatch, rowsOf } from "./row-batch";
import type { RequestRow } from "./types";

export class RecentRows {
  readonly #capacity: number;
  /** The oldest first. */
  readonly #parts: RowBatch[] = [];
  #count = 0;

  /** At least so many rows stay, if there were as many. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(part: RowBatch): void {
    this.#parts.push(part);
    this.#count += countOf(part);
    this.#trim();
  }

  /** Before all that there are. */
  addOlder(part: RowBatch): void {
    this.#parts.unshift(part);
    this.#count += countOf(part);
    this.#trim();
  }

  /** The newest first. */
  recent(most: number): RequestRow[] {
    const rows: RequestRow[] = [];
    for (let index = this.#parts.length - 1; index >= 0 && rows.length < most; index--)
      rows.push(...rowsOf(this.#parts[index] as RowBatch, most - rows.length).reverse());
    return rows;
  }

  find(id: string): RequestRow | null {
    const part = this.#parts.findLast(({ texts }) => texts.includes(id));
    return (part && rowsOf(part).find((row) => row.id === id)) ?? null;
  }

  #trim(): void {
    const oldest = this.#parts[0];
    if (oldest === undefined || this.#count - countOf(oldest) < this.#capacity) return;
    this.#parts.shift();
    this.#count -= countOf(oldest);
  }
}
