// What every request did and cost: takes records in, keeps the latest at hand, and answers questions about all of them.
import type { Price } from "../../engine/prices";
import type { Attempt, KeyId } from "../../engine/types";
import type { RequestRecord } from "../record";
import { describeAttempt, makeRow } from "./make-row";
import { breakDown, figuresOf, histogramOf, pageRows } from "./query-rows";
import { RowRing } from "./row-ring";
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
}

export type RowListener = (row: RequestRow) => void;

const keptRows = 1000;

export class Ledger implements LedgerQueries {
  readonly #priceOf: LedgerOptions["priceOf"];
  readonly #ring = new RowRing(keptRows);
  readonly #today: Today;
  readonly #listeners = new Set<RowListener>();

  constructor({ now, priceOf }: LedgerOptions) {
    this.#priceOf = priceOf;
    this.#today = new Today(now);
  }

  /** Takes in a finished request. */
  add(record: RequestRecord): void {
    const row = makeRow(record, this.#priceOf);
    this.#ring.add(row);
    this.#today.add(row);
    for (const listener of this.#listeners) listener(row);
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

  async find(id: string): Promise<RequestRow | null> {
    return this.#ring.find(id);
  }

  async page(query: PageQuery): Promise<RowPage> {
    return pageRows(this.#ring.recent(keptRows), query);
  }

  async figures(query: FiguresQuery): Promise<Figures> {
    return figuresOf(this.#ring.recent(keptRows), query);
  }

  async breakdown(query: BreakdownQuery): Promise<BreakdownRow[]> {
    return breakDown(this.#ring.recent(keptRows), query);
  }

  async timeline(query: TimelineQuery): Promise<TimelineData> {
    return { bands: [], histogram: histogramOf(this.#ring.recent(keptRows), query) };
  }

  /** Resolves when everything is kept. */
  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
