// How long a supervisor waits before it starts a crashed process again: 1 s, doubling up to 60 s.

const firstMs = 1000;
const longestMs = 60_000;
/** Whoever has served that long does not crash in a row. */
const goodWhileMs = 300_000;

export class RestartBackoff {
  #level = 0;

  /** The pause after a crash; `servedMs`: how long the process had served, 0 if it never did. */
  next(servedMs: number): number {
    if (servedMs >= goodWhileMs) this.#level = 0;
    const pause = Math.min(longestMs, firstMs * 2 ** this.#level);
    this.#level = Math.min(this.#level + 1, 10);
    return pause;
  }
}
