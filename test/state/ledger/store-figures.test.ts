// Sums that were kept in passing must say what the rows themselves say.
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { dayName } from "../../../src/state/ledger/buckets";
import { breakDown, figuresOf, histogramOf } from "../../../src/state/ledger/query-rows";
import type {
  BreakdownRow,
  Bucket,
  Dimension,
  Percentiles,
  Period,
  RequestFilter,
  RequestRow,
  Totals,
} from "../../../src/state/ledger/types";
import { randomRow, requestRow, seededChance } from "../../support/request-rows";
import { batchOf, openTestStore } from "./open-store";

setDefaultTimeout(60_000);

const hour = 3_600_000;
const now = new Date(2026, 10, 24, 15, 37, 12).getTime();
/** Three days, with gaps and bursts. */
const rows: RequestRow[] = makeRows(2500);
const filled = openFilled();
afterAll(() => filled.store.close());

function makeRows(count: number): RequestRow[] {
  const chance = seededChance(42);
  return Array.from({ length: count }, () => randomRow(now - Math.floor(chance() ** 2 * 72 * hour), chance));
}

function openFilled() {
  const opened = openTestStore(null);
  for (let start = 0; start < rows.length; start += 300) {
    opened.store.write(batchOf(rows.slice(start, start + 300)), now, false);
  }
  return opened;
}

const filters: RequestFilter[] = [
  {},
  { profile: "night" },
  { key: "beta" },
  { model: "claude-opus-4-6" },
  { model: "claude-haiku-4-5" },
  { provider: "anthropic" },
  { client: "curl/8" },
  { service: "rotated" },
  { profile: "default", key: "alpha", service: "asked" },
  { session: "one" },
  { search: "SONNET" },
  { search: "omega" },
  { key: "nobody" },
];

/** To the minute: sums know no less. */
const periods: [string, Period][] = [
  ["the last day", { since: minute(now - 24 * hour), until: minute(now) }],
  ["an hour", { since: minute(now - 3 * hour), until: minute(now - 2 * hour) }],
  ["minutes within an hour", { since: minute(now - 1.2 * hour), until: minute(now - 1.1 * hour) }],
  ["all three days", { since: minute(now - 80 * hour), until: minute(now + hour) }],
  ["whole hours", { since: floor(now - 5 * hour, hour), until: floor(now - hour, hour) }],
  ["nothing", { since: minute(now + hour), until: minute(now + 2 * hour) }],
];

function minute(at: number): number {
  return floor(at, 60_000);
}

function floor(at: number, to: number): number {
  return at - (at % to);
}

function expectTotals(found: Totals, exact: Totals): void {
  for (const name of Object.keys(exact) as (keyof Totals)[])
    expect([name, found[name]]).toEqual([name, exact[name]]);
}

function expectClose(found: Percentiles | null, exact: Percentiles | null): void {
  if (exact === null) expect(found).toBeNull();
  else
    for (const name of ["p50", "p90", "p99"] as const) {
      expect(Math.abs((found?.[name] ?? Number.NaN) - exact[name])).toBeLessThanOrEqual(
        exact[name] * 0.0225 + 0.5,
      );
    }
}

for (const [name, period] of periods) {
  test(`figures of ${name}, by every filter and bucket`, () => {
    for (const filter of filters) {
      for (const bucket of ["minute", "hour", "day"] as Bucket[]) {
        if (bucket === "minute" && period.until - period.since > 2 * hour) continue;
        const found = filled.store.figures({ period, bucket, filter });
        const exact = figuresOf(rows, { period, bucket, filter });
        expectTotals(found.totals, exact.totals);
        expect(found.series.map(({ at, totals }) => [at, totals.requests, totals.costUsd])).toEqual(
          exact.series.map(({ at, totals }) => [at, totals.requests, totals.costUsd]),
        );
        expectClose(found.latency.totalMs, exact.latency.totalMs);
        expectClose(found.latency.firstByteMs, exact.latency.firstByteMs);
      }
    }
  });

  test(`breakdowns of ${name}, by every dimension`, () => {
    const dimensions: Dimension[] = ["key", "model", "profile", "provider", "client", "day"];
    for (const by of dimensions) {
      const sorted = (found: BreakdownRow[]) =>
        found.sort((one, other) => one.name.localeCompare(other.name));
      const found = sorted(filled.store.breakdown({ period, by }));
      const exact = sorted(breakDown(rows, { period, by }));
      expect(found.map((row) => row.name)).toEqual(exact.map((row) => row.name));
      for (const [index, row] of found.entries()) {
        const other = exact[index] as BreakdownRow;
        expectTotals(row.totals, other.totals);
        expectClose(row.latency.totalMs, other.latency.totalMs);
      }
    }
  });
}

test.each(periods)("a summary of %s is its breakdown and its figures", (_name, period) => {
  for (const by of ["key", "model", "profile", "provider", "client", "day"] as Dimension[]) {
    const { totals, latency, rows: found } = filled.store.summarize({ period, by });
    const figures = filled.store.figures({ period, bucket: "hour" });
    expectTotals(totals, figures.totals);
    expect(latency).toEqual(figures.latency);
    const byName = (list: BreakdownRow[]) => new Map(list.map((row) => [row.name, row]));
    const exact = byName(filled.store.breakdown({ period, by }));
    expect([...byName(found).keys()].sort()).toEqual([...exact.keys()].sort());
    for (const row of found) {
      expectTotals(row.totals, (exact.get(row.name) as BreakdownRow).totals);
      expect(row.latency).toEqual((exact.get(row.name) as BreakdownRow).latency);
    }
  }
});

test("the histogram of a timeline, whose bars need not begin at full hours", () => {
  const query = { period: { since: minute(now - 24 * hour), until: minute(now) }, bucketMs: 900_000 };
  expect(filled.store.timeline(query).histogram).toEqual(histogramOf(rows, query));
});

test("the order of writing does not matter, nor how it was cut into batches", () => {
  using other = openTestStore(null);
  other.store.write(batchOf(rows.toReversed()), now, false);
  const query = { period: { since: now - 80 * hour, until: now + hour }, bucket: "day" as const };
  expect(other.store.figures(query).totals.requests).toBe(filled.store.figures(query).totals.requests);
  expect(other.store.figures(query).latency).toEqual(filled.store.figures(query).latency);
});

test("names of models and clients beyond what a day may bring count as other, and no request is lost", () => {
  using opened = openTestStore(null);
  const invented = Array.from({ length: 900 }, (_, index) =>
    requestRow({ at: now - index, modelAsked: `invented-${index}`, modelServed: `invented-${index}` }),
  );
  opened.store.write(batchOf(invented), now, false);
  const period = { since: now - hour, until: now + hour };
  const models = opened.store.breakdown({ period, by: "model" });
  expect(models.length).toBe(501);
  expect(models[0]).toMatchObject({ name: "other", totals: { requests: 400 } });
  expect(opened.store.page({ limit: 1, filter: { model: "invented-899" } }).rows).toHaveLength(1);
});

test("days are those of this machine, and keep their name", () => {
  using opened = openTestStore(null);
  const evening = new Date(2026, 10, 23, 23, 59, 59).getTime();
  opened.store.write(batchOf([requestRow({ at: evening }), requestRow({ at: evening + 2000 })]), now, false);
  const days = opened.store.breakdown({ period: { since: evening - hour, until: now }, by: "day" });
  expect(days.map(({ name, totals }) => [name, totals.requests])).toEqual([
    [dayName(evening), 1],
    [dayName(evening + 2000), 1],
  ]);
});
