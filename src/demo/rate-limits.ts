// The simulated API's rate limits: a token bucket per key and model, and the headers that tell of it.
import type { Timestamp } from "../engine/types";

export interface Limit {
  /** How many requests fit into a full bucket. */
  requests: number;
  /** Milliseconds in which an empty bucket becomes full. */
  refillMs: number;
}

/** The limit of a key (by its place in the list) for a model; null: none worth counting. */
export type LimitFor = (keyIndex: number, model: string) => Limit | null;

export interface Allowance {
  allowed: boolean;
  /** Input tokens of the full bucket, and what is left of them. */
  limit: number;
  remaining: number;
  /** When the bucket is full again. */
  resetAt: Timestamp;
  /** When the next request is let in; only of use if this one was not. */
  retryAt: Timestamp;
}

interface Bucket {
  level: number;
  at: Timestamp;
  closedUntil: Timestamp;
}

// Every request is charged alike, so that one large request of a visitor cannot shut a key for good.
const tokensPerRequest = 1000;
// A bucket that ends at exactly zero would be skipped by its header; this way the 429 is seen, as with real token limits.
const oddTokens = 499;

export class RateLimits {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly limitFor: LimitFor) {}

  /** Charges one request; a refused one costs nothing, and the bucket then stays shut until it is full. */
  take(keyIndex: number, model: string, now: Timestamp): Allowance {
    const limit = this.limitFor(keyIndex, model);
    if (limit === null) {
      return { allowed: true, limit: 4_000_000, remaining: 3_980_000, resetAt: now + 1000, retryAt: now };
    }
    const capacity = limit.requests * tokensPerRequest + oddTokens;
    const name = `${keyIndex} ${model}`;
    const bucket = this.buckets.get(name) ?? { level: capacity, at: now, closedUntil: 0 };
    this.buckets.set(name, bucket);
    bucket.level = Math.min(capacity, bucket.level + ((now - bucket.at) / limit.refillMs) * capacity);
    bucket.at = now;

    const closed = now < bucket.closedUntil;
    const allowed = !closed && bucket.level >= tokensPerRequest;
    if (allowed) bucket.level -= tokensPerRequest;
    const resetAt = now + ((capacity - bucket.level) / capacity) * limit.refillMs;
    if (!allowed && !closed) bucket.closedUntil = resetAt;
    return {
      allowed,
      limit: capacity,
      remaining: allowed ? Math.max(1, Math.floor(bucket.level)) : 0,
      resetAt,
      retryAt: allowed ? now : bucket.closedUntil,
    };
  }
}

/** `anthropic-ratelimit-*` as the API sends them on every answer, and `retry-after` (whole seconds) on a refusal. */
export function rateLimitHeaders(allowance: Allowance, now: Timestamp): Record<string, string> {
  const reset = `${new Date(Math.ceil(allowance.resetAt / 1000) * 1000).toISOString().slice(0, 19)}Z`;
  const share = allowance.remaining / allowance.limit;
  const group = (name: string, limit: number, remaining: number) => ({
    [`anthropic-ratelimit-${name}-limit`]: String(limit),
    [`anthropic-ratelimit-${name}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${name}-reset`]: reset,
  });
  const outputLimit = 16_000;
  const outputLeft = Math.max(1, Math.floor(outputLimit * share));
  return {
    ...group("requests", 50, Math.max(1, Math.floor(50 * share))),
    ...group("input-tokens", allowance.limit, allowance.remaining),
    ...group("output-tokens", outputLimit, outputLeft),
    ...group(
      "tokens",
      allowance.limit + outputLimit,
      allowance.remaining + (allowance.allowed ? outputLeft : 0),
    ),
    ...(allowance.allowed
      ? {}
      : { "retry-after": String(Math.max(1, Math.ceil((allowance.retryAt - now) / 1000))) }),
  };
}
