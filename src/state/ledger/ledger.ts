// What every request did and cost: takes records in, keeps the latest at hand, and answers questions about all of them.
import type { Price } from "../../engine/prices";
import type { Attempt, KeyId } from "../../engine/types";
import type { RequestRecord } from "../record";
import { FinishedRows } from "./finished-rows";
import { describeAttempt, keepRecord, keepRow } from "./keep-record";
import { breakDown, figuresOf, histogramOf, pageRows } from "./query-rows";
import { RecentRows } from "./recent-rows";
import { batchOf } from "./row-batch";
import { SharedNames } from "./shared-names";
import type { Restored } from "./store/protocol";
import type { StoreClient, StoreReport } from "./store/store-client";
import { type KeyToday, Today } from "./today";
import type {
  AttemptRow,
  BreakdownQuery,
  BreakdownRow,
  Figures,
  FiguresQuery,
  LedgerQueries,
  PageQuery,
  RequestRow,
  RowPage,
  TimelineData,
  TimelineQuery,
  Totals,
} from "./types";

export interface LedgerOptions {
  now: () => number;
  /** null: nobody knows it. */
  priceOf: (model: string) => Price | null;
  /** Where everything is kept; null: only the latest requests are known, in memory. */
  store?: StoreClient | null;
  /** A listener failed. */
  reportBug: (error: unknown) => void;
}

/** Never called without any. */
export type RowListener = (finished: FinishedRows) => void;

const keptRows = 1000;
/** Between requests the code that takes one in is cold; many in a row cost a third each. */
const gatherMs = 100;
/** So many are taken in at once, which takes less than a millisecond. */
const mostGathered = 100;

export class Ledger implements LedgerQueries {
  readonly #options: LedgerOptions;
  readonly #store: StoreClient | null;
  readonly #recent = new RecentRows(keptRows);
  readonly #today: Today;
  readonly #names = new SharedNames();
  readonly #listeners = new Set<RowListener>();
  #gathered: RequestRecord[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#store = options.store ?? null;
    this.#today = new Today(options.now);
  }

  /** Takes in what the process before left, below what has come since. */
  takeOver({ today, recent }: Pick<Restored, "today" | "recent">): void {
    this.#today.restore(today);
    this.#recent.addOlder(batchOf(recent.toReversed().map(keepRow)));
  }

  /** Takes in a finished request, now or in a moment; whatever is asked of the ledger knows of it. */
  add(record: RequestRecord): void {
    this.#gathered.push(record);
    if (this.#gathered.length >= mostGathered) this.settle();
    else this.#timer ??= setTimeout(() => this.settle(), gatherMs);
  }

  /** Counts, keeps and tells what was gathered. */
  settle(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#gathered.length === 0) return;
    const { priceOf, reportBug } = this.#options;
    const kept = this.#gathered.map((record) => keepRecord(record, priceOf, this.#names.of(record)));
    this.#gathered = [];
    const finished = new FinishedRows(batchOf(kept));
    this.#recent.add(finished.batch);
    this.#store?.add(finished.batch);
    this.#today.add(finished.sums);
    for (const listener of this.#listeners) {
      try {
        listener(finished);
      } catch (error) {
        reportBug(error);
      }
    }
  }

  /** The last finished requests, the newest first; at most 1000 are at hand. */
  recent(most: number): RequestRow[] {
    this.settle();
    return this.#recent.recent(most);
  }

  /** Sums of the day, by the clock and zone of this machine. */
  today(): Totals {
    this.settle();
    return this.#today.totals;
  }

  todayOf(key: KeyId): KeyToday {
    this.settle();
    return this.#today.ofKey(key);
  }

  describeAttempt(attempt: Attempt): AttemptRow {
    return describeAttempt(attempt);
  }

  /** Calls for all rows from now on; returns the function that ends it. */
  onRows(listener: RowListener): () => void {
    this.settle();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What keeps the record from being complete; null without a store. */
  get report(): StoreReport | null {
    return this.#store?.report ?? null;
  }

  async find(id: string): Promise<RequestRow | null> {
    this.settle();
    return this.#recent.find(id) ?? this.#store?.find(id) ?? null;
  }

  async page(query: PageQuery): Promise<RowPage> {
    this.settle();
    return this.#store?.page(query) ?? pageRows(this.recent(keptRows), query);
  }

  async figures(query: FiguresQuery): Promise<Figures> {
    this.settle();
    return this.#store?.figures(query) ?? figuresOf(this.recent(keptRows), query);
  }

  async breakdown(query: BreakdownQuery): Promise<BreakdownRow[]> {
    this.settle();
    return this.#store?.breakdown(query) ?? breakDown(this.recent(keptRows), query);
  }

  async timeline(query: TimelineQuery): Promise<TimelineData> {
    this.settle();
    return (
      this.#store?.timeline(query) ?? { bands: [], histogram: histogramOf(this.recent(keptRows), query) }
    );
  }
}
