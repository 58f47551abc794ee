// What every request did and cost: takes records in, keeps the latest at hand, and answers questions about all of them.
import type { Attempt, KeyId } from "../../engine/types";
import type { RequestRecord } from "../record";
import { BatchBuilder } from "./batch-builder";
import { FinishedRows } from "./finished-rows";
import { batchOf, describeAttempt, keepRecord } from "./keep-record";
import { Kinds, type PriceOf } from "./kinds";
import { breakDown, figuresOf, histogramOf, pageRows } from "./query-rows";
import { RecentRows } from "./recent-rows";
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
  priceOf: PriceOf;
  /** Where everything is kept; null: only the latest requests are known, in memory. */
  store?: StoreClient | null;
  /** A listener failed. */
  reportBug: (error: unknown) => void;
}

/** Never called without any. */
export type RowListener = (finished: FinishedRows) => void;

const keptRows = 1000;
/** Between requests the code that counts them is cold: it counts many in a row. */
const gatherMs = 100;
/** So many are counted at once, which takes less than a millisecond. */
const mostGathered = 100;

export class Ledger implements LedgerQueries {
  readonly #options: LedgerOptions;
  readonly #store: StoreClient | null;
  readonly #recent = new RecentRows(keptRows);
  readonly #today: Today;
  readonly #kinds: Kinds;
  readonly #listeners = new Set<RowListener>();
  readonly #gathered = new BatchBuilder(mostGathered);
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#store = options.store ?? null;
    this.#today = new Today(options.now);
    this.#kinds = new Kinds(options.priceOf);
  }

  /** Takes in what the process before left, below what has come since. */
  takeOver({ today, recent }: Pick<Restored, "today" | "recent">): void {
    this.#today.restore(today);
    this.#recent.addOlder(batchOf(recent.toReversed()));
  }

  /** From now on requests cost what `priceOf` says now. */
  reprice(): void {
    this.#kinds.forget();
  }

  /** Takes in a finished request, which is counted and told now or in a moment; whatever is asked of the ledger knows of it. */
  add(record: RequestRecord): void {
    keepRecord(this.#gathered, record, this.#kinds.of(record), this.#options.priceOf);
    if (this.#gathered.rows >= mostGathered) this.settle();
    else this.#timer ??= setTimeout(() => this.settle(), gatherMs);
  }

  /** Counts, keeps and tells what was gathered. */
  settle(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#gathered.rows === 0) return;
    const finished = new FinishedRows(this.#gathered.take());
    this.#recent.add(finished.batch);
    this.#store?.add(finished.batch);
    this.#today.add(finished);
    for (const listener of this.#listeners) {
      try {
        listener(finished);
      } catch (error) {
        this.#options.reportBug(error);
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
