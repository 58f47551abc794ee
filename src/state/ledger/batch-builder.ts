// Gathers rows of requests into a batch.
import { place, type RowBatch, width } from "./row-batch";

export class BatchBuilder {
  readonly #capacity: number;
  #numbers: Float64Array;
  #rows = 0;
  #shapes: string[] = [];
  #texts: string[] = [];
  readonly #sessions = new Map<string, number>();

  /** For so many rows without having to grow. */
  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
    this.#numbers = new Float64Array(this.#capacity * width);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Of the row that is under way, from where `begin` said. */
  get numbers(): Float64Array {
    return this.#numbers;
  }

  /**
   * Begins a row, in which its tokens, cost and times have to be set; so far it has no attempt, target or refusal. `shape`: see
   * `shapeOf`.
   */
  begin(id: string, at: number, shape: string, session: string | null): number {
    const start = this.#rows++ * width;
    if (start === this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    numbers[start + place.id] = this.keep(id);
    numbers[start + place.at] = at;
    numbers[start + place.shape] = this.#indexOfShape(shape);
    numbers[start + place.session] = session === null ? Number.NaN : this.#indexOfSession(session);
    for (let at: number = place.attempts; at < width; at++) numbers[start + at] = Number.NaN;
    return start;
  }

  /** Where a text of the row under way stands. */
  keep(text: string): number {
    return this.#texts.push(text) - 1;
  }

  /** All rows since the last call. */
  take(): RowBatch {
    const isFull = this.#numbers.length === this.#rows * width;
    const numbers = isFull ? this.#numbers : this.#numbers.slice(0, this.#rows * width);
    const batch = { shapes: this.#shapes, numbers, texts: this.#texts };
    if (isFull) this.#numbers = new Float64Array(this.#capacity * width);
    this.#rows = 0;
    this.#shapes = [];
    this.#texts = [];
    this.#sessions.clear();
    return batch;
  }

  /** Rows have few shapes, and those of the same one have the very same text. */
  #indexOfShape(shape: string): number {
    const known = this.#shapes.indexOf(shape);
    return known === -1 ? this.#shapes.push(shape) - 1 : known;
  }

  /** A conversation has many requests. */
  #indexOfSession(session: string): number {
    const known = this.#sessions.get(session);
    if (known !== undefined) return known;
    const index = this.keep(session);
    this.#sessions.set(session, index);
    return index;
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
