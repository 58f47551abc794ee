// What waits to be written: rows in the order in which the requests ended, and of everything else the latest.
import type { StoredBinding } from "../../sessions";
import type { StoredRests } from "../../stored-rests";
import { countOf, type RowBatch } from "../row-batch";
import type { KeyStateChange } from "./key-states";
import type { Batch } from "./store";

/**
 * A batch of so many rows is sent at once. Larger ones hold questions up, for more than some 15 ms; smaller ones wake the thread so often
 * that the one which serves loses more by it than the writing takes.
 */
export const batchRows = 2500;
const mostPending = 20_000;

export class PendingBatch {
  #parts: RowBatch[] = [];
  #rows = 0;
  #keyStates: KeyStateChange[] = [];
  readonly #cooldowns = new Map<string, StoredRests>();
  readonly #bindings = new Map<string, StoredBinding>();

  get rows(): number {
    return this.#rows;
  }

  get isEmpty(): boolean {
    return this.#rows + this.#keyStates.length + this.#cooldowns.size + this.#bindings.size === 0;
  }

  /** Returns how many of the oldest rows were given up for want of room. */
  add(part: RowBatch): number {
    this.#parts.push(part);
    this.#rows += countOf(part);
    return this.#drop();
  }

  addKeyState(change: KeyStateChange): void {
    this.#keyStates.push(change);
    // While there is no thread, nobody takes them away.
    if (this.#keyStates.length > mostPending) this.#keyStates.shift();
  }

  setRests(rests: StoredRests): void {
    this.#cooldowns.set(rests.key, rests);
  }

  setBinding(binding: StoredBinding): void {
    this.#bindings.set(binding.id, binding);
  }

  /** Takes out the oldest rows, and everything else. */
  take(): Batch {
    const batch = {
      parts: this.#takeParts(),
      keyStates: this.#keyStates,
      cooldowns: [...this.#cooldowns.values()],
      bindings: [...this.#bindings.values()],
    };
    this.#keyStates = [];
    this.#cooldowns.clear();
    this.#bindings.clear();
    return batch;
  }

  /** What was not written after all; returns how many rows were given up for want of room. */
  putBack({ parts, keyStates, cooldowns, bindings }: Batch): number {
    this.#parts = [...parts, ...this.#parts];
    for (const part of parts) this.#rows += countOf(part);
    this.#keyStates = [...keyStates, ...this.#keyStates].slice(-mostPending);
    // What has changed since then is newer.
    for (const known of cooldowns) if (!this.#cooldowns.has(known.key)) this.#cooldowns.set(known.key, known);
    for (const known of bindings) if (!this.#bindings.has(known.id)) this.#bindings.set(known.id, known);
    return this.#drop();
  }

  #takeParts(): RowBatch[] {
    const before = this.#rows;
    let taken = 0;
    while (taken < this.#parts.length && before - this.#rows < batchRows)
      this.#rows -= countOf(this.#parts[taken++] as RowBatch);
    return this.#parts.splice(0, taken);
  }

  #drop(): number {
    const before = this.#rows;
    let dropped = 0;
    while (this.#rows > mostPending) this.#rows -= countOf(this.#parts[dropped++] as RowBatch);
    this.#parts.splice(0, dropped);
    return before - this.#rows;
  }
}
