// Counted durations give percentiles that lie within half a slot of the exact ones.
import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  addCounts,
  addEncoded,
  countDuration,
  emptyCounts,
  encodeCounts,
  percentilesOf,
} from "../../../src/state/ledger/histogram";
import { exactPercentiles } from "../../../src/state/ledger/query-rows";

const durations = fc.array(fc.integer({ min: 0, max: 7_000_000 }), { minLength: 1, maxLength: 400 });

function count(values: readonly number[]) {
  const counts = emptyCounts();
  for (const value of values) countDuration(counts, value);
  return counts;
}

test("percentiles are within 2.2 % and rounding of the exact ones", () => {
  fc.assert(
    fc.property(durations, (values) => {
      const found = percentilesOf(count(values));
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
      const sum = count(some);
      addEncoded(sum, encodeCounts(count(others)));
      expect(sum).toEqual(count([...some, ...others]));
      const merged = count(some);
      addCounts(merged, count(others));
      expect(merged).toEqual(sum);
    }),
  );
});

test("large counts survive encoding", () => {
  const counts = emptyCounts();
  counts[0] = 1;
  counts[17] = 300_000_000;
  counts[368] = 4_000_000_000;
  const copy = emptyCounts();
  addEncoded(copy, encodeCounts(counts));
  expect(copy).toEqual(counts);
});

test("nothing counted: no percentiles, nothing to keep", () => {
  expect(percentilesOf(emptyCounts())).toBeNull();
  expect(encodeCounts(emptyCounts())).toBeNull();
});

test("no time and very long ones have their place", () => {
  expect(percentilesOf(count([0, 0, 0]))).toEqual({ p50: 0, p90: 0, p99: 0 });
  expect(percentilesOf(count([1e12]))?.p50).toBeGreaterThan(8_000_000);
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
