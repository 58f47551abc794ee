// The last finished requests, at hand for the first view of whoever looks. They are kept as text: that many objects would have to
// be looked through at every collection of garbage.
import { decodeRows, type EncodedRows } from "./row-tuple";
import type { RequestRow } from "./types";

export class RecentRows {
  readonly #capacity: number;
  /** The oldest first. */
  readonly #parts: EncodedRows[] = [];
  #count = 0;

  /** At least so many rows stay, if there were as many. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(part: EncodedRows): void {
    this.#parts.push(part);
    this.#count += part.count;
    this.#trim();
  }

  /** Before all that there are. */
  addOlder(part: EncodedRows): void {
    this.#parts.unshift(part);
    this.#count += part.count;
    this.#trim();
  }

  /** The newest first. */
  recent(most: number): RequestRow[] {
    const rows: RequestRow[] = [];
    for (let index = this.#parts.length - 1; index >= 0 && rows.length < most; index--)
      rows.push(...decodeRows(this.#parts[index] as EncodedRows).reverse());
    return rows.slice(0, most);
  }

  find(id: string): RequestRow | null {
    const part = this.#parts.findLast(({ text }) => text.includes(JSON.stringify(id)));
    return (part && decodeRows(part).find((row) => row.id === id)) ?? null;
  }

  #trim(): void {
    const oldest = this.#parts[0];
    if (oldest === undefined || this.#count - oldest.count < this.#capacity) return;
    this.#parts.shift();
    this.#count -= oldest.count;
  }
}
