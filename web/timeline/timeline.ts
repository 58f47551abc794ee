// The timeline as the page goes on with it between two answers of the API, and how it is cut to pixels. Pure.
import type { BandSpan, KeyView, RequestRow, Timeline } from "../../src/server/contract";

export type BandState = BandSpan["state"];

export const serviceNames = ["asked", "rotated", "fellBack", "failed", "cancelled"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Times are milliseconds since the epoch. */
export interface Span {
  from: number;
  until: number;
  state: BandState;
  reason: string | null;
}

export type Bar = { at: number } & Record<ServiceName, number>;

export interface Track {
  since: number;
  until: number;
  bucketMs: number;
  /** Spans in the order of time. */
  bands: { key: string; spans: Span[] }[];
  bars: Bar[];
}

/** The API's answer with times as numbers, read many times a second, and without what lies after `now`. */
export function readTimeline({ since, until, bucketMs, bands, histogram }: Timeline, now: number): Track {
  const readSpan = (span: BandSpan): Span => {
    return { ...span, from: Date.parse(span.from), until: Math.min(now, Date.parse(span.until)) };
  };
  return {
    since: Date.parse(since),
    until: Date.parse(until),
    bucketMs,
    bands: bands.map(({ key, spans }) => ({
      key,
      spans: spans.map(readSpan).filter((span) => span.from <= span.until),
    })),
    bars: histogram.map((bar) => ({ ...bar, at: Date.parse(bar.at) })),
  };
}

/** What a key's state looks like on its band. */
export function bandStateOf(key: KeyView): BandState {
  switch (key.state) {
    case "serving":
    case "ready":
    case "cooling":
      return key.state;
    case "disabled":
      return "paused";
    case "rejected":
    case "no_credit":
      return "failing";
  }
}

/**
 * The timeline up to `now`: what the keys do at this moment goes on, the oldest part falls out of the window. The window
 * ends with a whole bucket, so that bars and bands stand still while time goes on.
 */
export function goOn(track: Track, keys: readonly KeyView[], now: number): Track {
  const { bucketMs, bars } = track;
  const until = (Math.floor(now / bucketMs) + 1) * bucketMs;
  const since = until - (track.until - track.since);
  const known = new Map(track.bands.map((band) => [band.key, band.spans]));
  const bands = keys.map((key) => ({
    key: key.id,
    spans: appendState(known.get(key.id) ?? [], key, now, since),
  }));
  const first = bars.findIndex((bar) => bar.at >= since);
  return { since, until, bucketMs, bands, bars: first > 0 ? bars.slice(first) : bars };
}

function appendState(spans: readonly Span[], key: KeyView, now: number, since: number): Span[] {
  const state = bandStateOf(key);
  const first = spans.findIndex((span) => span.until > since);
  const kept = first < 0 ? [] : spans.slice(first);
  const last = kept.at(-1);
  if (last === undefined) return [{ from: now, until: now, state, reason: key.reason }];
  if (last.state === state) kept[kept.length - 1] = { ...last, until: Math.max(last.until, now) };
  else kept.push({ from: last.until, until: Math.max(last.until, now), state, reason: key.reason });
  return kept;
}

/** The timeline with a finished request in its histogram, which counts messages as all figures do. */
export function countRow(track: Track, row: RequestRow): Track {
  if (row.endpoint !== "messages") return track;
  const { bucketMs, bars } = track;
  const at = Math.floor(Date.parse(row.at) / bucketMs) * bucketMs;
  const field = row.service === "fell_back" ? "fellBack" : row.service;
  const index = bars.findLastIndex((bar) => bar.at === at);
  const bar = bars[index];
  if (bar !== undefined) return { ...track, bars: bars.with(index, { ...bar, [field]: bar[field] + 1 }) };
  const last = bars.at(-1);
  if (last !== undefined && at < last.at) return track;
  const fresh: Bar = { at, asked: 0, rotated: 0, fellBack: 0, failed: 0, cancelled: 0 };
  return { ...track, bars: [...bars, { ...fresh, [field]: 1 }] };
}

/** How much a moment of a state counts where several share one pixel: what a person must not miss counts more. */
const weights: Record<BandState, number> = {
  failing: 8,
  cooling: 4,
  serving: 3,
  paused: 1,
  ready: 1,
  down: 1,
};

export interface Block {
  /** In columns. */
  from: number;
  width: number;
  state: BandState;
}

/** Spans as blocks on a grid of `columns`; neighbours of one state are one block, and where nothing is known is none. */
export function cutToColumns(spans: readonly Span[], since: number, until: number, columns: number): Block[] {
  if (columns < 1 || until <= since) return [];
  const scores: Partial<Record<BandState, number>>[] = Array.from({ length: columns }, () => ({}));
  for (const span of spans) {
    const from = toColumn(span.from, since, until, columns);
    const end = toColumn(span.until, since, until, columns);
    for (let column = Math.floor(from); column < Math.min(columns, Math.ceil(end)); column += 1) {
      const share = Math.min(end, column + 1) - Math.max(from, column);
      const score = scores[column];
      if (score !== undefined && share > 0)
        score[span.state] = (score[span.state] ?? 0) + share * weights[span.state];
    }
  }
  return joinEqual(scores.map(strongest));
}

function toColumn(at: number, since: number, until: number, columns: number): number {
  return Math.max(0, Math.min(1, (at - since) / (until - since))) * columns;
}

function strongest(scores: Partial<Record<BandState, number>>): BandState | null {
  const ranked = Object.entries(scores) as [BandState, number][];
  return ranked.reduce<[BandState | null, number]>(
    (best, one) => (one[1] > best[1] ? one : best),
    [null, 0],
  )[0];
}

function joinEqual(states: readonly (BandState | null)[]): Block[] {
  const blocks: Block[] = [];
  states.forEach((state, column) => {
    const last = blocks.at(-1);
    if (state === null) return;
    if (last !== undefined && last.state === state && last.from + last.width === column) last.width += 1;
    else blocks.push({ from: column, width: 1, state });
  });
  return blocks;
}

/** What a key did at a moment; null: nothing is known of it. */
export function spanAt(spans: readonly Span[], at: number): Span | null {
  return spans.findLast((span) => span.from <= at && at <= span.until) ?? null;
}

/** The bucket that a moment lies in; null: nothing happened. */
export function barAt(track: Track, at: number): Bar | null {
  return track.bars.findLast((bar) => bar.at <= at && at < bar.at + track.bucketMs) ?? null;
}

export function totalOf(bar: Bar): number {
  return serviceNames.reduce((sum, name) => sum + bar[name], 0);
}
