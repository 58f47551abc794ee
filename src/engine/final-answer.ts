// Decides what the client hears when nothing is left to try, and says why each key could not serve.
import { passesByItself } from "./reasons";
import type { Attempt, KeyId, Overflow, RestReason, Timestamp } from "./types";

export interface FinalSituation {
  /** Every attempt of the request in order, then the keys that were skipped because they rest (`listSkipped`). */
  attempts: readonly Attempt[];
  /** The chain; named where no attempt names a model. Empty for what is passed through. */
  models: readonly string[];
  /** How many keys the profile has, usable or not. */
  keyCount: number;
  now: Timestamp;
  /** Local clock time for people: "14:32:10". */
  formatTime: (at: Timestamp) => string;
}

/** One line of `error.details.attempts`. */
export interface AttemptDetail {
  key: KeyId;
  /** null: the request named none. */
  model: string | null;
  status: number | null;
  reason: RestReason;
  /** ISO 8601, UTC. */
  until: string | null;
}

export interface OwnAnswer {
  kind: "own";
  status: number;
  /** `error.type` of the Anthropic error shape. */
  type: string;
  message: string;
  /** Whole seconds, at least 1; null: no such header. */
  retryAfterSeconds: number | null;
  attempts: AttemptDetail[];
}

export type FinalAnswer =
  /** The upstream's answer to this attempt (an index in `attempts`), unmodified. */
  { kind: "upstream"; attempt: number } | OwnAnswer;

interface Cause {
  reasons: readonly RestReason[];
  status: number;
  type: string;
  headline: (models: string) => string;
}

/**
 * The causes, the one that helps the person most first: what passes by itself, then what somebody must act on. None
 * of them is a 403: it would log the user of Claude Code out although the fault lies in the pool.
 */
const causes: readonly Cause[] = [
  {
    reasons: ["rate_limited"],
    status: 429,
    type: "rate_limit_error",
    headline: (models) => `All keys are cooling down for ${models}.`,
  },
  {
    reasons: ["overloaded"],
    status: 529,
    type: "overloaded_error",
    headline: (models) => `The upstream is overloaded for ${models}.`,
  },
  {
    reasons: ["server_error"],
    status: 502,
    type: "api_error",
    headline: (models) => `The upstream failed for ${models}.`,
  },
  {
    reasons: ["rejected", "no_permission"],
    status: 401,
    type: "authentication_error",
    headline: (models) => `No key was accepted for ${models}.`,
  },
  {
    reasons: ["no_credit", "disabled_upstream"],
    status: 402,
    type: "billing_error",
    headline: (models) => `No key has credit for ${models}.`,
  },
  {
    reasons: ["no_access"],
    status: 404,
    type: "not_found_error",
    headline: (models) => `No key has access to ${models}.`,
  },
  {
    reasons: ["unsuitable"],
    status: 400,
    type: "invalid_request_error",
    headline: (models) => `No key can take this request for ${models}.`,
  },
  {
    reasons: ["network"],
    status: 502,
    type: "api_error",
    headline: (models) => `No upstream could be reached for ${models}.`,
  },
  {
    reasons: ["disabled", "token_missing"],
    status: 401,
    type: "authentication_error",
    headline: (models) => `No key is ready to serve ${models}.`,
  },
];

/** Section 6 of the routing rules. */
export function finalAnswer(situation: FinalSituation): FinalAnswer {
  const { attempts, now } = situation;
  const last = lastByPair(attempts);
  if (situation.keyCount === 0)
    return noKey("No key is configured for this profile. Add one with `cf add-key`.");
  const cause = causes.find(({ reasons }) => last.some((attempt) => reasons.includes(attempt.reason)));
  if (cause === undefined) return noAttempt(situation, last);
  const overflow = readOverflow(last);
  if (overflow !== null) return tooLong(overflow, last);
  const upstream = cause.status === 404 ? attempts.findLastIndex(isModelRefusal) : -1;
  if (upstream >= 0) return { kind: "upstream", attempt: upstream };
  const returns = last
    .filter((attempt) => passesByItself(attempt.reason))
    .flatMap((attempt) => attempt.until ?? []);
  const next = returns.length === 0 ? null : Math.max(1, Math.ceil((Math.min(...returns) - now) / 1000));
  const passes = cause.reasons.some(passesByItself);
  return {
    kind: "own",
    status: cause.status,
    type: cause.type,
    message: [
      cause.headline(modelNames(last, situation.models)),
      `${keyPhrases(last, situation).join("; ")}.`,
      ...(passes && next !== null ? [`Next key is back in ${formatSeconds(next)}.`] : []),
    ].join(" "),
    retryAfterSeconds: cause.status === 429 ? (next ?? 1) : passes ? next : null,
    attempts: last.map(detailOf),
  };
}

/** Keys there are, yet none was asked and none rests: the deadline passed first, or none may serve this request. */
function noAttempt(situation: FinalSituation, last: readonly Attempt[]): OwnAnswer {
  const models = situation.models.join(", ") || "this request";
  const message = `No key may serve ${models}. Add an Anthropic key with \`cf add-key\`, enable openaiModelFallback, or give the model an entry in openaiModelMapping.`;
  return { ...noKey(message), attempts: last.map(detailOf) };
}

/** The target with the most room, if all that is in the way is the length of the request. */
function readOverflow(last: readonly Attempt[]): Overflow | null {
  const overflows = last.flatMap((attempt) => attempt.overflow ?? []);
  if (overflows.length < last.length) return null;
  return overflows.toSorted((one, other) => other.limit - one.limit)[0] ?? null;
}

/** In Anthropic's words: clients read the numbers in them, compact the conversation and go on. */
function tooLong({ tokens, limit }: Overflow, last: readonly Attempt[]): OwnAnswer {
  return {
    kind: "own",
    status: 400,
    type: "invalid_request_error",
    message: `prompt is too long: ${tokens} tokens > ${limit} maximum`,
    retryAfterSeconds: null,
    attempts: last.map(detailOf),
  };
}

function noKey(message: string): OwnAnswer {
  return {
    kind: "own",
    status: 401,
    type: "authentication_error",
    message,
    retryAfterSeconds: null,
    attempts: [],
  };
}

function isModelRefusal(attempt: Attempt): boolean {
  return attempt.reason === "no_access" && !attempt.skipped;
}

/** What is known last of each (key, model), in the order in which they first came up. */
function lastByPair(attempts: readonly Attempt[]): Attempt[] {
  const pairs = new Map<string, Attempt>();
  for (const attempt of attempts) {
    if (attempt.reason === "ok" || attempt.reason === "aborted") continue;
    pairs.set(JSON.stringify([attempt.key, attempt.model]), attempt);
  }
  return [...pairs.values()];
}

/** In the chain's order, whichever was asked first; models that stand in for them come last. */
function modelNames(attempts: readonly Attempt[], chain: readonly string[]): string {
  const named = new Set(attempts.map((attempt) => attempt.model));
  const names = [...chain.filter((model) => named.has(model)), ...named.difference(new Set(chain))];
  return names.join(", ") || "this request";
}

/** "personal: rate limited until 14:32:10", a model named only where a key's models differ. */
function keyPhrases(attempts: readonly Attempt[], situation: FinalSituation): string[] {
  const keys = [...new Set(attempts.map((attempt) => attempt.key))];
  return keys.map((key) => {
    const own = attempts.filter((attempt) => attempt.key === key);
    const phrases = new Map<string, string[]>();
    for (const attempt of own) {
      const phrase = phraseOf(attempt, situation);
      phrases.set(phrase, [...(phrases.get(phrase) ?? []), attempt.model]);
    }
    if (phrases.size === 1) return `${key}: ${[...phrases.keys()].join("")}`;
    return `${key}: ${[...phrases].map(([phrase, models]) => `${phrase} (${models.join(", ")})`).join(", ")}`;
  });
}

function phraseOf(attempt: Attempt, situation: FinalSituation): string {
  const words = attempt.words.replace(/[.\s]+$/, "");
  const timed = attempt.reason === "rate_limited" && attempt.until !== null && attempt.until > situation.now;
  return timed && attempt.until !== null ? `${words} until ${situation.formatTime(attempt.until)}` : words;
}

function detailOf(attempt: Attempt): AttemptDetail {
  const { key, model, status, reason, until } = attempt;
  return {
    key,
    model: model || null,
    status,
    reason,
    until: until === null ? null : new Date(until).toISOString(),
  };
}

function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} days`;
}
