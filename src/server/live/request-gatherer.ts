// Gathers what happens to requests for a moment, so that one that is over by then is told once.
import type { Attempt } from "../../engine/types";
import type { RequestEvent, RequestUnderWay } from "../../state/record";
import type { AttemptRow, RequestRow, Totals } from "../contract";
import { describeActive } from "./describe-active";
import type { LiveChange } from "./live-hub";

export interface RequestGathererOptions {
  /** Requests that are under way. */
  active: () => Iterable<RequestUnderWay>;
  describeAttempt: (attempt: Attempt) => AttemptRow;
  today: () => Totals;
}

/** Requests that ended together. `rows`: made when they are asked for. */
export interface FinishedRequests {
  readonly count: number;
  readonly rows: readonly RequestRow[];
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
  /** Requests that ended since the last `take`. */
  #ended = 0;
  #flooded = false;

  constructor(options: RequestGathererOptions) {
    this.#options = options;
  }

  /** Nothing that is noted makes a difference, until a `take` finds that the flood is over. */
  get isFlooded(): boolean {
    return this.#flooded;
  }

  start(): void {
    this.#ended = 0;
    for (const request of this.#options.active()) this.#active.set(request.id, request);
  }

  stop(): void {
    this.#active.clear();
    this.#forget();
  }

  note(event: RequestEvent): void {
    if (this.#flooded || event.type === "learnt") return;
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
    if (this.#pending.size > mostPending) this.#flood();
  }

  addFinished(finished: FinishedRequests): void {
    this.#ended += finished.count;
    if (this.#flooded) return;
    if (this.#ended > mostRows) this.#flood();
    else this.#rows.push(...finished.rows);
  }

  /** What happened since the last call, in order for each request; null: too much to tell it one by one. */
  take(): LiveChange[] | null {
    const isOver = this.#ended <= mostRows;
    this.#ended = 0;
    if (!this.#flooded) {
      const changes = [...this.#tellProgress(), ...this.#tellFinished()];
      this.#forget();
      return changes;
    }
    if (isOver) {
      this.#forget();
      this.start();
    }
    return null;
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

  /** Hears nothing more until that many no longer end between two calls of `take`: who serves them has no time to tell of each. */
  #flood(): void {
    this.stop();
    this.#flooded = true;
  }

  #forget(): void {
    this.#pending.clear();
    this.#rows = [];
    this.#flooded = false;
  }
}
