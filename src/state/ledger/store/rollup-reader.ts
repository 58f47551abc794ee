// Reads figures from the sums per minute, hour and day.
import type { Database } from "bun:sqlite";
import { listBuckets } from "../buckets";
import { addEncoded, type Counts, emptyCounts, percentilesOf } from "../histogram";
import { nameOf } from "../name-group";
import { addTotals, noTotals, serviceFields } from "../totals";
import type {
  BreakdownQuery,
  BreakdownRow,
  Bucket,
  Figures,
  FiguresQuery,
  HistogramBar,
  Latency,
  Period,
  RequestFilter,
  TimelineQuery,
  Totals,
} from "../types";
import { type Group, matchesFilter, readGroup } from "./groups";
import type { Interner } from "./interner";
import { sumColumns } from "./rollup-writer";
import { type Detail, midnightOf, planSegments, type Segment } from "./spans";

interface LatencyCounts {
  firstByte: Counts;
  total: Counts;
}

type Visit = (start: number, group: Group, sums: readonly number[]) => void;

export class RollupReader {
  readonly #database: Database;
  readonly #groups: Interner;

  constructor(database: Database, groups: Interner) {
    this.#database = database;
    this.#groups = groups;
  }

  figures({ period, bucket, filter = {} }: FiguresQuery, detail: Detail): Figures {
    const groups = this.#select(filter);
    const segments = planSegments(period, bucket, detail);
    const series = new Map(listBuckets(period, bucket).map((start) => [start, noTotals()]));
    const first = [...series.keys()][0] ?? 0;
    const totals = noTotals();
    this.#sum(segments, groups, bucketSeconds(bucket), (start, group, sums) => {
      const point = totalsOf(group, sums);
      addTotals(totals, point);
      // A stretch that is kept in less detail than asked for counts at its beginning.
      const known = series.get(Math.max(first, bucketOf(start, bucket)));
      if (known !== undefined) addTotals(known, point);
    });
    const latency = emptyLatency();
    this.#count(segments, groups, (_, __, counts) => addLatency(latency, counts));
    return {
      since: isoTime(period.since),
      until: isoTime(period.until),
      totals,
      latency: toLatency(latency),
      bucket,
      series: [...series].map(([start, sums]) => ({ at: isoTime(start), totals: sums })),
    };
  }

  /** The most requests first; days in their order. */
  breakdown({ period, by, filter = {} }: BreakdownQuery, detail: Detail): BreakdownRow[] {
    const groups = this.#select(filter);
    const segments = planSegments(period, "day", detail);
    const rows = new Map<string, { totals: Totals; latency: LatencyCounts }>();
    const rowOf = (start: number, group: Group) => {
      const name = nameOf(group, by, start);
      const known = rows.get(name) ?? { totals: noTotals(), latency: emptyLatency() };
      rows.set(name, known);
      return known;
    };
    this.#sum(segments, groups, Number.MAX_SAFE_INTEGER, (start, group, sums) => {
      addTotals(rowOf(start, group).totals, totalsOf(group, sums));
    });
    this.#count(segments, groups, (start, group, counts) => addLatency(rowOf(start, group).latency, counts));
    const found = [...rows].map(([name, { totals, latency }]) => ({
      name,
      totals,
      latency: toLatency(latency),
    }));
    return by === "day"
      ? found.sort((one, other) => one.name.localeCompare(other.name))
      : found.sort((one, other) => other.totals.requests - one.totals.requests);
  }

  histogram({ period, bucketMs }: TimelineQuery, detail: Detail): HistogramBar[] {
    const count = Math.max(0, Math.ceil((period.until - period.since) / bucketMs));
    const bars = Array.from({ length: count }, () => noTotals());
    // In the greatest detail there is: bars need not begin at full hours.
    const fine = planSegments(period, "minute", detail);
    this.#sum(fine, this.#select({}), 60, (start, group, sums) => {
      const bar = bars[Math.max(0, Math.floor((start - period.since) / bucketMs))];
      if (bar !== undefined) addTotals(bar, totalsOf(group, sums));
    });
    return bars.map(({ asked, rotated, fellBack, failed, cancelled }, index) => {
      return { at: isoTime(period.since + index * bucketMs), asked, rotated, fellBack, failed, cancelled };
    });
  }

  /** Minutes, as their starts in milliseconds, in which each key served something. */
  busyMinutes(period: Period, detail: Detail): Map<string, number[]> {
    const busy = new Map<string, Set<number>>();
    this.#sum(planSegments(period, "minute", detail), this.#select({}), 60, (start, { key, service }) => {
      if (key === "" || service === "failed") return;
      const minutes = busy.get(key) ?? new Set();
      busy.set(key, minutes.add(start));
    });
    return new Map([...busy].map(([key, minutes]) => [key, [...minutes].sort((one, other) => one - other)]));
  }

  /** All groups that pass, by their number. */
  #select(filter: RequestFilter): ReadonlyMap<number, Group> {
    return new Map(
      this.#groups
        .all()
        .map(({ id, text }) => [id, readGroup(text)] as const)
        .filter(([, group]) => matchesFilter(group, filter)),
    );
  }

  /** Visits sums by group and by stretches of `seconds`, none of which spans a segment's end. `start` in milliseconds. */
  #sum(
    segments: readonly Segment[],
    groups: ReadonlyMap<number, Group>,
    seconds: number,
    visit: Visit,
  ): void {
    for (const segment of segments) {
      const columns = sumColumns.map((column) => `SUM(${column})`).join(", ");
      const statement = this.#database.query<number[], [number, number, number, number]>(
        `SELECT MIN(start), grp, ${columns} FROM rollups
         WHERE span = ? AND start >= ? AND start < ? GROUP BY start / ?, grp`,
      );
      for (const row of statement.values(segment.seconds, segment.from, segment.to, seconds) as number[][]) {
        const [start = 0, id = 0, ...sums] = row;
        const group = groups.get(id);
        if (group !== undefined) visit(startMs(segment, start), group, sums);
      }
    }
  }

  #count(
    segments: readonly Segment[],
    groups: ReadonlyMap<number, Group>,
    visit: (start: number, group: Group, counts: [Uint8Array | null, Uint8Array | null]) => void,
  ): void {
    const statement = this.#database.query(
      `SELECT start, grp, first_byte, total FROM rollups
       WHERE span = ? AND start >= ? AND start < ? AND total IS NOT NULL`,
    );
    for (const segment of segments) {
      for (const row of statement.values(segment.seconds, segment.from, segment.to)) {
        const [start, id, firstByte, total] = row as [number, number, Uint8Array | null, Uint8Array | null];
        const group = groups.get(id);
        if (group !== undefined) visit(startMs(segment, start), group, [firstByte, total]);
      }
    }
  }
}

function startMs({ seconds }: Segment, start: number): number {
  return seconds === 86_400 ? midnightOf(start) : start * 1000;
}

function bucketSeconds(bucket: Bucket): number {
  if (bucket === "minute") return 60;
  return bucket === "hour" ? 3600 : Number.MAX_SAFE_INTEGER;
}

function bucketOf(start: number, bucket: Bucket): number {
  return listBuckets({ since: start, until: start + 1 }, bucket)[0] ?? start;
}

function totalsOf({ service }: Group, sums: readonly number[]): Totals {
  const [requests = 0, hidden = 0, input = 0, output = 0, cacheRead = 0, write5m = 0, write1h = 0] = sums;
  const [, , , , , , , reasoning = 0, cost = 0, unpriced = 0, saved = 0] = sums;
  return {
    ...noTotals(),
    requests,
    [serviceFields[service]]: requests,
    hiddenErrors: hidden,
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheWrite5mTokens: write5m,
    cacheWrite1hTokens: write1h,
    reasoningTokens: reasoning,
    costUsd: cost,
    unpriced,
    cacheSavedUsd: saved,
  };
}

function emptyLatency(): LatencyCounts {
  return { firstByte: emptyCounts(), total: emptyCounts() };
}

function addLatency(sum: LatencyCounts, [firstByte, total]: [Uint8Array | null, Uint8Array | null]): void {
  addEncoded(sum.firstByte, firstByte);
  addEncoded(sum.total, total);
}

function toLatency({ firstByte, total }: LatencyCounts): Latency {
  return { firstByteMs: percentilesOf(firstByte), totalMs: percentilesOf(total) };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
