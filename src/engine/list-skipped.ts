// Names the keys that a request did not ask because they rest, with the cause.
import { listPairs, type Situation } from "./decide";
import type { Attempt } from "./types";

/** One skipped attempt for each (key, model) of the situation that rests and was not tried in this pass. */
export function listSkipped(situation: Situation): Attempt[] {
  const pairs = [...listPairs(situation, true), ...listPairs(situation, false)];
  return pairs.flatMap((pair): Attempt[] => {
    if (situation.tried.some((attempt) => attempt.key === pair.key && attempt.model === pair.model))
      return [];
    const availability = situation.availability(pair.key, pair.model);
    if (availability.usable) return [];
    const { status, reason, words, until } = availability;
    return [{ ...pair, status, reason, words, until, ms: 0, skipped: true }];
  });
}
