// The headers by which the simulated OpenAI API tells of its rate limits.
import type { Timestamp } from "../../engine/types";
import type { Allowance } from "../rate-limits";

/** `x-ratelimit-*` as the API sends them on every answer, and when to come back on a refusal. */
export function openAiRateLimitHeaders(allowance: Allowance, now: Timestamp): Record<string, string> {
  const { allowed, limit, remaining, resetAt, retryAt } = allowance;
  const group = (name: string, size: number, left: number, reset: Timestamp) => ({
    [`x-ratelimit-limit-${name}`]: String(size),
    [`x-ratelimit-remaining-${name}`]: String(left),
    [`x-ratelimit-reset-${name}`]: formatGoDuration(reset - now),
  });
  const waitMs = Math.max(1, Math.ceil(retryAt - now));
  return {
    ...group("requests", 500, 499, now + 120),
    ...group("tokens", limit, remaining, allowed ? resetAt : retryAt),
    ...(allowed ? {} : { "retry-after": String(Math.ceil(waitMs / 1000)), "retry-after-ms": String(waitMs) }),
  };
}

/** "120ms", "1.5s", "6m0s", "1h2m3.5s": as Go prints a duration. Never negative. */
function formatGoDuration(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms));
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = `${(whole % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** "12.345s" or "350ms", as in the words of a refusal. */
export function formatSeconds(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms));
  return whole < 1000 ? `${whole}ms` : `${whole / 1000}s`;
}
