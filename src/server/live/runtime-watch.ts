// Turns what happens in the proxy into the dashboard's events: gathered for a moment, at a bounded cost.
import type { Clock } from "../../state/clock";
import type { Snapshot } from "../contract";
import type { Runtime } from "../runtime";
import type { LiveChange } from "./live-hub";
import { type FinishedRequests, RequestGatherer, type RequestGathererOptions } from "./request-gatherer";

type KeysChange = Omit<Extract<LiveChange, { type: "keys" }>, "type">;
type ConfigChange = Omit<Extract<LiveChange, { type: "config" }>, "type">;

export interface RuntimeWatchOptions extends RequestGathererOptions {
  runtime: Pick<Runtime, "bus" | "pool" | "configBus">;
  clock: Clock;
  /** Milliseconds from any start, for what a flush costs. */
  stopwatch: () => number;
  /** Calls for all finished requests; returns the function that ends it. */
  onRows: (listener: (finished: FinishedRequests) => void) => () => void;
  /** Has told of every request that is finished when it returns. */
  settle: () => void;
  keys: () => KeysChange;
  warnings: () => Snapshot["warnings"];
  capture: () => Snapshot["capture"];
  config: () => ConfigChange;
  publish: (changes: readonly LiveChange[]) => void;
  /** Too much has changed to tell it one by one. */
  restart: () => void;
}

const gatherMs = 100;
const longestGatherMs = 2000;
/** A flush that took t is followed by at least this many times t of silence: the proxy comes first. */
const restFactor = 400;
const stateEveryMs = 400;

export class RuntimeWatch {
  readonly #options: RuntimeWatchOptions;
  readonly #requests: RequestGatherer;
  /** Keys, warnings or capture may have changed; each is told as a whole. */
  #stateDirty = false;
  #stateAt = Number.NEGATIVE_INFINITY;
  /** As they were told last. */
  #told = { keys: "", warnings: "", capture: "" };
  #nextFlush: { at: number; cancel: () => void } | null = null;
  /** The next flush comes as soon as anything may ask for it. */
  #isFlushNear = false;
  #restsUntil = 0;
  #cancelKnownChange = () => {};
  #cancelMidnight = () => {};
  #unsubscribe: (() => void)[] = [];
  #stopHearing = () => {};

  constructor(options: RuntimeWatchOptions) {
    this.#options = options;
    this.#requests = new RequestGatherer(options);
  }

  /** So many requests end that they are not told one by one. */
  get isFlooded(): boolean {
    return this.#requests.isFlooded;
  }

  start(): void {
    const { runtime, onRows } = this.#options;
    this.#unsubscribe = [
      () => this.#stopHearing(),
      runtime.pool.subscribe(() => this.touch()),
      runtime.configBus.subscribe(() => this.#noteConfig()),
      onRows((finished) => {
        this.#requests.addFinished(finished);
        this.touch();
      }),
    ];
    this.#hear();
    this.#requests.start();
    this.#takeState();
    this.#cancelMidnight = this.#awaitMidnight();
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    this.#cancelFlush();
    this.#cancelKnownChange();
    this.#cancelMidnight();
    this.#requests.stop();
  }

  /** Every step of every request, until there are too many of them to be told one by one. */
  #hear(): void {
    this.#stopHearing();
    this.#stopHearing = this.#options.runtime.bus.subscribe((event) => {
      this.#requests.note(event);
      this.touch();
      if (this.#requests.isFlooded) this.#stopHearing();
    });
  }

  /** Something that is told as a whole may have changed. */
  touch(): void {
    this.#stateDirty = true;
    if (this.#isFlushNear) return;
    this.#flushIn(gatherMs);
    this.#isFlushNear = true;
  }

  /** Publishes what is held back. */
  flush(): void {
    if (this.#unsubscribe.length === 0) return;
    const { clock, stopwatch, settle, publish, restart } = this.#options;
    settle();
    this.#cancelFlush();
    const began = stopwatch();
    const requests = this.#requests.take();
    const isFlooded = this.#requests.isFlooded;
    // A flood is over.
    if (requests === null && !isFlooded) this.#hear();
    const isStateDue = this.#stateDirty && clock.now() - this.#stateAt >= stateEveryMs;
    const state = isStateDue ? this.#takeState() : [];
    if (requests === null) restart();
    else publish([...requests, ...state]);
    const restMs = Math.min(longestGatherMs, (stopwatch() - began) * restFactor);
    this.#restsUntil = clock.now() + restMs;
    // Whether a flood goes on shows at the next look.
    if (isFlooded) this.touch();
    else if (this.#stateDirty) this.#flushIn(this.#stateAt + stateEveryMs - clock.now());
  }

  /** The earliest wish counts. */
  #flushIn(ms: number): void {
    const { clock } = this.#options;
    const at = Math.max(clock.now() + ms, this.#restsUntil);
    if (this.#nextFlush !== null && this.#nextFlush.at <= at) return;
    this.#nextFlush?.cancel();
    this.#nextFlush = { at, cancel: clock.setTimer(at, () => this.flush()) };
  }

  #cancelFlush(): void {
    this.#nextFlush?.cancel();
    this.#nextFlush = null;
    this.#isFlushNear = false;
  }

  /** What was told so far belongs before it. */
  #noteConfig(): void {
    this.flush();
    this.#options.publish([{ type: "config", ...this.#options.config() }]);
    this.#takeState();
  }

  /** What has changed of the state since it was told last. */
  #takeState(): LiveChange[] {
    const { clock } = this.#options;
    this.#stateDirty = false;
    this.#stateAt = clock.now();
    const [keys, warnings, capture] = [
      this.#options.keys(),
      this.#options.warnings(),
      this.#options.capture(),
    ];
    const told = this.#told;
    this.#told = {
      keys: JSON.stringify(keys),
      warnings: JSON.stringify(warnings),
      capture: JSON.stringify(capture),
    };
    this.#awaitKnownChange(keys);
    const changes: LiveChange[] = [];
    if (this.#told.keys !== told.keys) changes.push({ type: "keys", ...keys });
    if (this.#told.warnings !== told.warnings) changes.push({ type: "warnings", warnings });
    if (this.#told.capture !== told.capture) changes.push({ type: "capture", capture });
    return changes;
  }

  /** A cooldown that ends tells nobody: one timer waits for the next end. */
  #awaitKnownChange({ keys }: KeysChange): void {
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
