// Keeps the list of the Requests view: loads pages for the filter, takes in live rows, holds them back while asked to.

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { RequestFilter, RequestPage, RequestRow } from "../../src/server/contract";
import { wordsOf } from "../api";
import type { Page } from "../page";
import { addLive, addPage, emptyList, matches, type RequestList, release } from "./request-list";

/** Quick at first; whoever scrolls on wants more. */
const firstPageSize = 100;
const pageSize = 500;

export class RequestFeed {
  readonly list: ReadonlySignal<RequestList>;
  readonly busy: Signal<boolean> = signal(false);
  /** Why the last page could not be loaded; null: it could. */
  readonly failure: Signal<string | null> = signal(null);
  readonly #page: Page;
  readonly #list: Signal<RequestList> = signal(emptyList);
  #filter: RequestFilter = {};
  #asked: AbortController | null = null;
  #holds = false;
  /** Finished while the first page is on its way, which may not have them yet. */
  #arrived: RequestRow[] = [];

  constructor(page: Page) {
    this.#page = page;
    this.list = this.#list;
  }

  /** Works until the function it returns is called. */
  start(): () => void {
    const stopRows = this.#page.onRows((rows) => {
      const fitting = rows.filter((row) => matches(row, this.#filter));
      if (this.busy.peek()) this.#arrived.push(...fitting);
      if (fitting.length > 0) this.#list.value = addLive(this.#list.peek(), fitting, this.#holds);
    });
    const stopSnapshots = this.#page.onSnapshot(({ recent }) => this.#catchUp(recent));
    return () => {
      stopRows();
      stopSnapshots();
      this.#asked?.abort();
    };
  }

  /** What finished while nobody listened: joined to the list, or the list anew where rows between would be missing. */
  #catchUp(recent: RequestRow[]): void {
    const known = new Set([...this.#list.peek().rows, ...this.#list.peek().held].map((row) => row.id));
    const fitting = recent.filter((row) => matches(row, this.#filter));
    if (known.size > 0 && !fitting.some((row) => known.has(row.id))) void this.load(this.#filter);
    else this.#list.value = addLive(this.#list.peek(), fitting.reverse(), this.#holds);
  }

  /** Starts anew with another filter. */
  async load(filter: RequestFilter): Promise<void> {
    this.#filter = filter;
    this.#asked?.abort();
    await this.#fetchPage(null);
  }

  /** The next older page, unless one is on its way or there is none. */
  async loadMore(): Promise<void> {
    const { next } = this.#list.peek();
    if (next === null || this.busy.peek() || this.failure.peek() !== null) return;
    await this.#fetchPage(next);
  }

  async retry(): Promise<void> {
    this.failure.value = null;
    await this.#fetchPage(this.#list.peek().next);
  }

  hold(holds: boolean): void {
    this.#holds = holds;
    if (!holds) this.#list.value = release(this.#list.peek());
  }

  async #fetchPage(before: string | null): Promise<void> {
    const stop = new AbortController();
    this.#asked = stop;
    this.busy.value = true;
    this.#arrived = [];
    try {
      const limit = before === null ? firstPageSize : pageSize;
      const query = { ...this.#filter, limit, before };
      const { rows, next } = await this.#page.api.call<RequestPage>("/requests", {
        query,
        signal: stop.signal,
      });
      const isFirst = before === null;
      const list = addPage(isFirst ? emptyList : this.#list.peek(), rows, next);
      this.#list.value = isFirst ? addLive(list, this.#arrived, false) : list;
      this.failure.value = null;
    } catch (error) {
      if (stop.signal.aborted) return;
      this.failure.value = wordsOf(error);
    } finally {
      if (this.#asked === stop) this.busy.value = false;
    }
  }
}
