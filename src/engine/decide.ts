// Decides what a request does next: try a key, wait for one, or give up. Asked anew at every step.
import { maxChainLength } from "./models";
import { preferBound } from "./order";
import { passesByItself } from "./reasons";
import type { Attempt, Availability, Candidate, KeyId, Step, Timestamp } from "./types";

/** Everything a decision rests on. */
export interface Situation {
  /** The asked model, then its fallbacks. */
  chain: readonly string[];
  /** In priority order, see `listCandidates`. */
  candidates: readonly Candidate[];
  /** The key that this conversation is bound to while its prompt cache is warm. */
  boundKey: KeyId | null;
  /** The attempts of this pass. After a wait a new pass begins, with an empty list. */
  tried: readonly Pick<Attempt, "key" | "model" | "until">[];
  /** When this pass began; null: nobody was asked before it. */
  passBegan: Timestamp | null;
  availability: (key: KeyId, model: string) => Availability;
  now: Timestamp;
  /** The one deadline that tries, retries and waits of the request share. */
  deadline: Timestamp;
  /** Waiting may last until then; not after `now`: no waiting. */
  queueUntil: Timestamp;
  /** false: the asked model only, and no other provider (`x-cf-fallback: off`). */
  fallback: boolean;
  /** This key and no other (`x-cf-key`). */
  onlyKey: KeyId | null;
  openai: {
    enabled: boolean;
    /** They are the main road: there are no others, or the client asked for an OpenAI model. */
    primary: boolean;
    /** The OpenAI model that stands in for a Claude model; null if none does. */
    modelFor: (model: string) => string | null;
  };
}

/** One key with the model that it would be asked for. */
export interface Pair {
  key: KeyId;
  model: string;
  provider: Candidate["provider"];
}

/**
 * However short rests are, a key that was tried in this pass is not asked again sooner, nor does a pass that follows another one and
 * asks anybody end sooner: keys that return in turns would be asked without a pause.
 */
const nextPassPauseMs = 500;

/**
 * The next step, by section 1 of the routing rules: the asked model on every key, then each fallback model, then keys
 * of last resort, then a wait that can still help, then a probe of a key that rests, then OpenAI keys that are no part
 * of the order; `finish` when nothing is left. The same (key, model) is never tried twice in a pass.
 */
export function decide(situation: Situation): Step {
  if (situation.now >= situation.deadline) return { do: "finish" };
  return nextAmong(situation, true) ?? nextAmong(situation, false) ?? { do: "finish" };
}

/** What the keys in the order can do, or those of last resort; null if nothing. */
function nextAmong(situation: Situation, inPlace: boolean): Step | null {
  const pairs = listPairs(situation, inPlace);
  return (
    firstUsable(situation, pairs, false) ??
    firstUsable(situation, pairs, true) ??
    earliestReturn(situation, pairs) ??
    firstProbe(situation, pairs)
  );
}

/**
 * The pairs that a request may use, in the order in which it prefers them. `inPlace`: those of the chain; otherwise the
 * OpenAI keys of last resort, which stand in for the asked model only.
 */
export function listPairs(situation: Situation, inPlace: boolean): Pair[] {
  const { chain, candidates, boundKey, fallback, onlyKey, openai } = situation;
  const models = fallback && inPlace ? chain.slice(0, maxChainLength) : chain.slice(0, 1);
  const preferred = preferBound(candidates, boundKey);
  const pairs: Pair[] = [];
  for (const asked of models) {
    for (const candidate of preferred) {
      const { key, provider } = candidate;
      if (candidate.inPlace !== inPlace || (onlyKey !== null && key !== onlyKey)) continue;
      if (onlyKey === null && provider === "openai" && !openai.primary) {
        // A place before an Anthropic key is the user's word for it, whatever the switch says.
        if (!fallback || !(openai.enabled || candidate.inPlace)) continue;
      }
      const model = provider === "openai" ? openai.modelFor(asked) : asked;
      if (model === null || pairs.some((other) => other.key === key && other.model === model)) continue;
      pairs.push({ key, provider, model });
    }
  }
  return pairs;
}

function firstUsable(situation: Situation, pairs: readonly Pair[], lastResort: boolean): Step | null {
  for (const pair of pairs) {
    if (triedAs(situation, pair) !== undefined) continue;
    const availability = situation.availability(pair.key, pair.model);
    if (availability.usable && availability.lastResort === lastResort)
      return { do: "try", ...pair, probe: false };
  }
  return null;
}

function firstProbe(situation: Situation, pairs: readonly Pair[]): Step | null {
  for (const pair of pairs) {
    if (triedAs(situation, pair) !== undefined) continue;
    const availability = situation.availability(pair.key, pair.model);
    if (!availability.usable && availability.probe) return { do: "try", ...pair, probe: true };
  }
  return null;
}

function earliestReturn(situation: Situation, pairs: readonly Pair[]): Step | null {
  const { tried, passBegan, now, queueUntil, deadline } = situation;
  const passEnd = tried.length === 0 || passBegan === null ? now : passBegan + nextPassPauseMs;
  let earliest: Extract<Step, { do: "wait" }> | null = null;
  for (const { key, model } of pairs) {
    const back = returnOf(situation, { key, model });
    if (back === null || back > queueUntil) continue;
    // Where the queue ends sooner, the last pass does.
    const until = Math.max(back, Math.min(passEnd, queueUntil));
    if (until >= deadline) continue;
    if (earliest === null || until < earliest.until) earliest = { do: "wait", until, key, model };
  }
  return earliest;
}

function returnOf(situation: Situation, pair: Pick<Pair, "key" | "model">): Timestamp | null {
  const availability = situation.availability(pair.key, pair.model);
  const attempt = triedAs(situation, pair);
  const soonest = attempt === undefined ? situation.now : situation.now + nextPassPauseMs;
  if (availability.usable) {
    // Tried in this pass, rested, and back already. Without a rest a second try would only meet the same answer.
    return attempt === undefined || attempt.until === null ? null : soonest;
  }
  if (availability.until === null || !passesByItself(availability.reason)) return null;
  return Math.max(availability.until, soonest);
}

function triedAs(
  situation: Situation,
  pair: Pick<Pair, "key" | "model">,
): Situation["tried"][number] | undefined {
  return situation.tried.findLast((attempt) => samePair(attempt, pair));
}

function samePair(one: Pick<Pair, "key" | "model">, other: Pick<Pair, "key" | "model">): boolean {
  return one.key === other.key && one.model === other.model;
}
