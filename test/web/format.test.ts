// How the page writes times, money and counts.
import { describe, expect, test } from "bun:test";
import {
  formatAgo,
  formatClock,
  formatCountdown,
  formatDuration,
  formatMoney,
  formatShare,
  formatShort,
  speakDuration,
} from "../../web/format";

const table = <Input>(name: string, format: (input: Input) => string, rows: [Input, string][]) => {
  test.each(rows)(`${name} %p is %p`, (input, text) => {
    expect(format(input)).toBe(text);
  });
};

describe("countdowns count seconds", () => {
  table("", formatCountdown, [
    [-5, "now"],
    [0, "now"],
    [1, "1 s"],
    [42_000, "42 s"],
    [59_001, "1:00"],
    [245_000, "4:05"],
    [3_599_999, "1:00:00"],
    [7_445_000, "2:04:05"],
    [443_300_000, "5 d 3 h"],
  ]);
  table("spoken", speakDuration, [
    [0, "now"],
    [1000, "1 second"],
    [245_000, "4 minutes 5 seconds"],
    [90_061_000, "1 day 1 hour"],
  ]);
});

test("clock times name the day where it is not today", () => {
  const now = new Date(2026, 10, 26, 14, 30, 0).getTime();
  expect(formatClock(new Date(2026, 10, 26, 14, 32, 10).getTime(), now)).toBe("14:32:10");
  expect(formatClock(new Date(2026, 10, 28, 9, 5, 0).getTime(), now)).toBe("Sat 09:05");
  expect(formatClock(new Date(2026, 11, 24, 9, 5, 0).getTime(), now)).toBe("24 Dec 09:05");
});

describe("measures", () => {
  table("ago", formatAgo, [
    [0, "just now"],
    [-400, "just now"],
    [12_000, "12 s ago"],
    [240_000, "4 min ago"],
    [10_800_000, "3 h ago"],
    [259_200_000, "3 d ago"],
  ]);
  table("duration", formatDuration, [
    [0, "0 ms"],
    [840, "840 ms"],
    [999.7, "1.0 s"],
    [4200, "4.2 s"],
    [9960, "10 s"],
    [65_000, "1 min 05 s"],
    [7_800_000, "2 h 10 min"],
  ]);
  table("money", formatMoney, [
    [0, "$0.00"],
    [0.00001, "<$0.0001"],
    [0.0042, "$0.0042"],
    [0.1, "$0.10"],
    [1.274, "$1.27"],
    [1204, "$1,204"],
    [-0.5, "-$0.50"],
  ]);
  table("short", formatShort, [
    [0, "0"],
    [999, "999"],
    [12_400, "12k"],
    [1240, "1.2k"],
    [999_600, "1M"],
    [3_100_000, "3.1M"],
  ]);
  table("share", formatShare, [
    [Number.NaN, "0 %"],
    [0, "0 %"],
    [0.004, "<1 %"],
    [0.94, "94 %"],
    [0.998, ">99 %"],
    [1, "100 %"],
  ]);
});
