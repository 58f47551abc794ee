// The last rows in memory, for the first view of whoever looks.
import type { RequestRow } from "./types";

export class RowRing {
  readonly #rows: RequestRow[] = [];
  readonly #capacity: number;
  /** Where the next row goes; the oldest lies there once the ring is full. */
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(row: RequestRow): void {
    this.#rows[this.#next] = row;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** The newest first. */
  recent(most: number): RequestRow[] {
    const count = Math.min(most, this.#rows.length);
    return Array.from({ length: count }, (_, back) => this.#rows.at(this.#next - 1 - back) as RequestRow);
  }

  find(id: string): RequestRow | null {
    return this.#rows.find((row) => row.id === id) ?? null;
  }
}
