// The live side of the dashboard: watches the proxy while somebody looks, and not at all while nobody does.
import type { Attempt } from "../../engine/types";
import { type Clock, systemClock } from "../../state/clock";
import type { RequestUnderWay } from "../../state/record";
import type { AttemptRow, RequestRow, Snapshot, Totals } from "../contract";
import type { HealthReport } from "../health";
import type { Runtime } from "../runtime";
import { describeActive } from "./describe-active";
import { describeKeys } from "./describe-keys";
import { describeProfiles } from "./describe-profiles";
import { LiveHub, type SubscriptionEnd } from "./live-hub";
import type { FinishedRequests } from "./request-gatherer";
import { RuntimeWatch } from "./runtime-watch";

/** What the dashboard needs of the record of requests. */
export interface RequestFigures {
  /** The newest first. */
  recent(most: number): RequestRow[];
  today(): Totals;
  todayOf(key: string): { requests: number; costUsd: number };
  describeAttempt(attempt: Attempt): AttemptRow;
  /** Calls for all finished requests; returns the function that ends it. */
  onRows(listener: (finished: FinishedRequests) => void): () => void;
  /** Has told of every request that is finished when it returns. */
  settle(): void;
}

export interface LiveViewOptions {
  runtime: Runtime;
  health: () => HealthReport;
  figures: RequestFigures;
  instance: string;
  configHash: () => string;
  clock?: Clock;
}

const mostRecent = 100;
/** Nobody reads requests that pass by the thousand, and telling them takes the time of who serves. */
const mostInFlood = 20;
/** So long after the last one left a viewer that comes back is told what it missed instead of everything. */
const lingerMs = 60_000;

export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #clock: Clock;
  readonly #hub: LiveHub;
  readonly #watch: RuntimeWatch;
  #watching = false;
  #cancelLinger = () => {};

  constructor(options: LiveViewOptions) {
    const { runtime, health, figures, instance } = options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#hub = new LiveHub({
      instance,
      snapshot: () => this.#describe(),
      settle: () => this.#watch.flush(),
      now: this.#clock.now,
      reportBug: runtime.reportBug,
      onWatched: (watched) => (watched ? this.#wake() : this.#sleepLater()),
    });
    this.#watch = new RuntimeWatch({
      runtime,
      clock: this.#clock,
      stopwatch: () => performance.now(),
      active: () => this.#active(),
      describeAttempt: (attempt) => figures.describeAttempt(attempt),
      onRows: (listener) => figures.onRows(listener),
      settle: () => figures.settle(),
      today: () => figures.today(),
      keys: () => {
        const { status, queue } = health();
        return { status, keys: this.#keys(), queue };
      },
      warnings: () => health().warnings,
      config: () => {
        const { configError, warnings, profiles } = health();
        return {
          configHash: options.configHash(),
          configError,
          profiles: describeProfiles(runtime.config, profiles),
          keys: this.#keys(),
          warnings,
        };
      },
      capture: () => runtime.capture.state,
      publish: (changes) => this.#hub.publish(changes),
      restart: () => this.#hub.restart(),
    });
  }

  /** Everything as it is now. What follows it can be had from the event stream with its number. */
  snapshot(): Snapshot {
    this.#wake();
    if (this.#hub.subscribers === 0) this.#sleepLater();
    return this.#hub.snapshot();
  }

  /** See `LiveHub.subscribe`. */
  subscribe(lastEventId: string | null, end: SubscriptionEnd): ReadableStream<Uint8Array> | null {
    return this.#hub.subscribe(lastEventId, end);
  }

  /** Something was changed that tells nobody by itself. */
  touch(): void {
    if (this.#watching) this.#watch.touch();
  }

  close(): void {
    this.#hub.close();
    this.#sleep();
  }

  #wake(): void {
    this.#cancelLinger();
    if (this.#watching) return;
    this.#watching = true;
    this.#watch.start();
  }

  #sleepLater(): void {
    this.#cancelLinger();
    this.#cancelLinger = this.#clock.setTimer(this.#clock.now() + lingerMs, () => this.#sleep());
  }

  #sleep(): void {
    this.#cancelLinger();
    if (!this.#watching) return;
    this.#watching = false;
    this.#watch.stop();
    this.#hub.forget();
  }

  #describe(): Omit<Snapshot, "seq"> {
    const { runtime, health, figures, instance, configHash } = this.#options;
    const { status, version, configError, warnings, queue, profiles } = health();
    return {
      instance,
      version,
      now: new Date(this.#clock.now()).toISOString(),
      startedAt: new Date(runtime.startedAt).toISOString(),
      status,
      configHash: configHash(),
      configError,
      warnings,
      profiles: describeProfiles(runtime.config, profiles),
      keys: this.#keys(),
      queue,
      active: this.#active().map(describeActive),
      recent: figures.recent(this.#watch.isFlooded ? mostInFlood : mostRecent),
      today: figures.today(),
      capture: runtime.capture.state,
    };
  }

  #keys(): Snapshot["keys"] {
    const { runtime, figures } = this.#options;
    const { config, pool } = runtime;
    return describeKeys({ config, pool, active: this.#active(), today: (key) => figures.todayOf(key) });
  }

  /** A request is known from the moment that its body was read. */
  #active(): RequestUnderWay[] {
    return [...this.#options.runtime.journeys].filter((journey) => journey.modelAsked !== "");
  }
}
