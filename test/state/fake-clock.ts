// A clock that tests turn by hand: timers run in order of their time, and promises settle in between.
import type { Clock } from "../../src/state/clock";

interface Timer {
  at: number;
  run: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now = Date.parse("2026-03-01T12:00:00.000Z")) {
    this.#now = now;
  }

  now = (): number => this.#now;

  setTimer(at: number, run: () => void): () => void {
    const timer = { at, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets time pass; every timer that is due runs at its own time. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Timer | null {
    const due = [...this.#timers].filter((timer) => timer.at <= end).sort((one, other) => one.at - other.at);
    return due[0] ?? null;
  }
}

/** Lets everything run that waits for a promise already resolved. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
