// Leaps over the events of a chunk that hold nothing of interest, by native search instead of line by line.

/** Parts of the types of all events that matter; writers put those in plain ASCII. */
const marks = [Buffer.from("message_"), Buffer.from("error")] as const;
const blankLine = Buffer.from("\n\n");

/** One chunk of an event stream. Text that happens to contain a mark only makes a leap shorter. */
export class QuietStretch {
  readonly #chunk: Buffer;
  /** Where each mark comes next, the length of the chunk if it does not; -1: not searched yet. */
  readonly #next: [number, number] = [-1, -1];
  /** No blank line of two bare LF ends the events here; searching on would cost more than it saves. */
  #useless = false;

  constructor(chunk: Uint8Array) {
    this.#chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  }

  /** `at` is the beginning of an event. Returns that of the event with the next mark, or of the chunk's last, or `at`. */
  leap(at: number): number {
    if (this.#useless) return at;
    for (const index of [0, 1] as const) {
      if (this.#next[index] >= at) continue;
      const found = this.#chunk.indexOf(marks[index], at);
      this.#next[index] = found < 0 ? this.#chunk.length : found;
    }
    const boundary = this.#chunk.lastIndexOf(blankLine, Math.min(...this.#next));
    this.#useless = boundary < at - blankLine.length;
    return Math.max(at, boundary + blankLine.length);
  }
}
