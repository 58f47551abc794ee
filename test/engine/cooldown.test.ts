// Ladders, windows and stated times.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type CoolDownEvent, type Cooldown, coolDown } from "../../src/engine/cooldown";
import type { Ladder } from "../../src/engine/types";
import { now } from "./header-reader";

const cooldownMs = 3_600_000;
const hour = 3_600_000;
const event = (change: Partial<CoolDownEvent> = {}): CoolDownEvent => ({
  duration: { ladder: "rate" },
  startedAt: change.now ?? now,
  now,
  chance: 0,
  cooldownMs,
  ...change,
});

/** Rests of a ladder when each failure comes right after the rest before has ended. */
function climb(ladder: Ladder, count: number, options: Partial<CoolDownEvent> = {}): number[] {
  const rests: number[] = [];
  let cooldown: Cooldown | null = null;
  let time = now;
  for (let step = 0; step < count; step += 1) {
    const next: Cooldown = coolDown(
      cooldown,
      event({ duration: { ladder }, now: time, startedAt: time, ...options }),
    );
    rests.push(next.until - time);
    time = next.until + 1;
    cooldown = next;
  }
  return rests;
}

describe("ladders", () => {
  test("a rate limit without a time doubles from a second up to cooldownMs", () => {
    expect(climb("rate", 14)).toEqual([
      1000,
      2000,
      4000,
      8000,
      16_000,
      32_000,
      64_000,
      128_000,
      256_000,
      512_000,
      1_024_000,
      2_048_000,
      hour,
      hour,
    ]);
  });

  test.each<[Ladder, number[]]>([
    ["overload", [2500, 5000, 10_000, 10_000]],
    ["server", [2000, 4000, 8000, 8000]],
    ["network", [2000, 4000, 8000, 8000]],
    ["challenge", [10_000, 10_000]],
    ["rejected", [300_000, 600_000, 1_200_000, 2_400_000, hour, hour]],
    ["no_credit", [1_800_000, 1_800_000]],
    ["no_access", [hour, hour]],
  ])("%s", (ladder, rests) => {
    expect(climb(ladder, rests.length)).toEqual(rests);
  });

  test("jitter lengthens a rung by a quarter at most, and never beyond its limit", () => {
    expect(climb("rate", 3, { chance: 1 })).toEqual([1250, 2500, 5000]);
    expect(climb("overload", 3, { chance: 1 })).toEqual([3125, 6250, 10_000]);
  });

  test("cooldownMs is the longest rest that nobody stated", () => {
    expect(climb("rejected", 2, { cooldownMs: 7000 })).toEqual([7000, 7000]);
    const stated = coolDown(null, event({ duration: { until: now + hour }, cooldownMs: 7000 }));
    expect(stated.until).toBe(now + hour);
  });
});

test("twelve parallel 429s climb one rung", () => {
  let cooldown: Cooldown | null = null;
  for (let index = 0; index < 12; index += 1) {
    cooldown = coolDown(cooldown, event({ now: now + 200 * index, startedAt: now - 50 }));
  }
  expect(cooldown).toEqual({ until: now + 1000, setAt: now, levels: { rate: 1 } });
});

test("a request that began inside the window does not climb either", () => {
  const first = coolDown(null, event());
  const second = coolDown(first, event({ now: now + 900, startedAt: now + 500 }));
  expect(second.levels).toEqual({ rate: 1 });
  expect(second.until).toBe(now + 1900);
});

test("a second 429 never shortens a cooldown", () => {
  const long = coolDown(null, event({ duration: { until: now + hour } }));
  const stated = coolDown(long, event({ duration: { until: now + 1000 }, now: now + 1 }));
  const unstated = coolDown(stated, event({ now: now + 2 }));
  expect([long.until, stated.until, unstated.until]).toEqual([now + hour, now + hour, now + hour]);
});

test("five days of retry-after are five days", () => {
  const cooldown = coolDown(null, event({ duration: { until: now + 443_300_000 } }));
  expect(cooldown.until).toBe(now + 443_300_000);
});

test("jitter on a stated time is at most five seconds and a tenth of the rest", () => {
  const jitter = (stated: number) =>
    coolDown(null, event({ duration: { until: now + stated }, chance: 1 })).until - now - stated;
  expect([jitter(1000), jitter(20_000), jitter(hour)]).toEqual([100, 2000, 5000]);
});

test("the same reset told by parallel requests is not pushed out again", () => {
  const first = coolDown(null, event({ duration: { until: now + hour }, chance: 0.5 }));
  const second = coolDown(first, event({ duration: { until: now + hour }, chance: 1, now: now + 10 }));
  expect(second.until).toBe(first.until);
});

describe("whatever happens", () => {
  const ladder = fc.constantFrom<Ladder>(
    "rate",
    "overload",
    "server",
    "network",
    "rejected",
    "no_credit",
    "no_access",
  );
  const duration = fc.oneof(
    ladder.map((name) => ({ ladder: name })),
    fc.integer({ min: 1, max: 10 * hour }).map((ms) => ({ until: now + ms })),
  );
  const failures = fc.array(
    fc.record({
      duration,
      wait: fc.integer({ min: 0, max: 20_000 }),
      took: fc.integer({ min: 0, max: 60_000 }),
      chance: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 40 },
  );

  test("a deadline only moves later, and a stated time is never shortened", () => {
    fc.assert(
      fc.property(failures, (list) => {
        let cooldown: Cooldown | null = null;
        let time = now;
        for (const { duration, wait, took, chance } of list) {
          time += wait;
          const next: Cooldown = coolDown(
            cooldown,
            event({ duration, now: time, startedAt: time - took, chance }),
          );
          if (cooldown !== null) expect(next.until).toBeGreaterThanOrEqual(cooldown.until);
          if ("until" in duration) {
            expect(next.until).toBeGreaterThanOrEqual(duration.until);
            expect(next.until).toBeLessThanOrEqual(Math.max(cooldown?.until ?? 0, duration.until + 5000));
          }
          cooldown = next;
        }
      }),
    );
  });

  test("the level rises at most once in an open window", () => {
    fc.assert(
      fc.property(failures, (list) => {
        let cooldown: Cooldown | null = null;
        let time = now;
        for (const { wait, took, chance } of list) {
          time += wait;
          const next: Cooldown = coolDown(cooldown, event({ now: time, startedAt: time - took, chance }));
          const risen = (next.levels.rate ?? 0) - (cooldown?.levels.rate ?? 0);
          const open = cooldown !== null && cooldown.until > time;
          expect(risen).toBeLessThanOrEqual(open ? 0 : 1);
          cooldown = next;
        }
      }),
    );
  });
});
