import { expect, test } from "bun:test";
import { rowsOf } from "../../../src/state/ledger/row-batch";
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

test("the plain attempt takes a few bytes", () => {
  expect(batchedRows([requestRow()]).texts).toContain("2,700,200");
});
