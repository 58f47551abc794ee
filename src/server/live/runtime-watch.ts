// Turns what happens in the proxy into the dashboard's events: gathered for a moment, at a bounded cost.
import type { Attempt } from "../../engine/types";
import type { Clock } from "../../state/clock";
import type { RequestEvent, RequestUnderWay } from "../../state/record";
import type { AttemptRow, RequestRow, Snapshot, Totals } from "../contract";
import type { Runtime } from "../runtime";
import { describeActive } from "./describe-active";
import type { LiveChange } from "./live-hub";

type KeysChange = Extract<LiveChange, { type: "keys" }>;
type ConfigChange = Extract<LiveChange, { type: "config" }>;

export interface RuntimeWatchOptions {
  runtime: Runtime;
  clock: Clock;
  describeAttempt: (attempt: Attempt) => AttemptRow;
  /** Calls for every finished request; returns the function that ends it. */
  onRow: (listener: (row: RequestRow) => void) => () => void;
  today: () => Totals;
  keys: () => Omit<KeysChange, "type">;
  warnings: () => Snapshot["warnings"];
  config: () => Omit<ConfigChange, "type">;
  capture: () => Snapshot["capture"];
  publish: (changes: readonly LiveChange[]) => void;
  /** Too much has changed to tell it one by one. */
  restart: () => void;
}

interface Pending {
  request: RequestUnderWay;
  began: boolean;
  attempts: Attempt[];
}

/** Events of this long are gathered: what begins and ends within it is told as finished only. */
const gatherMs = 100;
const longestGatherMs = 2000;
/** A flush that took t is followed by at least this many times t of silence: the proxy comes first. */
const restFactor = 40;
const keysEveryMs = 400;
/** More finished requests than a snapshot shows are told by a snapshot. */
const mostRows = 100;

export class RuntimeWatch {
  readonly #options: RuntimeWatchOptions;
  readonly #active = new Map<string, RequestUnderWay>();
  readonly #pending = new Map<string, Pending>();
  #rows: RequestRow[] = [];
  #flooded = false;
  #keysDirty = false;
  #keysAt = 0;
  #keysText = "";
  #warningsText = "";
  #captureText = "";
  #timer: ReturnType<typeof setTimeout> | null = null;
  #cancelKnownChange = () => {};
  #cancelMidnight = () => {};
  #unsubscribe: (() => void)[] = [];

  constructor(options: RuntimeWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { runtime, onRow } = this.#options;
    this.#unsubscribe = [
      runtime.bus.subscribe((event) => this.#note(event)),
      runtime.pool.subscribe(() => this.touch()),
      runtime.configBus.subscribe(() => this.#noteConfig()),
      onRow((row) => this.#addRow(row)),
    ];
    for (const request of runtime.journeys) this.#active.set(request.id, request);
    this.#remember();
    this.#cancelMidnight = this.#awaitMidnight();
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#cancelKnownChange();
    this.#cancelMidnight();
    this.#active.clear();
    this.#pending.clear();
    this.#rows = [];
    this.#keysDirty = false;
  }

  /** Something that is told as a whole (keys, warnings, capture) may have changed. */
  touch(): void {
    this.#keysDirty = true;
    this.#schedule(gatherMs);
  }

  /** Publishes what is held back. */
  flush(): void {
    if (this.#unsubscribe.length === 0) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const began = performance.now();
    const requests = this.#takeRequests();
    const now = performance.now();
    const keys = this.#keysDirty && now - this.#keysAt >= keysEveryMs ? this.#takeKeys(now) : [];
    if (requests === null) this.#options.restart();
    else this.#options.publish([...requests, ...keys]);
    const tookMs = performance.now() - began;
    const restMs = Math.min(longestGatherMs, tookMs * restFactor);
    if (restMs > gatherMs) this.#schedule(restMs);
    else if (this.#keysDirty)
      this.#schedule(Math.max(gatherMs, keysEveryMs - (performance.now() - this.#keysAt)));
  }

  #schedule(delayMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.flush();
    }, delayMs);
  }

  #note(event: RequestEvent): void {
    if (event.type === "learnt") return;
    this.#keysDirty = true;
    this.#schedule(gatherMs);
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

  /** What was told so far belongs before it. */
  #noteConfig(): void {
    this.flush();
    this.#options.publish([{ type: "config", ...this.#options.config() }]);
    this.#remember();
  }

  /** The state that subscribers know. */
  #remember(): void {
    const keys = this.#options.keys();
    this.#keysText = JSON.stringify(keys);
    this.#warningsText = JSON.stringify(this.#options.warnings());
    this.#captureText = JSON.stringify(this.#options.capture());
    this.#awaitKnownChange(keys);
  }

  #addRow(row: RequestRow): void {
    if (this.#rows.length >= mostRows) this.#flooded = true;
    else this.#rows.push(row);
    this.#schedule(gatherMs);
  }

  /** null: too many. */
  #takeRequests(): LiveChange[] | null {
    const rows = this.#rows;
    const pending = [...this.#pending.values()];
    const flooded = this.#flooded || pending.length > mostRows * 10;
    this.#rows = [];
    this.#pending.clear();
    this.#flooded = false;
    if (flooded) return null;
    const { describeAttempt, today } = this.#options;
    const progress = pending.flatMap(({ request, began, attempts }): LiveChange[] => {
      const now = describeActive(request);
      const told = attempts.map((attempt) => describeAttempt(attempt));
      const first: LiveChange[] = began ? [{ type: "started", request: now }] : [];
      if (told.length > 0) {
        return [...first, ...told.map((attempt) => ({ type: "progress" as const, request: now, attempt }))];
      }
      return began ? first : [{ type: "progress", request: now, attempt: null }];
    });
    if (rows.length === 0) return progress;
    const totals = today();
    return [...progress, ...rows.map((row) => ({ type: "finished" as const, row, today: totals }))];
  }

  #takeKeys(now: number): LiveChange[] {
    this.#keysDirty = false;
    this.#keysAt = now;
    const keys = this.#options.keys();
    const warnings = this.#options.warnings();
    this.#awaitKnownChange(keys);
    const changes: LiveChange[] = [];
    const keysText = JSON.stringify(keys);
    if (keysText !== this.#keysText) changes.push({ type: "keys", ...keys });
    this.#keysText = keysText;
    const warningsText = JSON.stringify(warnings);
    if (warningsText !== this.#warningsText) changes.push({ type: "warnings", warnings });
    this.#warningsText = warningsText;
    const capture = this.#options.capture();
    const captureText = JSON.stringify(capture);
    if (captureText !== this.#captureText) changes.push({ type: "capture", capture });
    this.#captureText = captureText;
    return changes;
  }

  /** A cooldown that ends tells nobody: one timer waits for the next end. */
  #awaitKnownChange({ keys }: Omit<KeysChange, "type">): void {
    this.#cancelKnownChange();
    const { clock } = this.#options;
    const now = clock.now();
    const ends = keys
      .flatMap((key) => [key.until, ...key.cooldowns.map((cooldown) => cooldown.until)])
      .flatMap((until) => (until === null ? [] : Date.parse(until)))
      .filter((end) => end > now);
    this.#cancelKnownChange =
      ends.length === 0 ? () => {} : clock.setTimer(Math.min(...ends), () => this.touch());
  }

  /** The sums of the day begin anew. */
  #awaitMidnight(): () => void {
    const { clock, restart } = this.#options;
    const midnight = new Date(clock.now());
    midnight.setHours(24, 0, 0, 0);
    return clock.setTimer(midnight.getTime(), () => {
      restart();
      this.#cancelMidnight = this.#awaitMidnight();
    });
  }
}
