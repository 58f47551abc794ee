// Keeps the store open, whatever happens to its file, and carries out orders on it.
import { countOf, unpackBatch } from "../row-batch";
import {
  isCorruption,
  type OpenedDatabase,
  openDatabase,
  replaceBroken,
  type StoreTrouble,
} from "./open-database";
import type { OpenOptions, Operations, Order, PackedWrite, Restored } from "./protocol";
import { LedgerStore, type Retention } from "./store";

export interface StoreHostOptions {
  now: () => number;
  /** Milliseconds that no change of the system's clock moves. */
  steadyNow: () => number;
  onTrouble: (trouble: StoreTrouble | null) => void;
}

/** A folder may become writable, a disk may be plugged in again. */
const reopenAfterMs = 30_000;
const restoredRows = 200;
/** In memory there is less room. */
const mostBytesInMemory = 33_554_432;
const rowsBetweenTidying = 20_000;

export class StoreHost {
  readonly #options: StoreHostOptions;
  /** The wall clock as it was at the start, going on steadily: a clock that is turned by a year must not empty the file. */
  readonly #startedAt: number;
  readonly #steadyStart: number;
  #path: string | null = null;
  #retention: Retention = { days: 30, mostBytes: mostBytesInMemory };
  #opened: OpenedDatabase | null = null;
  #store: LedgerStore | null = null;
  #triedAt = 0;
  #rowsSinceTidying = 0;

  constructor(options: StoreHostOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#steadyStart = options.steadyNow();
  }

  /** Throws what the order fails with. */
  perform(order: Order): Operations[Order["op"]]["gives"] {
    if (order.op === "open") return this.#open(order.takes);
    if (order.op === "close") return this.#close();
    try {
      return this.#answer(order);
    } catch (error) {
      if (!isCorruption(error) || this.#path === null || this.#opened?.lasting !== true) throw error;
      this.#store?.close();
      this.#use(replaceBroken(this.#path, this.#options.now(), error));
      return this.#answer(order);
    }
  }

  /** One small step of removing what is too old; whether there is more to do. */
  tidy(): boolean {
    if (this.#store === null) return false;
    this.#rowsSinceTidying = 0;
    const now = this.#startedAt + this.#options.steadyNow() - this.#steadyStart;
    if (this.#store.tidy(now, this.#effectiveRetention())) return true;
    // While no request comes, nothing else says that the proxy runs.
    this.#store.noteAlive(this.#options.now());
    return false;
  }

  get wantsTidying(): boolean {
    return this.#rowsSinceTidying >= rowsBetweenTidying;
  }

  #open({ path, retention }: OpenOptions): Restored {
    this.#path = path;
    this.#retention = retention;
    const now = this.#options.now();
    const store = this.#use(openDatabase(path, now));
    const { aliveAt } = store;
    if (aliveAt !== null && aliveAt < now) store.noteDown(aliveAt);
    const midnight = new Date(now).setHours(0, 0, 0, 0);
    const period = { since: midnight, until: now + 1 };
    const keys = store.breakdown({ period, by: "key" });
    return {
      cooldowns: store.routing.readCooldowns(),
      bindings: store.routing.readBindings(),
      recent: store.page({ limit: restoredRows }).rows,
      today: {
        totals: store.figures({ period, bucket: "day" }).totals,
        keys: keys.map(({ name, totals: { requests, costUsd } }) => ({ key: name, requests, costUsd })),
      },
    };
  }

  #answer(order: Exclude<Order, { op: "open" | "close" }>): Operations[Order["op"]]["gives"] {
    const store = this.#current();
    switch (order.op) {
      case "write":
        this.#write(store, order.takes);
        return null;
      case "retention":
        this.#retention = order.takes;
        return null;
      case "find":
        return store.find(order.takes);
      case "page":
        return store.page(order.takes);
      case "figures":
        return store.figures(order.takes);
      case "breakdown":
        return store.breakdown(order.takes);
      case "timeline":
        return store.timeline(order.takes);
    }
  }

  #write(store: LedgerStore, { parts, again, ...others }: PackedWrite): void {
    store.write({ ...others, parts: parts.map(unpackBatch) }, this.#options.now(), again);
    for (const part of parts) this.#rowsSinceTidying += countOf(part);
  }

  /** Tries the file again from time to time where it could not be opened. */
  #current(): LedgerStore {
    const { now } = this.#options;
    const waits = this.#opened?.trouble?.code === "unusable" && this.#opened.lasting === false;
    if (waits && Math.abs(now() - this.#triedAt) >= reopenAfterMs) {
      const opened = openDatabase(this.#path, now());
      this.#triedAt = now();
      if (opened.lasting) {
        this.#store?.close();
        return this.#use(opened);
      }
      opened.database.close();
    }
    if (this.#store === null) throw new Error("the store is not open");
    return this.#store;
  }

  #use(opened: OpenedDatabase): LedgerStore {
    this.#opened = opened;
    this.#triedAt = this.#options.now();
    this.#store = new LedgerStore(opened.database);
    this.#options.onTrouble(opened.trouble);
    return this.#store;
  }

  #effectiveRetention(): Retention {
    const { days, mostBytes } = this.#retention;
    return { days, mostBytes: this.#opened?.lasting === false ? mostBytesInMemory : mostBytes };
  }

  #close(): null {
    const store = this.#store;
    this.#store = null;
    try {
      store?.noteAlive(this.#options.now());
      store?.checkpoint();
    } finally {
      store?.close();
    }
    return null;
  }
}
