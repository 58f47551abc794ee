import { expect, test } from "bun:test";
import { pageRows } from "../../../src/state/ledger/query-rows";
import type { PageQuery, RequestFilter, RequestRow } from "../../../src/state/ledger/types";
import { attemptRow, randomRow, requestRow, seededChance, someTime } from "../../support/request-rows";
import { batchOf, openTestStore } from "./open-store";

const chance = seededChance(3);
const rows = Array.from({ length: 400 }, (_, index) => randomRow(someTime + index * 1000, chance));
const newestFirst = rows.toReversed();

function openFilled() {
  const opened = openTestStore(null);
  opened.store.write(batchOf(rows), someTime, false);
  return opened;
}

const filters: [string, RequestFilter][] = [
  ["everything", {}],
  ["a profile", { profile: "night" }],
  ["a model, asked or served", { model: "claude-haiku-4-5" }],
  ["a key", { key: "gamma" }],
  ["how it was served", { service: "failed" }],
  ["a conversation", { session: "two" }],
  ["words in attempts", { search: "Rate Limited" }],
  ["part of a model's name", { search: "sonnet" }],
  ["a client", { search: "CURL" }],
  ["the beginning of an id", { search: rows[7]?.id.slice(0, 25) ?? "" }],
  ["what was asked for", { endpoint: "count_tokens" }],
  ["part of a path", { search: "FILES/file_1" }],
  ["words of our own", { search: "not valid json" }],
  ["signs of LIKE", { search: "%_" }],
  ["nobody", { key: "nobody" }],
  ["several at once", { profile: "default", service: "rotated", search: "opus" }],
];

test.each(filters)("pages by %s, one after the other, hold every row once", (_name, filter) => {
  using opened = openFilled();
  const found: RequestRow[] = [];
  let query: PageQuery = { filter, limit: 37 };
  for (let page = 0; page < 50; page++) {
    const { rows: part, next } = opened.store.page(query);
    found.push(...part);
    if (next === null) break;
    query = { ...query, before: next };
  }
  expect(found).toEqual(pageRows(newestFirst, { filter, limit: 1000 }).rows);
});

test.each([1, 19, 20, 21, 47])("%d rows that are written together are each kept as they were", (count) => {
  using opened = openTestStore(null);
  opened.store.write(batchOf(rows.slice(0, count)), someTime, false);
  expect(opened.store.page({ limit: 1000 }).rows).toEqual(newestFirst.slice(-count));
});

test("a period", () => {
  using opened = openFilled();
  const period = { since: someTime + 100_000, until: someTime + 200_000 };
  expect(opened.store.page({ period, limit: 1000 })).toEqual(pageRows(newestFirst, { period, limit: 1000 }));
});

test("one row by its id, and by as much of it as is needed", () => {
  using opened = openFilled();
  const [row] = rows;
  expect(opened.store.find(row?.id ?? "")).toEqual(row as RequestRow);
  expect(opened.store.find("req_cf_00")).toBeNull();
  expect(opened.store.find("no id")).toBeNull();
  const prefix = row?.id.slice(0, 30) ?? "";
  expect(opened.store.findByPrefix(prefix, 5)).toEqual([row as RequestRow]);
  expect(opened.store.findByPrefix(prefix.slice("req_cf_".length), 5)).toEqual([row as RequestRow]);
  expect(opened.store.findByPrefix("req_cf_", 5)).toEqual([]);
  expect(opened.store.findByPrefix("0", 3)).toHaveLength(3);
  expect(opened.store.findByPrefix("x", 3)).toEqual([]);
});

test("what clients and upstreams write comes back as it was", () => {
  using opened = openTestStore(null);
  const odd = requestRow({
    modelAsked: "'; DROP TABLE requests; --",
    client: "äöü/1",
    session: "\u{1f642}",
    attempts: [attemptRow({ reason: "request_error", words: 'a "quote", \\ and \u{1f642}', status: 400 })],
  });
  opened.store.write(batchOf([odd]), someTime, false);
  expect(opened.store.page({ limit: 10 }).rows).toEqual([odd]);
  expect(opened.store.page({ limit: 10, filter: { search: "drop table" } }).rows).toEqual([odd]);
});

test("ids that are not of our making are kept all the same", () => {
  using opened = openTestStore(null);
  const foreign = requestRow({ id: "somebody-else" });
  opened.store.write(batchOf([foreign]), someTime, false);
  expect(opened.store.find("somebody-else")).toEqual(foreign);
});
