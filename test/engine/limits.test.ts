// What a response says is left.
import { expect, test } from "bun:test";
import { exhaustedUntil, readLimits } from "../../src/engine/limits";
import { at, headersOf, now } from "./header-reader";

test("the counted windows of an API key", () => {
  const limits = readLimits(
    headersOf({
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "2026-03-01T12:00:02Z",
      "anthropic-ratelimit-output-tokens-limit": "8000",
      "anthropic-ratelimit-output-tokens-remaining": "0",
      "anthropic-ratelimit-output-tokens-reset": "2026-03-01T12:00:50Z",
    }),
    now,
  );
  expect(limits.windows).toEqual([
    { name: "requests", limit: 50, remaining: 49, resetAt: at("2026-03-01T12:00:02Z") },
    { name: "output-tokens", limit: 8000, remaining: 0, resetAt: at("2026-03-01T12:00:50Z") },
  ]);
  expect(limits.unified).toBeNull();
  expect(exhaustedUntil(limits)).toBe(at("2026-03-01T12:00:50Z"));
});

test("the windows of a subscription, without its overage", () => {
  const { unified } = readLimits(
    headersOf({
      "anthropic-ratelimit-unified-status": "allowed_warning",
      "anthropic-ratelimit-unified-representative-claim": "seven_day",
      "anthropic-ratelimit-unified-7d-status": "allowed_warning",
      "anthropic-ratelimit-unified-7d-utilization": "0.83",
      "anthropic-ratelimit-unified-7d-reset": String(now / 1000 + 100),
      "anthropic-ratelimit-unified-overage-status": "rejected",
    }),
    now,
  );
  expect(unified).toEqual({
    status: "allowed_warning",
    claim: "seven_day",
    resetAt: null,
    windows: [{ name: "7d", status: "allowed_warning", utilization: 0.83, resetAt: now + 100_000 }],
  });
});

test("a window that is used up but names no future reset does not rest anything", () => {
  const limits = readLimits(
    headersOf({
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-03-01T11:00:00Z",
      "anthropic-ratelimit-tokens-remaining": "-3",
      "anthropic-ratelimit-tokens-reset": "2026-03-01T12:00:50Z",
    }),
    now,
  );
  expect(exhaustedUntil(limits)).toBeNull();
});

test("headers without limits say nothing", () => {
  expect(readLimits(headersOf({ "content-type": "application/json" }), now)).toEqual({
    windows: [],
    unified: null,
  });
});
