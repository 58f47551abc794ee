// The numbers that make the story: each key runs out for the big models, then both accounts run out altogether.
import type { Timestamp } from "../engine/types";
import type { AccountOut } from "./account-limits";
import type { LimitFor } from "./rate-limits";
import type { Pace } from "./stream-frames";

/** About as fast as a person reads along. */
export const storyPace: Pace = { firstByteMs: 350, deltaMs: 70 };

/** One request of the pretend traffic every so many milliseconds. */
export const storyEveryMs = 900;

/**
 * Both keys are out together for some seconds (that is the fallback), and the first is the first to come back. Models
 * that are not of the big kind never run out.
 */
export const storyLimits: LimitFor = (keyIndex, model) => {
  if (!/^claude-(?:opus|fable)-/.test(model)) return null;
  return keyIndex === 0 ? { requests: 5, refillMs: 20_000 } : { requests: 4, refillMs: 16_000 };
};

/** The story begins anew after so many milliseconds. */
export const storyCycleMs = 51_000;

/** How long a request waits for a key of the demo, in milliseconds; only what lasts longer is left to the last resort. */
export const storyQueueMs = 3000;

const outFromMs = 34_000;
const outToMs = 50_000;

/**
 * Once in each cycle both accounts are out for every model, for longer than a request waits: that is the last resort's
 * hour. It comes when the first key is back, and both are rested when it is over.
 */
export function storyAccounts(startedAt: Timestamp): AccountOut {
  return (_keyIndex, now) => {
    const cycleStart = now - ((now - startedAt) % storyCycleMs);
    const isOut = now >= cycleStart + outFromMs && now < cycleStart + outToMs;
    return isOut ? cycleStart + outToMs : null;
  };
}

/** Now and then the API is overloaded: the same key tries again. */
export function storyOverload(requestNumber: number): boolean {
  return requestNumber % 41 === 6;
}
