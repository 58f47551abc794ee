// The buckets of the simulated API, in time that the test moves.
import { describe, expect, test } from "bun:test";
import { RateLimits, rateLimitHeaders } from "../../src/demo/rate-limits";

const start = Date.UTC(2026, 10, 23, 12, 0, 0);
const opus = "claude-opus-4-6";

function threeEveryNineSeconds(): RateLimits {
  return new RateLimits((_, model) => (model === opus ? { requests: 3, refillMs: 9000 } : null));
}

/** Takes until the first refusal. */
function exhaust(limits: RateLimits, key: number, now: number) {
  for (let taken = 0; taken < 100; taken++) {
    const allowance = limits.take(key, opus, now);
    if (!allowance.allowed) return { taken, allowance };
  }
  throw new Error("never refused");
}

describe("RateLimits", () => {
  test("lets as many through as the bucket holds, then says when to come back", () => {
    const { taken, allowance } = exhaust(threeEveryNineSeconds(), 0, start);
    expect(taken).toBe(3);
    expect(allowance.retryAt).toBeGreaterThan(start + 7000);
    expect(allowance.retryAt).toBeLessThanOrEqual(start + 9000);
  });

  test("stays shut until the stated time and is full again then", () => {
    const limits = threeEveryNineSeconds();
    const { allowance } = exhaust(limits, 0, start);
    expect(limits.take(0, opus, allowance.retryAt - 1).allowed).toBe(false);
    expect(exhaust(limits, 0, allowance.retryAt).taken).toBe(3);
  });

  test("a refused request does not move the stated time", () => {
    const limits = threeEveryNineSeconds();
    const { allowance } = exhaust(limits, 0, start);
    expect(limits.take(0, opus, start + 3000).retryAt).toBe(allowance.retryAt);
  });

  test("keys and models have buckets of their own", () => {
    const limits = threeEveryNineSeconds();
    exhaust(limits, 0, start);
    expect(limits.take(1, opus, start).allowed).toBe(true);
    expect(limits.take(0, "claude-sonnet-4-6", start).allowed).toBe(true);
  });

  test("never announces an empty bucket on a request that was let in, so the 429 itself is seen", () => {
    const limits = threeEveryNineSeconds();
    const remaining = [1, 2, 3].map(() => limits.take(0, opus, start).remaining);
    expect(remaining.every((left) => left > 0)).toBe(true);
    expect(remaining).toEqual([...remaining].sort((first, second) => second - first));
  });
});

describe("rateLimitHeaders", () => {
  test("names limit, rest and reset of every group", () => {
    const headers = rateLimitHeaders(threeEveryNineSeconds().take(0, opus, start), start);
    for (const group of ["requests", "tokens", "input-tokens", "output-tokens"]) {
      expect(Number(headers[`anthropic-ratelimit-${group}-limit`])).toBeGreaterThan(0);
      expect(Number(headers[`anthropic-ratelimit-${group}-remaining`])).toBeGreaterThan(0);
      expect(headers[`anthropic-ratelimit-${group}-reset`]).toMatch(/^2026-11-23T12:00:0\dZ$/);
    }
    expect(headers["retry-after"]).toBeUndefined();
  });

  test("a refusal carries whole seconds to wait, and waiting so long is enough", () => {
    const limits = threeEveryNineSeconds();
    const { allowance } = exhaust(limits, 0, start);
    const headers = rateLimitHeaders(allowance, start);
    expect(headers["retry-after"]).toMatch(/^\d+$/);
    expect(headers["anthropic-ratelimit-input-tokens-remaining"]).toBe("0");
    expect(limits.take(0, opus, start + 1000 * Number(headers["retry-after"])).allowed).toBe(true);
  });
});
