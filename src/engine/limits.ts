// Reads what a response says about the limits that are left: counted windows and the unified windows of subscriptions.
import { readEpochSeconds, readGoDuration, readRetryAfter, readRfc3339 } from "./parse-reset";
import type { HeaderReader, Timestamp } from "./types";

/** One counted limit. null: not stated. */
export interface LimitWindow {
  name: string;
  limit: number | null;
  remaining: number | null;
  resetAt: Timestamp | null;
}

/** One window of a subscription token (`5h`, `7d`, a model family's `7d_oi`). `utilization` is 0..1. */
export interface UnifiedWindow {
  name: string;
  status: string | null;
  utilization: number | null;
  resetAt: Timestamp | null;
}

export interface UnifiedLimits {
  status: string | null;
  /** The window that decided the status: `five_hour`, `seven_day`, `seven_day_opus` and the like. */
  claim: string | null;
  resetAt: Timestamp | null;
  windows: UnifiedWindow[];
}

export interface Limits {
  windows: LimitWindow[];
  /** null: no unified header at all. */
  unified: UnifiedLimits | null;
}

const standardWindows = ["requests", "tokens", "input-tokens", "output-tokens"];
/** Bound to one service tier or mode: they say nothing about an ordinary request, so they are only shown. */
const tierWindows = [
  "priority-input-tokens",
  "priority-output-tokens",
  "fast-input-tokens",
  "fast-output-tokens",
];
const openaiWindows = ["requests", "tokens", "project-tokens"];
const unifiedPrefix = "anthropic-ratelimit-unified-";
/** Names of the headers that are read of every answer, made once. */
const standardRemaining = standardWindows.map((name) => ({
  remaining: `anthropic-ratelimit-${name}-remaining`,
  reset: `anthropic-ratelimit-${name}-reset`,
}));
const openaiRemaining = openaiWindows.map((name) => ({
  remaining: `x-ratelimit-remaining-${name}`,
  reset: `x-ratelimit-reset-${name}`,
}));
/** Not `overage`: `overage-status: rejected` stands on every answer of an account without paid overage. */
const unifiedWindows = ["5h", "7d", "7d_oi", "7d_opus", "7d_sonnet"];

/** All limits that a response states, for routing and for display. */
export function readLimits(headers: HeaderReader, now: Timestamp): Limits {
  const windows = [
    ...[...standardWindows, ...tierWindows].map((name) => ({
      name,
      limit: readCount(headers.get(`anthropic-ratelimit-${name}-limit`)),
      remaining: readCount(headers.get(`anthropic-ratelimit-${name}-remaining`)),
      resetAt: readRfc3339(headers.get(`anthropic-ratelimit-${name}-reset`), now),
    })),
    ...openaiWindows.map((name) => ({
      name,
      limit: readCount(headers.get(`x-ratelimit-limit-${name}`)),
      remaining: readCount(headers.get(`x-ratelimit-remaining-${name}`)),
      resetAt: readGoDuration(headers.get(`x-ratelimit-reset-${name}`), now),
    })),
  ].filter((window) => window.limit !== null || window.remaining !== null || window.resetAt !== null);
  return { windows, unified: readUnified(headers, now) };
}

/** When the windows that are used up (`remaining: 0`) are all full again; null if none is. */
export function exhaustedUntil(limits: Limits): Timestamp | null {
  const resets = limits.windows
    .filter((window) => window.remaining === 0 && !tierWindows.includes(window.name))
    .map((window) => window.resetAt);
  return latest(resets);
}

/** `exhaustedUntil(readLimits(headers, now))` for the hot path: reads no more than it needs. */
export function readExhausted(headers: HeaderReader, now: Timestamp): Timestamp | null {
  let until: Timestamp | null = null;
  for (const { remaining, reset } of standardRemaining) {
    if (readCount(headers.get(remaining)) === 0)
      until = latest([until, readRfc3339(headers.get(reset), now)]);
  }
  for (const { remaining, reset } of openaiRemaining) {
    if (readCount(headers.get(remaining)) === 0)
      until = latest([until, readGoDuration(headers.get(reset), now)]);
  }
  return until;
}

/** Whether the unified windows of a subscription are used up, although the answer may be a success. */
export function isUnifiedRejected(headers: HeaderReader): boolean {
  return headers.get(`${unifiedPrefix}status`) === "rejected";
}

/**
 * When a plain 429 says it ends. `retry-after` wins: a token bucket's reset is the time until it is *full* and so
 * over-estimates. Else the reset of what is used up, else the latest reset that is stated at all.
 */
export function readStatedReset(headers: HeaderReader, now: Timestamp): Timestamp | null {
  const retryAfter = readRetryAfter(headers, now);
  if (retryAfter !== null) return retryAfter;
  const limits = readLimits(headers, now);
  const usedUp =
    exhaustedUntil(limits) ?? latest(limits.windows.filter((w) => w.remaining === 0).map((w) => w.resetAt));
  if (usedUp !== null) return usedUp;
  const stated = latest(limits.windows.map((window) => window.resetAt));
  if (stated !== null) return stated;
  // With a status beside it the unified reset belongs to a window that is not used up: hours, not this refusal's end.
  return limits.unified !== null && limits.unified.status === null ? limits.unified.resetAt : null;
}

/** The latest of the given times; null if there is none. */
export function latest(times: readonly (Timestamp | null)[]): Timestamp | null {
  let last: Timestamp | null = null;
  for (const time of times) if (time !== null && (last === null || time > last)) last = time;
  return last;
}

function readUnified(headers: HeaderReader, now: Timestamp): UnifiedLimits | null {
  const status = headers.get(`${unifiedPrefix}status`);
  const claim = headers.get(`${unifiedPrefix}representative-claim`);
  const resetAt = readEpochSeconds(headers.get(`${unifiedPrefix}reset`), now);
  const windows = unifiedWindows
    .map((name) => ({
      name,
      status: headers.get(`${unifiedPrefix}${name}-status`),
      utilization: readCount(headers.get(`${unifiedPrefix}${name}-utilization`)),
      resetAt: readEpochSeconds(headers.get(`${unifiedPrefix}${name}-reset`), now),
    }))
    .filter((window) => window.status !== null || window.utilization !== null || window.resetAt !== null);
  if (status === null && claim === null && resetAt === null && windows.length === 0) return null;
  return { status, claim, resetAt, windows };
}

function readCount(text: string | null): number | null {
  if (text === null || text.trim() === "") return null;
  const count = Number(text);
  return Number.isFinite(count) && count >= 0 ? count : null;
}
