// Enforces stop sequences that the upstream does not know: text goes on up to the first one and not a character further.

export interface PassedText {
  /** What is certain not to belong to a stop sequence. */
  text: string;
  /** The sequence that ended the text; nothing passes after it. */
  stop: string | null;
}

/**
 * The sequence that is complete first wins; of several that are complete with the same character the longest. What could be
 * the beginning of one, at most the length of the longest less one, is kept back, so that the cuts between pieces do not matter.
 */
export class StopFilter {
  readonly #sequences: readonly string[];
  #held = "";
  #stopped = false;

  constructor(sequences: readonly string[]) {
    this.#sequences = sequences.filter((sequence) => sequence !== "");
  }

  push(piece: string): PassedText {
    if (this.#stopped) return { text: "", stop: null };
    const text = this.#held + piece;
    const match = findFirst(text, this.#sequences);
    if (match !== null) {
      this.#stopped = true;
      this.#held = "";
      return { text: text.slice(0, match.start), stop: match.sequence };
    }
    const safe = text.length - openLength(text, this.#sequences);
    this.#held = text.slice(safe);
    return { text: text.slice(0, safe), stop: null };
  }

  /** The text is over: what was kept back was no stop sequence. */
  flush(): string {
    const text = this.#held;
    this.#held = "";
    return text;
  }
}

function findFirst(text: string, sequences: readonly string[]): { start: number; sequence: string } | null {
  let first: { start: number; sequence: string } | null = null;
  let firstEnd = Number.POSITIVE_INFINITY;
  for (const sequence of sequences) {
    const start = text.indexOf(sequence);
    const end = start + sequence.length;
    if (start < 0 || end > firstEnd || (end === firstEnd && first !== null && start >= first.start)) continue;
    first = { start, sequence };
    firstEnd = end;
  }
  return first;
}

/** Length of the longest end of `text` that some sequence begins with. */
function openLength(text: string, sequences: readonly string[]): number {
  let longest = 0;
  for (const sequence of sequences) {
    let length = Math.min(sequence.length - 1, text.length);
    while (length > longest && !text.endsWith(sequence.slice(0, length))) length--;
    longest = Math.max(longest, length);
  }
  return longest;
}
