// Answers questions about requests from their rows, one by one: where sums do not know enough, or there are none.
import { bucketStart, listBuckets } from "./buckets";
import { isWithin, matchRow } from "./match-row";
import { nameOf } from "./name-group";
import { addRow, isCounted, noTotals } from "./totals";
import type {
  BreakdownQuery,
  BreakdownRow,
  Figures,
  FiguresQuery,
  HistogramBar,
  Latency,
  PageQuery,
  Percentiles,
  RequestFilter,
  RequestRow,
  RowPage,
  TimelineQuery,
  Totals,
} from "./types";

type Rows = Iterable<RequestRow>;

/** `rows`: the newest first. */
export function pageRows(rows: readonly RequestRow[], query: PageQuery): RowPage {
  const { period, filter = {}, before, limit } = query;
  const last = before === undefined ? -1 : rows.findIndex((row) => row.id === before);
  // The row was dropped meanwhile, and all behind it: to begin anew would never end.
  if (before !== undefined && last < 0) return { rows: [], next: null };
  const behind = rows.slice(last + 1);
  const found = behind.filter(
    (row) => (period === undefined || isWithin(row, period)) && matchRow(row, filter),
  );
  const page = found.slice(0, limit);
  return { rows: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null };
}

export function figuresOf(rows: Rows, { period, bucket, filter = {} }: FiguresQuery): Figures {
  const series = new Map(listBuckets(period, bucket).map((start) => [start, noTotals()]));
  const totals = noTotals();
  const times = new Times();
  for (const row of passing(rows, { period, filter })) {
    addRow(totals, row);
    times.add(row);
    const point = series.get(bucketStart(Date.parse(row.at), bucket));
    if (point !== undefined) addRow(point, row);
  }
  return {
    since: isoTime(period.since),
    until: isoTime(period.until),
    totals,
    latency: times.latency,
    bucket,
    series: [...series].map(([start, sums]) => ({ at: isoTime(start), totals: sums })),
  };
}

export function breakDown(rows: Rows, { period, by, filter = {} }: BreakdownQuery): BreakdownRow[] {
  const groups = new Map<string, { totals: Totals; times: Times }>();
  for (const row of passing(rows, { period, filter })) {
    const name = nameOf(row, by, Date.parse(row.at));
    const group = groups.get(name) ?? { totals: noTotals(), times: new Times() };
    groups.set(name, group);
    addRow(group.totals, row);
    group.times.add(row);
  }
  return [...groups].map(([name, { totals, times }]) => ({ name, totals, latency: times.latency }));
}

export function histogramOf(rows: Rows, { period, bucketMs }: TimelineQuery): HistogramBar[] {
  const count = Math.max(0, Math.ceil((period.until - period.since) / bucketMs));
  const bars = Array.from({ length: count }, () => noTotals());
  for (const row of passing(rows, { period, filter: {} })) {
    const bar = bars[Math.floor((Date.parse(row.at) - period.since) / bucketMs)];
    if (bar !== undefined) addRow(bar, row);
  }
  return bars.map(({ asked, rotated, fellBack, failed, cancelled }, index) => {
    return { at: isoTime(period.since + index * bucketMs), asked, rotated, fellBack, failed, cancelled };
  });
}

/** By nearest rank; null without a value. */
export function exactPercentiles(values: readonly number[]): Percentiles | null {
  const sorted = [...values].sort((one, other) => one - other);
  const rank = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99) };
}

function* passing(
  rows: Rows,
  { period, filter }: { period: FiguresQuery["period"]; filter: RequestFilter },
): Rows {
  for (const row of rows) if (isCounted(row) && isWithin(row, period) && matchRow(row, filter)) yield row;
}

class Times {
  readonly #firstByte: number[] = [];
  readonly #total: number[] = [];

  add(row: RequestRow): void {
    if (row.state !== "complete") return;
    if (row.firstByteMs !== null) this.#firstByte.push(row.firstByteMs);
    this.#total.push(row.totalMs);
  }

  get latency(): Latency {
    return { firstByteMs: exactPercentiles(this.#firstByte), totalMs: exactPercentiles(this.#total) };
  }
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
