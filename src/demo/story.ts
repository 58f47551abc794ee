// The numbers that make the story: after some requests each key runs out for the big models and cools for a while.
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

/** Now and then the API is overloaded: the same key tries again. */
export function storyOverload(requestNumber: number): boolean {
  return requestNumber % 29 === 6;
}
