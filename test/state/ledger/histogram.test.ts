// Counted durations give percentiles that lie within half a slot of the exact ones.
import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  addEncoded,
  countSparsely,
  decodeSparsely,
  emptyCounts,
  encodeSparsely,
  percentilesOf,
  type SparseCounts,
} from "../../../src/state/ledger/histogram";
import { exactPercentiles } from "../../../src/state/ledger/query-rows";

const durations = fc.array(fc.integer({ min: 0, max: 7_000_000 }), { minLength: 1, maxLength: 400 });

function count(values: readonly number[]): SparseCounts {
  const counts: SparseCounts = new Map();
  for (const value of values) countSparsely(counts, value);
  return counts;
}

function dense(counts: SparseCounts) {
  const sum = emptyCounts();
  addEncoded(sum, encodeSparsely(counts));
  return sum;
}

test("percentiles are within 2.2 % and rounding of the exact ones", () => {
  fc.assert(
    fc.property(durations, (values) => {
      const found = percentilesOf(dense(count(values)));
      const exact = exactPercentiles(values);
      for (const name of ["p50", "p90", "p99"] as const) {
        const [one = 0, other = 0] = [found?.[name], exact?.[name]];
        expect(Math.abs(one - other)).toBeLessThanOrEqual(other * 0.0225 + 0.5);
      }
    }),
  );
});

test("what was encoded comes back, added to what is there", () => {
  fc.assert(
    fc.property(durations, durations, (some, others) => {
      const all = dense(count([...some, ...others]));
      const sparse = count(some);
      decodeSparsely(sparse, encodeSparsely(count(others)));
      expect(dense(sparse)).toEqual(all);
      const sum = dense(count(some));
      addEncoded(sum, encodeSparsely(count(others)));
      expect(sum).toEqual(all);
    }),
  );
});

test("large counts survive encoding", () => {
  const counts: SparseCounts = new Map([
    [368, 4_000_000_000],
    [0, 1],
    [17, 300_000_000],
  ]);
  const copy: SparseCounts = new Map();
  decodeSparsely(copy, encodeSparsely(counts));
  expect([...copy]).toEqual([
    [0, 1],
    [17, 300_000_000],
    [368, 4_000_000_000],
  ]);
});

test("nothing counted: no percentiles, nothing to keep", () => {
  expect(percentilesOf(emptyCounts())).toBeNull();
  expect(encodeSparsely(new Map())).toBeNull();
});

test("no time and very long ones have their place", () => {
  expect(percentilesOf(dense(count([0, 0, 0])))).toEqual({ p50: 0, p90: 0, p99: 0 });
  expect(percentilesOf(dense(count([1e12])))?.p50).toBeGreaterThan(8_000_000);
});

test("bytes that were damaged add nothing outside the table", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const counts = emptyCounts();
      addEncoded(counts, bytes);
      expect(counts.length).toBe(369);
    }),
  );
});
