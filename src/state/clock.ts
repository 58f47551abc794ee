// The clock and timers that state and proxy are given, so that tests can turn them by hand.
import type { Timestamp } from "../engine/types";

export interface Clock {
  now(): Timestamp;
  /** Runs `run` once when `at` is reached, however far away; returns the function that cancels it. */
  setTimer(at: Timestamp, run: () => void): () => void;
}

/** `setTimeout` fires at once when its delay does not fit 31 bits. */
const longestTimeoutMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  setTimer(at, run) {
    let timeout: ReturnType<typeof setTimeout>;
    const arm = () => {
      const left = at - Date.now();
      timeout =
        left > longestTimeoutMs ? setTimeout(arm, longestTimeoutMs) : setTimeout(run, Math.max(0, left));
    };
    arm();
    return () => clearTimeout(timeout);
  },
};
