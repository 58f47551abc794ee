// The stretches of time that sums are kept for, and how a period is put together from them.
import { bucketStart, hourMs, listBuckets, minuteMs } from "../buckets";
import type { Bucket, Period } from "../types";

const dayMs = 24 * hourMs;

interface Span {
  seconds: number;
  /** Start of the stretch that holds `at` (milliseconds), in seconds as it stands in the file. */
  startOf: (at: number) => number;
}

/** A day is that of this machine's zone, named by its date in UTC: another zone later does not rename it. */
export const spans: readonly Span[] = [
  { seconds: 60, startOf: (at) => Math.floor(at / minuteMs) * 60 },
  { seconds: 3600, startOf: (at) => Math.floor(at / hourMs) * 3600 },
  { seconds: 86_400, startOf: (at) => dayKey(at) },
];

/** Sums per minute are kept so long. */
export const minutesKeptMs = 49 * hourMs;

/** A part of a period, answered from the sums of one span. */
export interface Segment {
  seconds: number;
  /** As they stand in the file; `to` is exclusive. */
  from: number;
  to: number;
}

/**
 * What the file still holds in which detail: minutes from `minutesFrom` on, hours from `hoursFrom` on, days always. A
 * period is rounded outwards to what there is.
 */
export interface Detail {
  minutesFrom: number;
  hoursFrom: number;
}

/**
 * Cuts a period into days, hours and minutes, none of them longer than `bucket` where there is something shorter. Of "day",
 * no part spans midnight.
 */
export function planSegments(period: Period, bucket: Bucket, detail: Detail): Segment[] {
  return bucket === "minute" ? planMinutes(period, detail) : planDays(period, bucket, detail);
}

function planMinutes({ since, until }: Period, detail: Detail): Segment[] {
  const from = Math.max(since, detail.minutesFrom);
  const older = planDays({ since, until: Math.min(until, from) }, "hour", detail);
  if (until <= from) return older;
  return [
    ...older,
    { seconds: 60, from: Math.floor(from / minuteMs) * 60, to: Math.ceil(until / minuteMs) * 60 },
  ];
}

function planDays({ since, until }: Period, longest: "hour" | "day", detail: Detail): Segment[] {
  if (until <= since) return [];
  const begin = since < detail.minutesFrom ? bucketStart(since, "hour") : since;
  return listBuckets({ since: begin, until }, "day").flatMap((day) => {
    const next = endOfDay(day);
    const from = Math.max(begin, day);
    const to = Math.min(until, next);
    const isWhole = longest === "day" && from === day && to === next;
    if (!isWhole && to > detail.hoursFrom) return planHours(Math.max(from, detail.hoursFrom), to, detail);
    const key = dayKey(day);
    return [{ seconds: 86_400, from: key, to: key + 1 }];
  });
}

export function dayOf(at: number): number {
  return Math.floor(at / dayMs);
}

/** Midnight of this machine's zone, in milliseconds, on the date that the file names. */
export function midnightOf(key: number): number {
  const date = new Date(key * 1000);
  return new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()).getTime();
}

function dayKey(at: number): number {
  const day = new Date(at);
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()) / 1000;
}

function endOfDay(day: number): number {
  const date = new Date(day);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

function planHours(from: number, to: number, { minutesFrom }: Detail): Segment[] {
  const first = Math.ceil(from / hourMs) * hourMs;
  const last = Math.floor(to / hourMs) * hourMs;
  const minutes = (start: number, end: number): Segment[] => {
    const first = Math.floor(start / minuteMs) * 60;
    return end > start ? [{ seconds: 60, from: first, to: Math.ceil(end / minuteMs) * 60 }] : [];
  };
  const hours = (start: number, end: number): Segment[] => {
    return end > start ? [{ seconds: 3600, from: start / 1000, to: end / 1000 }] : [];
  };
  if (last < minutesFrom) return hours(first, Math.ceil(to / hourMs) * hourMs);
  if (from < minutesFrom) return [...hours(first, last), ...minutes(last, to)];
  if (first > last) return minutes(from, to);
  return [...minutes(from, first), ...hours(first, last), ...minutes(last, to)];
}
