// What is too old or too much goes, in small steps; sums of days stay.
import { expect, setDefaultTimeout, test } from "bun:test";
import { statSync } from "node:fs";
import type { LedgerStore, Retention } from "../../../src/state/ledger/store/store";
import { requestRow } from "../../support/request-rows";
import { batchOf, makeFolder, openTestStore } from "./open-store";

setDefaultTimeout(60_000);

const hour = 3_600_000;
const day = 24 * hour;
const now = new Date(2026, 10, 24, 15, 30).getTime();
const month: Retention = { days: 30, mostBytes: Number.POSITIVE_INFINITY };

function tidyAll(store: LedgerStore, retention: Retention, at = now): number {
  let steps = 1;
  while (store.tidy(at, retention)) steps++;
  return steps;
}

function rowsOver(days: number, perDay: number) {
  return Array.from({ length: days * perDay }, (_, index) =>
    requestRow({ at: now - Math.floor((index / perDay) * day) }),
  );
}

test("rows go after retentionDays, sums of hours with them, those of days stay for good", () => {
  using opened = openTestStore(null);
  const { store } = opened;
  store.write(batchOf(rowsOver(60, 20)), now, false);
  const whole = { since: now - 61 * day, until: now + hour };
  const daysOf = () =>
    store.figures({ period: whole, bucket: "day" }).series.map(({ totals }) => totals.requests);
  const before = daysOf();
  tidyAll(store, month);
  const kept = store.page({ limit: 1000, period: { since: now - 61 * day, until: now + hour } });
  expect(kept.rows.length).toBe(601);
  expect(Date.parse(kept.rows.at(-1)?.at ?? "")).toBeGreaterThanOrEqual(now - 30 * day);
  expect(daysOf()).toEqual(before);
  expect(store.figures({ period: whole, bucket: "day" }).latency.totalMs).not.toBeNull();
  // What is left of a time of which only days are known: rounded outwards.
  const old = { since: now - 45 * day, until: now - 44 * day };
  expect(store.figures({ period: old, bucket: "hour" }).totals.requests).toBe(40);
});

test("minutes go after two days, and periods are rounded to hours then", () => {
  using opened = openTestStore(null);
  const { store } = opened;
  const at = now - 5 * day;
  store.write(batchOf([requestRow({ at }), requestRow({ at: at + 10 * 60_000 })]), now, false);
  const period = { since: at, until: at + 60_000 };
  expect(store.figures({ period, bucket: "hour" }).totals.requests).toBe(1);
  tidyAll(store, month);
  expect(store.figures({ period, bucket: "hour" }).totals.requests).toBe(2);
  const { histogram } = store.timeline({ period: { since: now - 6 * day, until: now }, bucketMs: day });
  expect(histogram.map(({ asked }) => asked)).toEqual([2, 0, 0, 0, 0, 0]);
});

test("a file that is too large loses its oldest rows, and gives the room back", () => {
  using folder = makeFolder();
  using opened = openTestStore(folder.path);
  const { store } = opened;
  const rows = rowsOver(20, 1500);
  for (let start = 0; start < rows.length; start += 1000)
    store.write(batchOf(rows.slice(start, start + 1000)), now, false);
  store.checkpoint();
  const before = statSync(folder.path).size;
  const mostBytes = before / 2;
  expect(tidyAll(store, { days: 30, mostBytes })).toBeGreaterThan(2);
  store.checkpoint();
  expect(statSync(folder.path).size).toBeLessThan(mostBytes * 1.1);
  const { rows: newest } = store.page({ limit: 1 });
  expect(newest[0]?.at).toBe(new Date(now).toISOString());
});

test("each step is small", () => {
  using opened = openTestStore(null);
  const { store } = opened;
  const old = Array.from({ length: 12_000 }, (_, index) => requestRow({ at: now - 40 * day - index }));
  for (let start = 0; start < old.length; start += 1000)
    store.write(batchOf(old.slice(start, start + 1000)), now, false);
  expect(store.tidy(now, month)).toBe(true);
  expect(store.page({ limit: 1 }).rows).toHaveLength(1);
  expect(tidyAll(store, month)).toBe(3);
  expect(store.page({ limit: 1 }).rows).toHaveLength(0);
});

test("what rows have in common goes with the last of them, and not before", () => {
  using opened = openTestStore(null);
  const { store, database } = opened;
  const count = () => Number(database.query("SELECT COUNT(*) FROM shapes").values()[0]?.[0]);
  store.write(batchOf([requestRow({ at: now - 40 * day, client: "old/1" })]), now - 40 * day, false);
  store.write(batchOf([requestRow({ at: now - 40 * day, client: "both/1" })]), now - 40 * day, false);
  store.write(batchOf([requestRow({ at: now, client: "both/1" })]), now, false);
  expect(count()).toBe(2);
  tidyAll(store, month);
  expect(count()).toBe(1);
  expect(store.page({ limit: 10 }).rows.map(({ client }) => client)).toEqual(["both/1"]);
});
