// The timeline between two answers of the API, and its cut to pixels.
import { describe, expect, test } from "bun:test";
import { describeMoment } from "../../web/timeline/describe-moment";
import {
  type BandState,
  barAt,
  countRow,
  cutToColumns,
  goOn,
  readTimeline,
  type Span,
  spanAt,
  type Track,
} from "../../web/timeline/timeline";
import { sampleIso, sampleKey, sampleRow, sampleTime } from "../support/dashboard-samples";

const minute = 60_000;
const hour = 60 * minute;

/** `from` and `until` relative to the sample time. */
function span(from: number, until: number, state: BandState): Span {
  return { from: sampleTime + from, until: sampleTime + until, state, reason: null };
}

function track(fields: Partial<Track> = {}): Track {
  return {
    since: sampleTime - hour,
    until: sampleTime,
    bands: [{ key: "personal", spans: [span(-hour, 0, "ready")] }],
    bucketMs: minute,
    bars: [],
    ...fields,
  };
}

describe("as time goes on", () => {
  test("the present state grows, a new one begins where the last ended", () => {
    const grown = goOn(track(), [sampleKey()], sampleTime + 5000);
    expect(grown.bands[0]?.spans).toEqual([span(-hour, 5000, "ready")]);
    const changed = goOn(grown, [sampleKey({ state: "cooling", reason: "limit" })], sampleTime + 8000);
    expect(changed.bands[0]?.spans.map(({ state, until }) => [state, until])).toEqual([
      ["ready", sampleTime + 5000],
      ["cooling", sampleTime + 8000],
    ]);
  });

  test("the window ends with a whole bucket and keeps its length; what left it is forgotten", () => {
    const bands = [
      { key: "personal", spans: [span(-hour, -30 * minute, "cooling"), span(-30 * minute, 0, "ready")] },
    ];
    const later = goOn(track({ bands }), [sampleKey()], sampleTime + 31 * minute + 1);
    expect(later.until).toBe(sampleTime + 32 * minute);
    expect(later.since).toBe(sampleTime - 28 * minute);
    expect(later.bands[0]?.spans.map(({ state }) => state)).toEqual(["ready"]);
  });

  test("keys that came get a band, keys that went lose it", () => {
    const after = goOn(track(), [sampleKey({ id: "work" })], sampleTime + 1000);
    expect(after.bands.map(({ key }) => key)).toEqual(["work"]);
  });

  test("a day of changes every second stays bounded by the window", () => {
    let now = track();
    for (let second = 1; second < 3 * 3600; second += 1) {
      const state = second % 2 === 0 ? "ready" : "serving";
      now = goOn(now, [sampleKey({ state })], sampleTime + second * 1000);
    }
    expect(now.bands[0]?.spans.length).toBeLessThanOrEqual(3700);
  });
});

describe("finished requests", () => {
  test("are counted in their bucket, in a new one, and not before the window", () => {
    const once = countRow(track(), sampleRow({ at: sampleIso(1000), service: "fell_back" }));
    const twice = countRow(once, sampleRow({ at: sampleIso(2000), service: "asked" }));
    expect(twice.bars).toHaveLength(1);
    expect(twice.bars[0]).toMatchObject({ at: sampleTime, asked: 1, fellBack: 1, failed: 0 });
    const next = countRow(twice, sampleRow({ at: sampleIso(minute + 5) }));
    expect(next.bars).toHaveLength(2);
    expect(countRow(next, sampleRow({ at: sampleIso(minute + 6), endpoint: "other" }))).toBe(next);
    expect(countRow(next, sampleRow({ at: sampleIso(-5 * minute) }))).toBe(next);
  });
});

describe("cut to columns", () => {
  const cut = (spans: Span[], columns = 60) => cutToColumns(spans, sampleTime - hour, sampleTime, columns);

  test("neighbours of one state are one block, the unknown is none", () => {
    expect(cut([span(-30 * minute, -20 * minute, "ready"), span(-20 * minute, 0, "cooling")])).toEqual([
      { from: 30, width: 10, state: "ready" },
      { from: 40, width: 20, state: "cooling" },
    ]);
  });

  test("a failure shorter than a pixel is seen all the same", () => {
    const blocks = cut([
      span(-hour, -30 * minute - 1000, "ready"),
      span(-30 * minute - 1000, -30 * minute + 9000, "failing"),
      span(-30 * minute + 9000, 0, "ready"),
    ]);
    expect(blocks.map(({ state }) => state)).toContain("failing");
  });

  test("a thousand changes become no more blocks than columns", () => {
    const spans = Array.from({ length: 3600 }, (_, second) =>
      span(-hour + second * 1000, -hour + second * 1000 + 1000, second % 2 === 0 ? "ready" : "serving"),
    );
    expect(cut(spans).length).toBeLessThanOrEqual(60);
  });

  test("nonsense draws nothing", () => {
    expect(cut([span(0, hour, "ready")])).toEqual([]);
    expect(cutToColumns([span(-hour, 0, "ready")], sampleTime, sampleTime, 60)).toEqual([]);
    expect(cut([span(-hour, 0, "ready")], 0)).toEqual([]);
  });
});

test("the API's answer is read into numbers", () => {
  const answer = {
    since: sampleIso(-hour),
    until: sampleIso(),
    bucketMs: minute,
    bands: [
      {
        key: "personal",
        spans: [{ from: sampleIso(-hour), until: sampleIso(), state: "ready" as const, reason: null }],
      },
    ],
    histogram: [{ at: sampleIso(-minute), asked: 2, rotated: 0, fellBack: 0, failed: 0, cancelled: 0 }],
  };
  const bars = [{ at: sampleTime - minute, asked: 2, rotated: 0, fellBack: 0, failed: 0, cancelled: 0 }];
  expect(readTimeline(answer, sampleTime + minute)).toEqual(track({ bars }));
  // The API's last span ends with the window, which lies ahead.
  const now = sampleTime - 10 * minute;
  expect(readTimeline(answer, now).bands[0]?.spans[0]?.until).toBe(now);
});

test("a moment in words", () => {
  const data = countRow(
    track({
      bands: [{ key: "personal", spans: [span(-hour, -minute, "ready"), span(-minute, 0, "cooling")] }],
    }),
    sampleRow({ at: sampleIso(-30_000), service: "rotated" }),
  );
  const keys = [sampleKey({ label: "Personal" })];
  expect(describeMoment(data, keys, sampleTime - 20_000)).toBe("Personal cooling down; 1 request: 1 rotated");
  expect(describeMoment(data, keys, sampleTime - 40 * minute)).toBe("Personal ready; no requests");
  expect(spanAt([], sampleTime)).toBeNull();
  expect(barAt(data, sampleTime + hour)).toBeNull();
});
