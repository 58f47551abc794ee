import { expect, test } from "bun:test";
import { RecentRows } from "../../../src/state/ledger/recent-rows";
import { batchedRows, requestRow, someTime } from "../../support/request-rows";

const all = Array.from({ length: 200 }, (_, index) => requestRow({ at: someTime + index }));
const rowsFrom = (first: number, count: number) => all.slice(first, first + count);

test("the newest come first, across the parts in which they came", () => {
  const recent = new RecentRows(10);
  for (const [first, count] of [
    [0, 3],
    [3, 1],
    [4, 2],
  ] as const)
    recent.add(batchedRows(rowsFrom(first, count)));
  for (let most = 0; most <= 6; most++)
    expect(recent.recent(most)).toEqual(rowsFrom(6 - most, most).reverse());
  expect(recent.recent(100)).toEqual(rowsFrom(0, 6).reverse());
});

test("as many stay as were promised, and not many more", () => {
  const recent = new RecentRows(10);
  for (let part = 0; part < 50; part++) recent.add(batchedRows(rowsFrom(part * 4, 4)));
  expect(recent.recent(100)).toEqual(rowsFrom(188, 12).reverse());
});

test("one row by its id", () => {
  const recent = new RecentRows(10);
  const rows = rowsFrom(0, 6);
  recent.add(batchedRows(rows.slice(0, 4)));
  recent.add(batchedRows(rows.slice(4)));
  for (const row of rows) expect(recent.find(row.id)).toEqual(row);
  expect(recent.find("req_cf_")).toBeNull();
});

test("what the process before left comes below what there is already", () => {
  const recent = new RecentRows(10);
  recent.add(batchedRows(rowsFrom(4, 3)));
  recent.addOlder(batchedRows(rowsFrom(0, 4)));
  expect(recent.recent(100)).toEqual(rowsFrom(0, 7).reverse());
});
