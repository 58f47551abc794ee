// Names the keys that a request did not ask because they rest, with the cause.
import { listPairs, type Pair, type Situation } from "./decide";
import type { Attempt } from "./types";

/** One skipped attempt for each (key, model) of the situation that rests and was not tried in this pass. */
export function listSkipped(situation: Situation): Attempt[] {
  const pairs = [...listPairs(situation, true), ...listPairs(situation, false)];
  return pairs.flatMap((pair) => describeRest(situation, pair));
}

/** Those of them that the request would rather have asked than `chosen`. */
export function listPassedOver(situation: Situation, chosen: Pick<Pair, "key" | "model">): Attempt[] {
  const { boundKey, candidates, chain } = situation;
  // The plain case, which need not be looked at.
  if ((boundKey ?? candidates[0]?.key) === chosen.key && chain[0] === chosen.model) return [];
  const pairs = [...listPairs(situation, true), ...listPairs(situation, false)];
  const place = pairs.findIndex(({ key, model }) => key === chosen.key && model === chosen.model);
  return pairs.slice(0, Math.max(0, place)).flatMap((pair) => describeRest(situation, pair));
}

function describeRest(situation: Situation, pair: Pair): Attempt[] {
  if (situation.tried.some((attempt) => attempt.key === pair.key && attempt.model === pair.model)) return [];
  const availability = situation.availability(pair.key, pair.model);
  if (availability.usable) return [];
  const { status, reason, words, until } = availability;
  return [{ ...pair, status, reason, words, until, ms: 0, skipped: true }];
}
