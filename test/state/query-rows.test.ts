// Pages of the rows in memory, while rows come and go.
import { expect, test } from "bun:test";
import { pageRows } from "../../src/state/ledger/query-rows";
import type { RequestRow } from "../../src/state/ledger/types";

const rowsOf = (...ids: string[]) => ids.map((id) => ({ id }) as RequestRow);

test("a page goes on behind the last one, whatever came in front meanwhile", () => {
  const first = pageRows(rowsOf("c", "b", "a"), { limit: 2 });
  expect([first.rows.map(({ id }) => id), first.next]).toEqual([["c", "b"], "b"]);
  const second = pageRows(rowsOf("e", "d", "c", "b", "a"), { limit: 2, before: "b" });
  expect([second.rows.map(({ id }) => id), second.next]).toEqual([["a"], null]);
});

test("a page behind a row that was dropped is the last one: an export that began anew would never end", () => {
  expect(pageRows(rowsOf("z", "y"), { limit: 2, before: "b" })).toEqual({ rows: [], next: null });
});
