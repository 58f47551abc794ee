// Watches what the keys are doing, for their history and for the next process: only changes are told.
import type { RestReason } from "../../engine/types";
import type { Clock } from "../clock";
import type { KeyState } from "../describe-key";
import type { KeyPool } from "../pool";
import type { StoredRests } from "../stored-rests";
import type { KeyStateChange } from "./store/key-states";
import type { BandState } from "./types";

export interface KeyWatchOptions {
  pool: KeyPool;
  clock: Clock;
  onState: (change: KeyStateChange) => void;
  onRests: (rests: StoredRests) => void;
}

/** Many requests that fail together are looked at once. */
const gatherMs = 200;
/** The upstream's trouble, not the key's limit. */
const faults = new Set<RestReason>(["overloaded", "server_error", "network"]);

export class KeyWatch {
  readonly #options: KeyWatchOptions;
  readonly #states = new Map<string, string>();
  readonly #rests = new Map<string, string>();
  readonly #unsubscribe: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #cancelEnd = () => {};

  constructor(options: KeyWatchOptions) {
    this.#options = options;
    this.#unsubscribe = options.pool.subscribe(() => this.touch());
    this.#look();
  }

  /** Something may have changed. */
  touch(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#look(), gatherMs);
    this.#timer.unref();
  }

  close(): void {
    this.#unsubscribe();
    this.#cancelEnd();
    if (this.#timer !== null) clearTimeout(this.#timer);
    // The very last word on what rests.
    this.#tellRests();
  }

  #look(): void {
    const { pool, clock } = this.#options;
    this.#timer = null;
    const states = pool.keyStates();
    for (const state of states) this.#tell(state.id, bandStateOf(state), state.reason);
    for (const key of this.#states.keys()) {
      if (!states.some(({ id }) => id === key)) this.#tell(key, "paused", "removed from the config");
    }
    this.#tellRests();
    this.#cancelEnd();
    // A cooldown that ends tells nobody.
    const ends = states.flatMap(({ until }) => (until === null ? [] : Date.parse(until)));
    const next = Math.min(...ends.filter((end) => end > clock.now()));
    this.#cancelEnd = Number.isFinite(next) ? clock.setTimer(next + 1, () => this.touch()) : () => {};
  }

  #tell(key: string, state: BandState, reason: string | null): void {
    const text = `${state} ${reason ?? ""}`;
    if (this.#states.get(key) === text) return;
    this.#states.set(key, text);
    this.#options.onState({ key, at: this.#options.clock.now(), state, reason });
  }

  #tellRests(): void {
    for (const rests of this.#options.pool.storedRests()) {
      const text = `${rests.identity} ${rests.entries}`;
      if ((this.#rests.get(rests.key) ?? " ") === text) continue;
      this.#rests.set(rests.key, text);
      this.#options.onRests(rests);
    }
  }
}

function bandStateOf({ state, reason, until, cooldowns }: KeyState): BandState {
  switch (state) {
    case "serving":
    case "ready":
      return "ready";
    case "rejected":
    case "no_credit":
      return "failing";
    case "disabled":
      return reason === "paused" ? "paused" : "failing";
    case "cooling": {
      const cause = cooldowns.find((cooldown) => cooldown.until === until)?.code;
      return cause !== undefined && faults.has(cause) ? "failing" : "cooling";
    }
  }
}
