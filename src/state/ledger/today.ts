// What the present day, by the clock of this machine, has brought so far.
import type { KeyId } from "../../engine/types";
import type { FinishedRows } from "./finished-rows";
import { addTotals, isCounted, noTotals } from "./totals";
import type { Totals } from "./types";

/** Keys come and go; a day never has many. */
const mostKeys = 1000;

export interface KeyToday {
  requests: number;
  costUsd: number;
}

export interface StoredDay {
  totals: Totals;
  keys: ({ key: KeyId } & KeyToday)[];
}

export class Today {
  readonly #now: () => number;
  #endsAt = 0;
  #totals = noTotals();
  #keys = new Map<KeyId, KeyToday>();

  constructor(now: () => number) {
    this.#now = now;
    this.#turn();
  }

  add({ sums }: Pick<FinishedRows, "sums">): void {
    this.#turn();
    for (const { shape, totals } of sums) {
      if (!isCounted(shape)) continue;
      addTotals(this.#totals, totals);
      if (shape.key !== "") this.#addToKey(shape.key, totals);
    }
  }

  /** What the process before counted on this very day. */
  restore({ totals, keys }: StoredDay): void {
    addTotals(this.#totals, totals);
    for (const { key, ...more } of keys) this.#addToKey(key, more);
  }

  get totals(): Totals {
    this.#turn();
    return { ...this.#totals };
  }

  ofKey(key: KeyId): KeyToday {
    this.#turn();
    return this.#keys.get(key) ?? { requests: 0, costUsd: 0 };
  }

  #addToKey(key: KeyId, { requests, costUsd }: KeyToday): void {
    const known = this.#keys.get(key);
    if (known === undefined && this.#keys.size >= mostKeys) return;
    const own = known ?? { requests: 0, costUsd: 0 };
    this.#keys.set(key, { requests: own.requests + requests, costUsd: own.costUsd + costUsd });
  }

  /** Begins anew at midnight, and when the clock is turned to another day. */
  #turn(): void {
    const now = this.#now();
    if (now < this.#endsAt && now >= this.#endsAt - longestDayMs) return;
    const day = new Date(now);
    this.#endsAt = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
    this.#totals = noTotals();
    this.#keys = new Map();
  }
}

/** The day on which the clocks go back. */
const longestDayMs = 25 * 3_600_000;
