// Reads figures from the sums per minute, hour and day.
import type { Database } from "bun:sqlite";
import { bucketStart, hourMs, listBuckets, minuteMs } from "../buckets";
import { addCounts, addEncoded, type Counts, emptyCounts, percentilesOf } from "../histogram";
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
import { type Detail, planSegments, type Segment, type SpanSeconds, spanSeconds, timeOf } from "./spans";
import { sumColumns } from "./sum-columns";

interface Sums {
  /** Of the stretch, in milliseconds. */
  at: number;
  group: Group;
  totals: Totals;
  firstByte: Uint8Array | null;
  total: Uint8Array | null;
}

interface LatencyCounts {
  firstByte: Counts;
  total: Counts;
}

type SumsByName = Map<string, { totals: Totals; latency: LatencyCounts }>;

/** What `cf stats` shows. */
export interface Summary {
  totals: Totals;
  latency: Latency;
  rows: BreakdownRow[];
}

/** Hours alone are quick enough to read up to here. */
const longestByHours = 49 * hourMs;

const longestSpan: Record<Bucket, SpanSeconds> = {
  minute: spanSeconds.minute,
  hour: spanSeconds.hour,
  day: spanSeconds.day,
};

export class RollupReader {
  readonly #database: Database;
  readonly #groups: Interner;

  constructor(database: Database, groups: Interner) {
    this.#database = database;
    this.#groups = groups;
  }

  figures({ period, bucket, filter = {} }: FiguresQuery, detail: Detail): Figures {
    const starts = listBuckets(period, bucket);
    const series = new Map(starts.map((start) => [start, noTotals()]));
    const totals = noTotals();
    const latency = emptyLatency();
    for (const sums of this.#read(planSegments(period, longestSpan[bucket], detail), filter)) {
      addTotals(totals, sums.totals);
      addLatency(latency, sums);
      // What is kept in less detail than asked for counts at its beginning.
      const point = series.get(Math.max(starts[0] ?? 0, bucketStart(sums.at, bucket)));
      if (point !== undefined) addTotals(point, sums.totals);
    }
    return {
      since: isoTime(period.since),
      until: isoTime(period.until),
      totals,
      latency: toLatency(latency),
      bucket,
      series: [...series].map(([start, point]) => ({ at: isoTime(start), totals: point })),
    };
  }

  /** The most requests first; days in their order. */
  breakdown(query: BreakdownQuery, detail: Detail): BreakdownRow[] {
    return toRows(this.#sumUp(query, spanSeconds.day, detail), query.by);
  }

  /** A breakdown with what it adds up to, read once. */
  summarize({ period, by }: Omit<BreakdownQuery, "filter">, detail: Detail): Summary {
    const isLong = period.until - period.since > longestByHours;
    const longest = by === "day" || isLong ? spanSeconds.day : spanSeconds.hour;
    const sums = this.#sumUp({ period, by }, longest, detail);
    const totals = noTotals();
    const latency = emptyLatency();
    for (const row of sums.values()) {
      addTotals(totals, row.totals);
      addCounts(latency.firstByte, row.latency.firstByte);
      addCounts(latency.total, row.latency.total);
    }
    return { totals, latency: toLatency(latency), rows: toRows(sums, by) };
  }

  #sumUp({ period, by, filter = {} }: BreakdownQuery, longest: SpanSeconds, detail: Detail): SumsByName {
    const rows: SumsByName = new Map();
    for (const sums of this.#read(planSegments(period, longest, detail), filter)) {
      const name = nameOf(sums.group, by, sums.at);
      const row = rows.get(name) ?? { totals: noTotals(), latency: emptyLatency() };
      rows.set(name, row);
      addTotals(row.totals, sums.totals);
      addLatency(row.latency, sums);
    }
    return rows;
  }

  histogram({ period, bucketMs }: TimelineQuery, detail: Detail): HistogramBar[] {
    const count = Math.max(0, Math.ceil((period.until - period.since) / bucketMs));
    const bars = Array.from({ length: count }, () => noTotals());
    const fiveMinutesMs = spanSeconds.fiveMinutes * 1000;
    const isRound = bucketMs % fiveMinutesMs === 0 && period.since % fiveMinutesMs === 0;
    const span = isRound ? spanSeconds.fiveMinutes : spanSeconds.minute;
    for (const { at, group, requests } of this.#count(planSegments(period, span, detail))) {
      const bar = bars[Math.max(0, Math.floor((at - period.since) / bucketMs))];
      if (bar !== undefined) bar[serviceFields[group.service]] += requests;
    }
    return bars.map(({ asked, rotated, fellBack, failed, cancelled }, index) => {
      return { at: isoTime(period.since + index * bucketMs), asked, rotated, fellBack, failed, cancelled };
    });
  }

  /** The stretches, in milliseconds, in which each key served something: minutes, or five of them over a long period. */
  busyTimes(period: Period, detail: Detail): Map<string, Period[]> {
    const isLong = period.until - period.since > 180 * minuteMs;
    const span = isLong ? spanSeconds.fiveMinutes : spanSeconds.minute;
    const busy = new Map<string, Period[]>();
    for (const { at, group } of this.#count(planSegments(period, span, detail))) {
      if (group.key === "" || group.service === "failed") continue;
      const times = busy.get(group.key) ?? [];
      busy.set(group.key, times);
      if (times.at(-1)?.since !== at) times.push({ since: at, until: at + span * 1000 });
    }
    return busy;
  }

  /** In the order of time. */
  *#read(segments: readonly Segment[], filter: RequestFilter): Iterable<Sums> {
    const groups = this.#select(filter);
    const only = groups.size < this.#groups.count ? `AND grp IN (${[...groups.keys()].join(", ")})` : "";
    const statement = this.#database.query(
      `SELECT start, grp, first_byte, total, ${sumColumns.join(", ")} FROM rollups
       WHERE span = ? AND start >= ? AND start < ? ${only}`,
    );
    for (const { span, from, to } of segments) {
      for (const row of statement.values(span, from, to)) {
        const group = groups.get(row[1] as number);
        if (group === undefined) continue;
        const at = timeOf(row[0] as number, span);
        const [, , firstByte, total] = row as [number, number, Uint8Array | null, Uint8Array | null];
        yield { at, group, totals: totalsOf(group, row as number[]), firstByte, total };
      }
    }
  }

  *#count(segments: readonly Segment[]): Iterable<{ at: number; group: Group; requests: number }> {
    const groups = this.#select({});
    const statement = this.#database.query(
      "SELECT start, grp, requests FROM rollups WHERE span = ? AND start >= ? AND start < ?",
    );
    for (const { span, from, to } of segments) {
      for (const row of statement.values(span, from, to)) {
        const [start, id, requests] = row as [number, number, number];
        const group = groups.get(id);
        if (group !== undefined) yield { at: timeOf(start, span), group, requests };
      }
    }
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
}

function toRows(sums: SumsByName, by: BreakdownQuery["by"]): BreakdownRow[] {
  const rows = [...sums].map(([name, { totals, latency }]) => ({
    name,
    totals,
    latency: toLatency(latency),
  }));
  return by === "day"
    ? rows.sort((one, other) => (one.name < other.name ? -1 : 1))
    : rows.sort((one, other) => other.totals.requests - one.totals.requests);
}

/** `row`: start, group and both histograms, then the sums. */
function totalsOf({ service }: Group, row: readonly number[]): Totals {
  const sum = (index: number) => row[index + 4] ?? 0;
  const totals = noTotals();
  totals.requests = sum(0);
  totals[serviceFields[service]] = sum(0);
  totals.hiddenErrors = sum(1);
  totals.inputTokens = sum(2);
  totals.outputTokens = sum(3);
  totals.cacheReadTokens = sum(4);
  totals.cacheWrite5mTokens = sum(5);
  totals.cacheWrite1hTokens = sum(6);
  totals.reasoningTokens = sum(7);
  totals.costUsd = sum(8);
  totals.unpriced = sum(9);
  totals.cacheSavedUsd = sum(10);
  return totals;
}

function emptyLatency(): LatencyCounts {
  return { firstByte: emptyCounts(), total: emptyCounts() };
}

function addLatency(sum: LatencyCounts, { firstByte, total }: Sums): void {
  addEncoded(sum.firstByte, firstByte);
  addEncoded(sum.total, total);
}

function toLatency({ firstByte, total }: LatencyCounts): Latency {
  return { firstByteMs: percentilesOf(firstByte), totalMs: percentilesOf(total) };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
