// All time formats of rate-limit headers, and what is none.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readEpochSeconds, readGoDuration, readRetryAfter, readRfc3339 } from "../../src/engine/parse-reset";
import { at, headersOf, now } from "./header-reader";

describe("retry-after", () => {
  test.each<[string, number]>([
    ["42", 42_000],
    [" 42 ", 42_000],
    ["1.5", 1500],
    ["0.25", 250],
    [".5", 500],
    ["443300", 443_300_000],
    ["Sun, 01 Mar 2026 12:01:00 GMT", 60_000],
    ["Sunday, 01-Mar-26 12:01:00 GMT", 60_000],
    ["Sun Mar  1 12:01:00 2026", 60_000],
  ])("%p is a time", (value, expected) => {
    expect(readRetryAfter(headersOf({ "retry-after": value }), now)).toBe(now + expected);
  });

  test.each([
    "0",
    "-5",
    "",
    "soon",
    "12abc",
    "1e3",
    "5, 5",
    "Infinity",
    "NaN",
    "6m0s",
    "1772366460000",
    "Sun, 01 Mar 2026 11:59:59 GMT",
    "Sun, 01 Foo 2026 12:01:00 GMT",
  ])("%p counts as absent", (value) => {
    expect(readRetryAfter(headersOf({ "retry-after": value }), now)).toBeNull();
  });

  test("retry-after-ms is the finer one and wins", () => {
    expect(readRetryAfter(headersOf({ "retry-after-ms": "350", "retry-after": "1" }), now)).toBe(now + 350);
  });

  test("a broken retry-after-ms does not hide retry-after", () => {
    expect(readRetryAfter(headersOf({ "retry-after-ms": "-1", "retry-after": "1" }), now)).toBe(now + 1000);
  });
});

describe("RFC 3339", () => {
  test.each<[string, string]>([
    ["2026-03-01T12:00:30Z", "2026-03-01T12:00:30Z"],
    ["2026-03-01T12:00:30.250Z", "2026-03-01T12:00:30.250Z"],
    ["2026-03-01T14:00:30+02:00", "2026-03-01T12:00:30Z"],
    ["2026-03-01t12:00:30z", "2026-03-01T12:00:30Z"],
    ["2026-03-06T15:08:20Z", "2026-03-06T15:08:20Z"],
  ])("%p is a time", (value, expected) => {
    expect(readRfc3339(value, now)).toBe(at(expected));
  });

  test.each(["2026-03-01T11:59:59Z", "2026-13-01T12:00:30Z", "2026-03-02", "tomorrow", "", null])(
    "%p counts as absent",
    (value) => {
      expect(readRfc3339(value, now)).toBeNull();
    },
  );
});

describe("epoch seconds", () => {
  test("whole and decimal seconds", () => {
    expect(readEpochSeconds(String(now / 1000 + 90), now)).toBe(now + 90_000);
    expect(readEpochSeconds(String(now / 1000 + 0.5), now)).toBe(now + 500);
  });

  test.each([String(now / 1000 - 1), String(now), "0", "-1", "later", null])(
    "%p counts as absent",
    (value) => {
      expect(readEpochSeconds(value, now)).toBeNull();
    },
  );
});

describe("Go durations", () => {
  test.each<[string, number]>([
    ["6m0s", 360_000],
    ["120ms", 120],
    ["1h2m3.5s", 3_723_500],
    ["1s", 1000],
    ["7.66s", 7660],
    ["24h0m0s", 86_400_000],
    ["1500us", 2],
    ["30", 30_000],
  ])("%p", (value, expected) => {
    expect(readGoDuration(value, now)).toBe(now + expected);
  });

  test.each(["0s", "-5s", "5x", "m5", "6m 0s", "", null])("%p counts as absent", (value) => {
    expect(readGoDuration(value, now)).toBeNull();
  });
});

test("whatever the text, a time lies in the future and can be written as a date", () => {
  const readers = [
    (text: string) => readRetryAfter(headersOf({ "retry-after": text }), now),
    (text: string) => readRfc3339(text, now),
    (text: string) => readEpochSeconds(text, now),
    (text: string) => readGoDuration(text, now),
  ];
  const texts = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.integer({ min: 0 }).map((seconds) => `${seconds}h`),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom(...readers), (text, read) => {
      const time = read(text);
      if (time === null) return;
      expect(time).toBeGreaterThan(now);
      expect(new Date(time).toISOString()).toContain("T");
    }),
  );
});
