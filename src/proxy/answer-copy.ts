// Keeps a bounded copy of an answer that is no event stream, to read its usage when it is over.
import { type AnswerFacts, noFacts, readUsageFromJson } from "./usage";

/** A longer answer is delivered all the same; only its usage stays unknown. */
const maxBytes = 4_194_304;

export class AnswerCopy {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(whole?: Uint8Array) {
    if (whole !== undefined) this.push(whole);
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) this.#chunks = [];
    else this.#chunks.push(chunk);
  }

  /** All null for a body that is no answer of the Messages API. */
  get facts(): AnswerFacts {
    if (this.#bytes > maxBytes) return noFacts();
    const [first] = this.#chunks;
    return readUsageFromJson(
      this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks),
    );
  }
}
