// What every request did and cost: takes records in, keeps the latest at hand, and answers questions about all of them.
import type { Price } from "../../engine/prices";
import type { Attempt, KeyId } from "../../engine/types";
import type { RequestRecord } from "../record";
import { describeAttempt, makeRow } from "./make-row";
import { breakDown, figuresOf, histogramOf, pageRows } from "./query-rows";
import { RowRing } from "./row-ring";
import { toTuple } from "./row-tuple";
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

export type RowListener = (row: RequestRow, record: RequestRecord) => void;

const keptRows = 1000;

export class Ledger implements LedgerQueries {
  readonly #options: LedgerOptions;
  readonly #store: StoreClient | null;
  #ring = new RowRing(keptRows);
  readonly #today: Today;
  readonly #listeners = new Set<RowListener>();

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#store = options.store ?? null;
    this.#today = new Today(options.now);
  }

  /** Takes in what the process before left, below what has come since. */
  takeOver({ today, recent }: Pick<Restored, "today" | "recent">): void {
    this.#today.restore(today);
    const own = this.#ring.recent(keptRows);
    this.#ring = new RowRing(keptRows);
    for (const row of [...own, ...recent].toReversed()) this.#ring.add(row);
  }

  /** Takes in a finished request. */
  add(record: RequestRecord): void {
    const row = makeRow(record, this.#options.priceOf);
    this.#ring.add(row);
    this.#today.add(row);
    this.#store?.add(toTuple(row));
    for (const listener of this.#listeners) {
      try {
        listener(row, record);
      } catch (error) {
        this.#options.reportBug(error);
      }
    }
  }

  /** The last finished requests, the newest first; at most 1000 are at hand. */
  recent(most: number): RequestRow[] {
    return this.#ring.recent(most);
  }

  /** Sums of the day, by the clock and zone of this machine. */
  today(): Totals {
    return this.#today.totals;
  }

  todayOf(key: KeyId): KeyToday {
    return this.#today.ofKey(key);
  }

  describeAttempt(attempt: Attempt): AttemptRow {
    return describeAttempt(attempt);
  }

  /** Calls for every row from now on; returns the function that ends it. */
  onRow(listener: RowListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What keeps the record from being complete; null without a store. */
  get report(): StoreReport | null {
    return this.#store?.report ?? null;
  }

  async find(id: string): Promise<RequestRow | null> {
    return this.#ring.find(id) ?? this.#store?.find(id) ?? null;
  }

  async page(query: PageQuery): Promise<RowPage> {
    return this.#store?.page(query) ?? pageRows(this.recent(keptRows), query);
  }

  async figures(query: FiguresQuery): Promise<Figures> {
    return this.#store?.figures(query) ?? figuresOf(this.recent(keptRows), query);
  }

  async breakdown(query: BreakdownQuery): Promise<BreakdownRow[]> {
    return this.#store?.breakdown(query) ?? breakDown(this.recent(keptRows), query);
  }

  async timeline(query: TimelineQuery): Promise<TimelineData> {
    return (
      this.#store?.timeline(query) ?? { bands: [], histogram: histogramOf(this.recent(keptRows), query) }
    );
  }
}
