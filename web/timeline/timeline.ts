// The timeline as the page goes on with it between two answers of the API, and how it is cut to pixels. Pure.
import type { BandSpan, KeyView, RequestRow, Timeline } from "../../src/server/contract";

export type BandState = BandSpan["state"];
export type HistogramBar = Timeline["histogram"][number];

export const serviceNames = ["asked", "rotated", "fellBack", "failed", "cancelled"] as const;
export type ServiceName = (typeof serviceNames)[number];

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

/** The timeline up to `now`: what the keys do at this moment goes on, the oldest part falls out of the window. */
export function goOn(timeline: Timeline, keys: readonly KeyView[], now: number): Timeline {
  const windowMs = Date.parse(timeline.until) - Date.parse(timeline.since);
  const known = new Map(timeline.bands.map((band) => [band.key, band.spans]));
  const since = now - windowMs;
  const bands = keys.map((key) => {
    const spans = (known.get(key.id) ?? []).filter((span) => Date.parse(span.until) > since);
    return { key: key.id, spans: appendState(spans, key, now) };
  });
  const { bucketMs } = timeline;
  const histogram = timeline.histogram.filter((bar) => Date.parse(bar.at) + bucketMs > since);
  return {
    since: new Date(since).toISOString(),
    until: new Date(now).toISOString(),
    bands,
    bucketMs,
    histogram: histogram.length === timeline.histogram.length ? timeline.histogram : histogram,
  };
}

function appendState(spans: BandSpan[], key: KeyView, now: number): BandSpan[] {
  const state = bandStateOf(key);
  const until = new Date(now).toISOString();
  const last = spans.at(-1);
  if (last === undefined) return [{ from: until, until, state, reason: key.reason }];
  if (last.state === state || Date.parse(last.until) >= now)
    return [...spans.slice(0, -1), { ...last, until: laterOf(last.until, until) }];
  return [...spans, { from: last.until, until, state, reason: key.reason }];
}

function laterOf(one: string, other: string): string {
  return Date.parse(one) > Date.parse(other) ? one : other;
}

/** The timeline with a finished request in its histogram. */
export function countRow(timeline: Timeline, row: RequestRow): Timeline {
  const { bucketMs, histogram } = timeline;
  const at = Math.floor(Date.parse(row.at) / bucketMs) * bucketMs;
  const field = fieldOf(row.service);
  const index = histogram.findIndex((bar) => Date.parse(bar.at) === at);
  const bar = histogram[index];
  if (bar !== undefined)
    return { ...timeline, histogram: histogram.with(index, { ...bar, [field]: bar[field] + 1 }) };
  const last = histogram.at(-1);
  if (last !== undefined && at < Date.parse(last.at)) return timeline;
  const fresh: HistogramBar = {
    at: new Date(at).toISOString(),
    asked: 0,
    rotated: 0,
    fellBack: 0,
    failed: 0,
    cancelled: 0,
  };
  return { ...timeline, histogram: [...histogram, { ...fresh, [field]: 1 }] };
}

function fieldOf(service: RequestRow["service"]): ServiceName {
  return service === "fell_back" ? "fellBack" : service;
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
export function cutToColumns(
  spans: readonly BandSpan[],
  since: number,
  until: number,
  columns: number,
): Block[] {
  if (columns < 1 || until <= since) return [];
  const scores: Partial<Record<BandState, number>>[] = Array.from({ length: columns }, () => ({}));
  for (const span of spans) {
    const from = toColumn(Date.parse(span.from), since, until, columns);
    const end = toColumn(Date.parse(span.until), since, until, columns);
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
export function spanAt(spans: readonly BandSpan[], at: number): BandSpan | null {
  return spans.findLast((span) => Date.parse(span.from) <= at && at <= Date.parse(span.until)) ?? null;
}

/** The bucket that a moment lies in; null: nothing happened. */
export function barAt(timeline: Timeline, at: number): HistogramBar | null {
  return (
    timeline.histogram.find(
      (bar) => Date.parse(bar.at) <= at && at < Date.parse(bar.at) + timeline.bucketMs,
    ) ?? null
  );
}

export function totalOf(bar: HistogramBar): number {
  return serviceNames.reduce((sum, name) => sum + bar[name], 0);
}
