// Gathers what happens to requests for a moment, so that one that is over by then is told once.
import type { Attempt } from "../../engine/types";
import type { RequestEvent, RequestUnderWay } from "../../state/record";
import type { AttemptRow, RequestRow, Totals } from "../contract";
import { describeActive } from "./describe-active";
import type { LiveChange } from "./live-hub";

export interface RequestGathererOptions {
  describeAttempt: (attempt: Attempt) => AttemptRow;
  today: () => Totals;
}

interface Pending {
  request: RequestUnderWay;
  began: boolean;
  attempts: Attempt[];
}

/** More finished requests than a snapshot shows are told by a snapshot. */
const mostRows = 100;
const mostPending = 1000;

export class RequestGatherer {
  readonly #options: RequestGathererOptions;
  readonly #active = new Map<string, RequestUnderWay>();
  readonly #pending = new Map<string, Pending>();
  #rows: RequestRow[] = [];
  #flooded = false;

  constructor(options: RequestGathererOptions) {
    this.#options = options;
  }

  /** Begins with the requests that are under way. */
  start(active: Iterable<RequestUnderWay>): void {
    for (const request of active) this.#active.set(request.id, request);
  }

  stop(): void {
    this.#active.clear();
    this.#forget();
  }

  note(event: RequestEvent): void {
    if (event.type === "learnt") return;
    if (event.type === "finished") {
      this.#active.delete(event.record.id);
      this.#pending.delete(event.record.id);
      return;
    }
    if (event.type === "started") this.#active.set(event.id, event.request);
    const request = this.#active.get(event.id);
    if (request === undefined) return;
    const pending = this.#pending.get(event.id) ?? { request, began: false, attempts: [] };
    if (event.type === "started") pending.began = true;
    if (event.type === "attempt") pending.attempts.push(event.attempt);
    this.#pending.set(event.id, pending);
  }

  addRow(row: RequestRow): void {
    if (this.#rows.length >= mostRows) this.#flooded = true;
    else this.#rows.push(row);
  }

  /** What happened since the last call, in order for each request; null: too much to tell it one by one. */
  take(): LiveChange[] | null {
    const flooded = this.#flooded || this.#pending.size > mostPending;
    const changes = flooded ? null : [...this.#tellProgress(), ...this.#tellFinished()];
    this.#forget();
    return changes;
  }

  #tellProgress(): LiveChange[] {
    return [...this.#pending.values()].flatMap(({ request, began, attempts }): LiveChange[] => {
      const now = describeActive(request);
      const told = attempts.map((attempt): LiveChange => {
        return { type: "progress", request: now, attempt: this.#options.describeAttempt(attempt) };
      });
      if (began) return [{ type: "started", request: now }, ...told];
      return told.length > 0 ? told : [{ type: "progress", request: now, attempt: null }];
    });
  }

  #tellFinished(): LiveChange[] {
    if (this.#rows.length === 0) return [];
    const today = this.#options.today();
    return this.#rows.map((row) => ({ type: "finished", row, today }));
  }

  #forget(): void {
    this.#pending.clear();
    this.#rows = [];
    this.#flooded = false;
  }
}
