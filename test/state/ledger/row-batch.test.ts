import { expect, test } from "bun:test";
import { BatchBuilder } from "../../../src/state/ledger/batch-builder";
import { keepRecord } from "../../../src/state/ledger/keep-record";
import { kindOf } from "../../../src/state/ledger/kinds";
import { rowsOf } from "../../../src/state/ledger/row-batch";
import type { RequestRecord } from "../../../src/state/record";
import { attemptOf, requestRecord } from "../../support/request-records";
import {
  attemptRow,
  batchedRows,
  randomRow,
  requestRow,
  seededChance,
  someTime,
} from "../../support/request-rows";

function roundTrip(row: ReturnType<typeof requestRow>) {
  return rowsOf(batchedRows([row]))[0];
}

test("a row survives its compact form", () => {
  const chance = seededChance(7);
  for (let index = 0; index < 500; index++) {
    const row = randomRow(someTime + index, chance);
    expect(roundTrip(row)).toEqual(row);
  }
});

test.each([
  ["no attempt", []],
  ["an attempt without times", [attemptRow({ startMs: null, status: null })]],
  ["a success with a rest", [attemptRow({ until: new Date(someTime).toISOString() })]],
  ["changed for its target", [attemptRow({ adjusted: ["max_tokens lowered to 64000"] })]],
  ["served by another model than named", [attemptRow({ model: "claude-haiku-4-5" })]],
  ["odd words", [attemptRow({ reason: "request_error", words: 'refused: "a"\n,b', status: 400 })]],
])("attempts: %s", (_name, attempts) => {
  const row = requestRow({ attempts });
  expect(roundTrip(row)).toEqual(row);
});

test("a plain attempt needs no text", () => {
  const row = requestRow();
  expect(batchedRows([row]).texts).toEqual([row.id, row.session as string]);
});

test("a batch that was taken is not touched by what comes after, whatever its size", () => {
  const odd = requestRecord({
    attempts: [attemptOf({ status: 529 }), attemptOf()],
    target: "GET /x",
    refusal: "no",
  });
  const kind = kindOf(odd, () => null);
  for (const rows of [1, 2, 3, 5]) {
    const batch = new BatchBuilder(2);
    const addAll = (record: RequestRecord) => {
      for (let row = 0; row < rows; row++)
        keepRecord(batch, { ...record, id: `req_cf_${row}` }, kind, () => null);
      return batch.take();
    };
    const first = addAll(odd);
    const told = rowsOf(first);
    const second = rowsOf(addAll(requestRecord()));
    expect(told.map(({ id }) => id)).toEqual(second.map(({ id }) => id));
    expect(rowsOf(first)).toEqual(told);
    expect(told[0]).toMatchObject({ target: "GET /x", refusal: "no" });
    expect(second.at(-1)).toMatchObject({ target: null, refusal: null, attempts: [{ status: 200, ms: 40 }] });
  }
});
