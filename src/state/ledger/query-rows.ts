// Answers questions about requests from a list of rows.
import { bucketStart, dayName, listBuckets } from "./buckets";
import { isWithin, matchRow } from "./match-row";
import { addRow, noTotals } from "./totals";
import type {
  BreakdownQuery,
  BreakdownRow,
  Dimension,
  Figures,
  FiguresQuery,
  HistogramBar,
  Latency,
  PageQuery,
  Percentiles,
  RequestRow,
  RowPage,
  TimelineQuery,
} from "./types";

/** `rows`: the newest first. */
export function pageRows(
  rows: readonly RequestRow[],
  { period, filter = {}, before, limit }: PageQuery,
): RowPage {
  const behind = before === undefined ? rows : rows.slice(rows.findIndex((row) => row.id === before) + 1);
  const found = behind.filter(
    (row) => (period === undefined || isWithin(row, period)) && matchRow(row, filter),
  );
  const page = found.slice(0, limit);
  return { rows: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null };
}

export function figuresOf(
  rows: readonly RequestRow[],
  { period, bucket, filter = {} }: FiguresQuery,
): Figures {
  const found = rows.filter((row) => isWithin(row, period) && matchRow(row, filter));
  const series = new Map(listBuckets(period, bucket).map((start) => [start, noTotals()]));
  const totals = noTotals();
  for (const row of found) {
    addRow(totals, row);
    const point = series.get(bucketStart(Date.parse(row.at), bucket));
    if (point !== undefined) addRow(point, row);
  }
  return {
    since: isoTime(period.since),
    until: isoTime(period.until),
    totals,
    latency: latencyOf(found),
    bucket,
    series: [...series].map(([start, sums]) => ({ at: isoTime(start), totals: sums })),
  };
}

export function breakDown(
  rows: readonly RequestRow[],
  { period, by, filter = {} }: BreakdownQuery,
): BreakdownRow[] {
  const groups = new Map<string, RequestRow[]>();
  for (const row of rows) {
    if (!isWithin(row, period) || !matchRow(row, filter)) continue;
    const name = nameOf(row, by);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups].map(([name, group]) => {
    const totals = noTotals();
    for (const row of group) addRow(totals, row);
    return { name, totals, latency: latencyOf(group) };
  });
}

export function histogramOf(
  rows: readonly RequestRow[],
  { period, bucketMs }: TimelineQuery,
): HistogramBar[] {
  const count = Math.max(0, Math.ceil((period.until - period.since) / bucketMs));
  const bars = Array.from({ length: count }, () => noTotals());
  for (const row of rows) {
    const bar = bars[Math.floor((Date.parse(row.at) - period.since) / bucketMs)];
    if (bar !== undefined && isWithin(row, period)) addRow(bar, row);
  }
  return bars.map(({ asked, rotated, fellBack, failed, cancelled }, index) => {
    return { at: isoTime(period.since + index * bucketMs), asked, rotated, fellBack, failed, cancelled };
  });
}

/** Counts of tokens are over at once and would hide how long answers take. */
function latencyOf(rows: readonly RequestRow[]): Latency {
  const served = rows.filter((row) => row.endpoint === "messages" && row.state === "complete");
  return {
    firstByteMs: percentilesOf(served.flatMap((row) => row.firstByteMs ?? [])),
    totalMs: percentilesOf(served.map((row) => row.totalMs)),
  };
}

/** By nearest rank. */
export function percentilesOf(values: readonly number[]): Percentiles | null {
  const sorted = [...values].sort((one, other) => one - other);
  const rank = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99) };
}

const nobody = "none";

function nameOf(row: RequestRow, by: Dimension): string {
  switch (by) {
    case "key":
      return row.key ?? nobody;
    case "model":
      return row.modelServed ?? nobody;
    case "profile":
      return row.profile;
    case "provider":
      return row.provider ?? nobody;
    case "client":
      return row.client;
    case "day":
      return dayName(Date.parse(row.at));
  }
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
