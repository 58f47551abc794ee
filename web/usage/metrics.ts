// What usage is measured in, and which period is looked at. Pure.
import type { Bucket, Totals } from "../../src/server/contract";
import { formatMoney, formatShare, formatShort } from "../format";

export const metricNames = ["requests", "tokens", "cost", "cache", "latency"] as const;
export type MetricName = (typeof metricNames)[number];

export interface Part {
  /** Class of its colour. */
  class: string;
  words: string;
  read: (totals: Totals) => number;
}

export interface Metric {
  words: string;
  /** Stacked from the bottom. */
  parts: Part[];
  format: (value: number) => string;
}

/** Everything that went in, cached or not. */
export function inputTokens(totals: Totals): number {
  const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = totals;
  return inputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
}

/** The part of the input that came from the prompt cache, 0..1. */
export function cacheShare(totals: Totals): number {
  const input = inputTokens(totals);
  return input === 0 ? 0 : totals.cacheReadTokens / input;
}

/** Latency has no series: its percentiles belong to a whole period. */
export const metrics: Record<Exclude<MetricName, "latency">, Metric> = {
  requests: {
    words: "Requests",
    format: formatShort,
    parts: [
      { class: "bar-asked", words: "as asked", read: (totals) => totals.asked },
      { class: "bar-rotated", words: "rotated", read: (totals) => totals.rotated },
      { class: "bar-fellBack", words: "fell back", read: (totals) => totals.fellBack },
      { class: "bar-failed", words: "failed", read: (totals) => totals.failed },
      { class: "bar-cancelled", words: "left by the client", read: (totals) => totals.cancelled },
    ],
  },
  tokens: {
    words: "Tokens",
    format: formatShort,
    parts: [
      { class: "bar-cached", words: "read from cache", read: (totals) => totals.cacheReadTokens },
      {
        class: "bar-fresh",
        words: "fresh input",
        read: (totals) => inputTokens(totals) - totals.cacheReadTokens,
      },
      { class: "bar-output", words: "output", read: (totals) => totals.outputTokens },
    ],
  },
  cost: {
    words: "Cost",
    format: formatMoney,
    parts: [{ class: "bar-cost", words: "cost", read: (totals) => totals.costUsd }],
  },
  cache: {
    words: "Cache share",
    format: formatShare,
    parts: [{ class: "bar-cached", words: "of the input came from the cache", read: cacheShare }],
  },
};

export const ranges = ["1h", "24h", "7d", "30d"] as const;
export type Range = (typeof ranges)[number];

const hour = 3_600_000;
const day = 24 * hour;
export const rangeMs: Record<Range, number> = { "1h": hour, "24h": day, "7d": 7 * day, "30d": 30 * day };
export const bucketMs: Record<Bucket, number> = { minute: 60_000, hour, day };

/** Fine enough to see something, coarse enough to be drawn. */
export function bucketFor(lengthMs: number): Bucket {
  if (lengthMs <= 3 * hour) return "minute";
  return lengthMs <= 8 * day ? "hour" : "day";
}

export interface Span {
  since: number;
  until: number;
}

/** The last hour, day, week or month; it begins with a whole bucket, so that the first bar is no stump. */
export function spanOf(range: Range, now: number): Span {
  const step = bucketMs[bucketFor(rangeMs[range])];
  return { since: Math.floor((now - rangeMs[range]) / step + 1) * step, until: now + 1 };
}

/** At most four round steps from 0 to at least `highest`. */
export function niceSteps(highest: number): number[] {
  if (highest <= 0) return [0, 1];
  const raw = highest / 3;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

const tickSteps = [5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 7200, 14_400].map(
  (minutes) => minutes * 60_000,
);

/** Round moments of local time, at most `most` of them. */
export function timeTicks({ since, until }: Span, most: number): number[] {
  const step = tickSteps.find((one) => (until - since) / one <= Math.max(1, most)) ?? 28 * day;
  const shift = new Date(until).getTimezoneOffset() * 60_000;
  const first = Math.ceil((since - shift) / step) * step + shift;
  return Array.from(
    { length: Math.max(0, Math.floor((until - first) / step) + 1) },
    (_, index) => first + index * step,
  );
}
