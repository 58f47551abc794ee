import { expect, test } from "bun:test";
import { formatClock, formatDuration, formatUntil } from "../../../src/cli/print/times";

test.each([
  [0, "0 s"],
  [1, "1 s"],
  [42_000, "42 s"],
  [59_001, "1 min 0 s"],
  [200_000, "3 min 20 s"],
  [3_599_500, "1 h 0 min"],
  [7_500_000, "2 h 5 min"],
  [443_300_000, "5 d 3 h"],
  [-5, "0 s"],
])("a duration of %d ms reads %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

const noon = new Date(2026, 2, 4, 12, 0, 0).getTime();

test.each([
  [new Date(2026, 2, 4, 14, 32, 10).getTime(), "14:32:10"],
  [new Date(2026, 2, 5, 9, 5, 3).getTime(), "Thu 09:05:03"],
  [new Date(2026, 2, 20, 9, 5, 3).getTime(), "20 Mar 09:05:03"],
])("a clock time names the day when it is not today", (at, text) => {
  expect(formatClock(at, noon)).toBe(text);
});

test("a time that has come is not shown as zero", () => {
  expect(formatUntil(noon, noon)).toBe("any moment now");
  expect(formatUntil(noon + 42_000, noon)).toBe("until 12:00:42 (42 s)");
});
