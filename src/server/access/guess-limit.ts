// Slows down whoever guesses at the client token: a few tries an address, then one now and then.
import { LruMap } from "../../state/lru-map";

const freeTries = 10;
const oneMoreEveryMs = 30_000;
const addressesKept = 1000;

export class GuessLimit {
  readonly #now: () => number;
  /** When the tries of an address will all be free again. */
  readonly #fullAt = new LruMap<number>(addressesKept);

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds until `address` may try again; 0: now. */
  waitSeconds(address: string): number {
    const debtMs = (this.#fullAt.get(placeOf(address)) ?? 0) - this.#now();
    return Math.max(0, Math.ceil((debtMs - (freeTries - 1) * oneMoreEveryMs) / 1000));
  }

  /** Counts a wrong guess. */
  note(address: string): void {
    const place = placeOf(address);
    const now = this.#now();
    this.#fullAt.set(place, Math.max(now, this.#fullAt.get(place) ?? 0) + oneMoreEveryMs);
  }
}

/** A host on IPv6 has a whole /64 of addresses to its name. */
function placeOf(address: string): string {
  return address.includes(":") && !address.includes(".") ? address.split(":").slice(0, 4).join(":") : address;
}
