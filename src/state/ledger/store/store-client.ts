// Hands rows to the worker in batches, keeps what could not be written, and says what was lost.
import { CfError } from "../../../errors";
import type { StoredBinding } from "../../sessions";
import type { StoredRests } from "../../stored-rests";
import { packBatch, type RowBatch } from "../row-batch";
import type { LedgerQueries, RequestRow } from "../types";
import type { KeyStateChange } from "./key-states";
import type { StoreTrouble } from "./open-database";
import { batchRows, PendingBatch } from "./pending-batch";
import type { Operation, Operations, Restored } from "./protocol";
import type { Batch, Retention } from "./store";
import { StoreThread } from "./store-thread";

export interface StoreClientOptions {
  /** null: in memory. */
  path: string | null;
  retention: Retention;
}

/** Why the record is incomplete; null when all is well. */
export interface StoreReport {
  /** The file cannot be used, or was set aside. */
  trouble: StoreTrouble | null;
  /** The last write failed, in words. */
  failing: string | null;
  /** Rows that were given up since writing last worked. */
  lost: number;
}

/** A crash loses what is younger than this and the time that a batch takes. */
const gatherMs = 400;
const firstRetryMs = 1000;
const longestRetryMs = 30_000;
const farewellMs = 3000;

export class StoreClient implements LedgerQueries {
  readonly #options: StoreClientOptions;
  #retention: Retention;
  #thread: StoreThread | null = null;
  #restarts = 0;
  readonly #pending = new PendingBatch();
  #sending: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #retryMs = firstRetryMs;
  /** Was being written when the thread ended: nobody knows whether it was. */
  #inDoubt: Batch | null = null;
  #closed = false;
  #report: StoreReport = { trouble: null, failing: null, lost: 0 };

  constructor(options: StoreClientOptions) {
    this.#options = options;
    this.#retention = options.retention;
  }

  /** Opens the store. Rejects only when there can be no thread. */
  open(): Promise<Restored> {
    return this.#start();
  }

  get report(): StoreReport {
    return this.#report;
  }

  add(part: RowBatch): void {
    if (this.#closed) return;
    this.#noteLost(this.#pending.add(part));
    if (this.#pending.rows >= batchRows && this.#retryMs === firstRetryMs) void this.#flush();
    else this.#schedule(gatherMs);
  }

  addKeyState(change: KeyStateChange): void {
    this.#pending.addKeyState(change);
    this.#schedule(gatherMs);
  }

  setRests(rests: StoredRests): void {
    this.#pending.setRests(rests);
    this.#schedule(gatherMs);
  }

  setBinding(binding: StoredBinding): void {
    this.#pending.setBinding(binding);
    this.#schedule(gatherMs);
  }

  setRetention(retention: Retention): void {
    this.#retention = retention;
    this.#ask("retention", retention).catch(() => {
      // A new thread is given the retention when it opens the file.
    });
  }

  find(id: string): Promise<RequestRow | null> {
    return this.#ask("find", id);
  }

  page(query: Operations["page"]["takes"]): Promise<Operations["page"]["gives"]> {
    return this.#askOfAll("page", query);
  }

  figures(query: Operations["figures"]["takes"]): Promise<Operations["figures"]["gives"]> {
    return this.#askOfAll("figures", query);
  }

  breakdown(query: Operations["breakdown"]["takes"]): Promise<Operations["breakdown"]["gives"]> {
    return this.#askOfAll("breakdown", query);
  }

  timeline(query: Operations["timeline"]["takes"]): Promise<Operations["timeline"]["gives"]> {
    return this.#askOfAll("timeline", query);
  }

  /** Writes what is left, for a few seconds at most, and ends the thread. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, farewellMs).unref());
    await Promise.race([this.#sayFarewell(), deadline]);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#thread?.end("the proxy stops");
  }

  async #sayFarewell(): Promise<void> {
    await this.#sending;
    while (this.#hasPending && this.#report.failing === null) await this.#flush();
    await this.#thread?.order("close", null).catch(() => null);
  }

  get #hasPending(): boolean {
    return !this.#pending.isEmpty || this.#inDoubt !== null;
  }

  #start(): Promise<Restored> {
    const thread = new StoreThread({
      onTrouble: (trouble) => {
        this.#report = { ...this.#report, trouble };
      },
      onEnd: (words) => this.#mourn(thread, words),
    });
    this.#thread = thread;
    return thread.order("open", { path: this.#options.path, retention: this.#retention });
  }

  /** A thread that ends by itself is replaced, ever more slowly. */
  #mourn(thread: StoreThread, words: string): void {
    if (this.#thread !== thread || this.#closed) return;
    this.#thread = null;
    this.#report = { ...this.#report, failing: words };
    const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#restarts++);
    setTimeout(() => {
      if (this.#closed) return;
      this.#start().then(
        () => this.#schedule(gatherMs),
        () => {
          // Its end has been reported, and the next attempt set.
        },
      );
    }, delayMs).unref();
  }

  #ask<Name extends Operation>(
    op: Name,
    takes: Operations[Name]["takes"],
  ): Promise<Operations[Name]["gives"]> {
    if (this.#thread !== null) return this.#thread.order(op, takes);
    return Promise.reject(notOpen());
  }

  /** What was added before the question belongs into its answer: the thread writes it first. */
  async #askOfAll<Name extends Operation>(
    op: Name,
    takes: Operations[Name]["takes"],
  ): Promise<Operations[Name]["gives"]> {
    await this.#sending;
    if (this.#pending.rows > 0 && this.#report.failing === null) void this.#flush();
    return this.#ask(op, takes);
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#flush();
    }, delayMs);
    this.#timer.unref();
  }

  /** One batch at a time: the next is made of what has gathered meanwhile. */
  #flush(): Promise<void> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
      if (this.#pending.rows >= batchRows && this.#report.failing === null) void this.#flush();
      else if (this.#hasPending) this.#schedule(this.#report.failing === null ? gatherMs : this.#retryMs);
    });
    return this.#sending;
  }

  async #send(): Promise<void> {
    const again = this.#inDoubt !== null;
    const batch = this.#inDoubt ?? this.#pending.take();
    this.#inDoubt = batch;
    try {
      await this.#ask("write", { ...batch, parts: batch.parts.map(packBatch), again });
      this.#inDoubt = null;
      this.#retryMs = firstRetryMs;
      this.#restarts = 0;
      if (this.#report.failing !== null) this.#report = { ...this.#report, failing: null, lost: 0 };
    } catch (error) {
      if (this.#thread !== null) {
        this.#inDoubt = null;
        this.#noteLost(this.#pending.putBack(batch));
      }
      this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2);
      this.#report = { ...this.#report, failing: wordsOf(error) };
    }
  }

  #noteLost(rows: number): void {
    if (rows > 0) this.#report = { ...this.#report, lost: this.#report.lost + rows };
  }
}

function notOpen(): CfError {
  return new CfError("ledger_unavailable", "The record of requests is not open.");
}

function wordsOf(error: unknown): string {
  if (error instanceof CfError && typeof error.cause === "string") return error.cause;
  return error instanceof Error ? error.message : String(error);
}
