// The requests that wait for the same profile and model: the first one probes, the rest follow its success in a ramp.
import type { Timestamp } from "../engine/types";
import type { Clock } from "./clock";
import type { Place, WaitResult } from "./queue";

interface Waiter {
  place: LanePlace;
  until: Timestamp;
  settle: (result: WaitResult) => void;
}

/** A refusal comes quickly: a probe that has no answer after this long is being served. */
const probeGuardMs = 5000;
const rampIntervalMs = 200;

export class Lane {
  readonly profile: string;
  readonly model: string;
  readonly #clock: Clock;
  readonly #onEmpty: () => void;
  readonly #places = new Set<LanePlace>();
  /** In the order in which the places were taken. */
  readonly #waiters: Waiter[] = [];
  #sequence = 0;
  #phase: "waiting" | "probing" | "ramp" = "waiting";
  #prober: LanePlace | null = null;
  #batch = 1;
  #cancelTimer = () => {};

  constructor(profile: string, model: string, clock: Clock, onEmpty: () => void) {
    this.profile = profile;
    this.model = model;
    this.#clock = clock;
    this.#onEmpty = onEmpty;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  get isBusy(): boolean {
    return this.#waiters.length > 0 || this.#phase === "probing";
  }

  get expectedAt(): Timestamp | null {
    const head = this.#waiters[0];
    if (head === undefined) return null;
    return this.#phase === "waiting" ? Math.max(head.until, this.#clock.now()) : this.#clock.now();
  }

  enter(deadline: Timestamp, signal: AbortSignal): Place {
    this.#sequence += 1;
    const place = new LanePlace(this, this.#sequence, deadline, signal);
    this.#places.add(place);
    return place;
  }

  wake(): void {
    if (this.#phase === "waiting" && this.#waiters.length > 0) this.#probe();
  }

  wait(place: LanePlace, until: Timestamp): Promise<WaitResult> {
    if (place.signal.aborted) return Promise.resolve("gone");
    const now = this.#clock.now();
    if (now >= place.deadline) return Promise.resolve("expired");
    const failed = place === this.#prober || (this.#phase === "ramp" && place.released && until > now);
    if (failed) this.#rest();
    return new Promise((resolve) => {
      const cancelDeadline = this.#clock.setTimer(place.deadline, () => this.#drop(place, "expired"));
      const onAbort = () => this.#drop(place, "gone");
      place.signal.addEventListener("abort", onAbort, { once: true });
      const settle = (result: WaitResult) => {
        cancelDeadline();
        place.signal.removeEventListener("abort", onAbort);
        resolve(result);
      };
      this.#insert({ place, until, settle });
    });
  }

  succeeded(place: LanePlace): void {
    if (place === this.#prober) this.#startRamp();
  }

  leave(place: LanePlace): void {
    if (!this.#places.delete(place)) return;
    this.#drop(place, "gone");
    if (place === this.#prober) {
      this.#rest();
      this.#arm();
    }
    if (this.#places.size > 0) return;
    this.#rest();
    this.#onEmpty();
  }

  #insert(waiter: Waiter): void {
    const behind = this.#waiters.findIndex((other) => other.place.sequence > waiter.place.sequence);
    this.#waiters.splice(behind < 0 ? this.#waiters.length : behind, 0, waiter);
    this.#arm();
  }

  #drop(place: LanePlace, result: WaitResult): void {
    const index = this.#waiters.findIndex((waiter) => waiter.place === place);
    const [waiter] = index < 0 ? [] : this.#waiters.splice(index, 1);
    if (waiter === undefined) return;
    waiter.settle(result);
    this.#arm();
  }

  /** While nobody probes, the first waiter's time is the lane's. */
  #arm(): void {
    if (this.#phase !== "waiting") return;
    this.#cancelTimer();
    const head = this.#waiters[0];
    if (head !== undefined) this.#setTimer(head.until, () => this.#probe());
  }

  #probe(): void {
    this.#phase = "probing";
    this.#prober = this.#release();
    this.#setTimer(this.#clock.now() + probeGuardMs, () => this.#startRamp());
  }

  #startRamp(): void {
    this.#phase = "ramp";
    this.#prober = null;
    this.#batch = 1;
    for (const place of this.#places) place.released = false;
    this.#step();
  }

  #step(): void {
    if (this.#waiters.length === 0) {
      this.#rest();
      return;
    }
    for (let count = 0; count < this.#batch && this.#waiters.length > 0; count += 1) this.#release();
    this.#batch *= 2;
    this.#setTimer(this.#clock.now() + rampIntervalMs, () => this.#step());
  }

  #release(): LanePlace | null {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return null;
    waiter.place.released = true;
    waiter.settle("go");
    return waiter.place;
  }

  #rest(): void {
    this.#phase = "waiting";
    this.#prober = null;
    this.#cancelTimer();
  }

  #setTimer(at: Timestamp, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.setTimer(at, run);
  }
}

class LanePlace implements Place {
  readonly sequence: number;
  readonly deadline: Timestamp;
  readonly signal: AbortSignal;
  /** The running ramp let it go: if it comes back to wait, the ramp was too early. */
  released = false;
  readonly #lane: Lane;

  constructor(lane: Lane, sequence: number, deadline: Timestamp, signal: AbortSignal) {
    this.#lane = lane;
    this.sequence = sequence;
    this.deadline = deadline;
    this.signal = signal;
  }

  wait(until: Timestamp): Promise<WaitResult> {
    return this.#lane.wait(this, until);
  }

  succeeded(): void {
    this.#lane.succeeded(this);
  }

  leave(): void {
    this.#lane.leave(this);
  }
}
