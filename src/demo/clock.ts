// Time as the demo's parts take it, so that tests decide when it passes.
import { setTimeout as delay } from "node:timers/promises";
import type { Timestamp } from "../engine/types";

export interface Clock {
  now(): Timestamp;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    if (ms <= 0 || signal.aborted) return;
    // The only rejection is the abort, and the caller looks at the signal itself.
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
