// The stretches of time that sums are kept for, and how a period is put together from them.
import { hourMs, listBuckets, minuteMs } from "../buckets";
import type { Period } from "../types";

/** Lengths of stretches in seconds; a day is that of this machine's zone and so of any length. */
export const spanSeconds = { minute: 60, fiveMinutes: 300, hour: 3600, day: 86_400 } as const;

export type SpanSeconds = (typeof spanSeconds)[keyof typeof spanSeconds];

export const allSpans: readonly SpanSeconds[] = Object.values(spanSeconds);

/** Sums of stretches below an hour are kept so long. */
export const minutesKeptMs = 49 * hourMs;

/** Stretches of one span, one after the other; `to` is exclusive. As they stand in the file, in seconds. */
export interface Segment {
  span: SpanSeconds;
  from: number;
  to: number;
}

/**
 * What the file still holds in which detail: everything from `minutesFrom` on, hours from `hoursFrom` on, days always;
 * milliseconds, at full hours. A period is rounded outwards to what there is.
 */
export interface Detail {
  minutesFrom: number;
  hoursFrom: number;
}

const dayMs = 24 * hourMs;

/** Start of the stretch that holds `at` (milliseconds), in seconds; of a day that of its date in UTC, which no other zone renames. */
export function startOf(at: number, span: SpanSeconds): number {
  return span === spanSeconds.day ? dayKey(at) : Math.floor(at / (span * 1000)) * span;
}

/** The same as a time in milliseconds; of a day the midnight of this machine's zone. */
export function timeOf(start: number, span: SpanSeconds): number {
  if (span !== spanSeconds.day) return start * 1000;
  const date = new Date(start * 1000);
  return new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()).getTime();
}

/** Days since the epoch. */
export function dayOf(at: number): number {
  return Math.floor(at / dayMs);
}

/**
 * Puts a period together from as few stretches as there can be, none longer than `longest` where there is something shorter.
 * Where days are among them, none of the others crosses midnight.
 */
export function planSegments({ since, until }: Period, longest: SpanSeconds, detail: Detail): Segment[] {
  const finest = since < detail.minutesFrom ? hourMs : minuteMs;
  const begin = Math.floor(since / finest) * finest;
  if (until <= begin) return [];
  // Midnights are of no matter then, and the first one costs a command as much time as the rest of it.
  if (longest !== spanSeconds.day && begin >= detail.hoursFrom)
    return planWithin(begin, until, longest, detail);
  return listBuckets({ since: begin, until }, "day").flatMap((day) => {
    const next = endOfDay(day);
    const from = Math.max(begin, day);
    const to = Math.min(until, next);
    const isWhole = longest === spanSeconds.day && from === day && to === next;
    if (isWhole || to <= detail.hoursFrom) return [wholeDay(day)];
    return planWithin(Math.max(from, detail.hoursFrom), to, longest, detail);
  });
}

function wholeDay(day: number): Segment {
  const key = dayKey(day);
  return { span: spanSeconds.day, from: key, to: key + 1 };
}

function planWithin(from: number, to: number, longest: SpanSeconds, { minutesFrom }: Detail): Segment[] {
  const old = cover(from, Math.min(to, minutesFrom), [spanSeconds.hour]);
  const spans = allSpans.filter((span) => span < spanSeconds.day && span <= longest).reverse();
  return [...old, ...cover(Math.max(from, minutesFrom), to, spans)];
}

/** `spans`: the longest first. The shortest reaches beyond the end where it has to. */
function cover(from: number, to: number, [span, ...shorter]: readonly SpanSeconds[]): Segment[] {
  if (span === undefined || to <= from) return [];
  const ms = span * 1000;
  const first = Math.ceil(from / ms) * ms;
  if (shorter.length === 0) return segment(span, first, Math.ceil(to / ms) * ms);
  const last = Math.floor(to / ms) * ms;
  if (first >= last) return cover(from, to, shorter);
  return [...cover(from, first, shorter), ...segment(span, first, last), ...cover(last, to, shorter)];
}

function segment(span: SpanSeconds, from: number, to: number): Segment[] {
  return to > from ? [{ span, from: from / 1000, to: to / 1000 }] : [];
}

function dayKey(at: number): number {
  const day = new Date(at);
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()) / 1000;
}

function endOfDay(day: number): number {
  const date = new Date(day);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}
