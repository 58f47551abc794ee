// Lets whole server-sent events through and keeps back a begun one, so that a ping or an error event fits in at any time.

/** A longer event passes in pieces: nothing may be gathered without bound. */
const maxHeldBytes = 65_536;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export class PartialEventHold {
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #open = false;
  /** What was seen so far ends with a line end: the next one completes the event, also in another chunk. */
  #atLineStart = true;

  /** Nothing of a begun event has gone out: what is written now stands between events. */
  get betweenEvents(): boolean {
    return !this.#open;
  }

  /** Hands on what is complete, in order. */
  push(chunk: Uint8Array, write: (bytes: Uint8Array) => void): void {
    const end = this.#endOfLastEvent(chunk);
    if (end > 0) {
      this.#release(write);
      write(end === chunk.length ? chunk : chunk.subarray(0, end));
      this.#open = false;
    }
    const rest = end === 0 ? chunk : chunk.subarray(end);
    if (rest.length === 0) return;
    this.#held.push(rest);
    this.#heldBytes += rest.length;
    if (this.#open || this.#heldBytes > maxHeldBytes) {
      this.#open = true;
      this.#release(write);
    }
  }

  /** The upstream is done: hands on what is left. */
  flush(write: (bytes: Uint8Array) => void): void {
    this.#release(write);
  }

  #release(write: (bytes: Uint8Array) => void): void {
    for (const bytes of this.#held) write(bytes);
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** Index behind the last blank line of `chunk`, 0 if there is none. */
  #endOfLastEvent(chunk: Uint8Array): number {
    const startsAtLine = this.#atLineStart;
    const last = chunk.at(-1) === carriageReturn ? chunk.length - 2 : chunk.length - 1;
    if (last >= 0) this.#atLineStart = chunk[last] === lineFeed;
    for (let feed = chunk.lastIndexOf(lineFeed); feed >= 0; feed = chunk.lastIndexOf(lineFeed, feed - 1)) {
      const before = chunk[feed - 1] === carriageReturn ? feed - 2 : feed - 1;
      if (before < 0 ? startsAtLine : chunk[before] === lineFeed) return feed + 1;
      if (feed === 0) return 0;
    }
    return 0;
  }
}
