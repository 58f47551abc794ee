// The numbers of the story: played through second by second, they make the turns that the demo is there to show.
import { describe, expect, test } from "bun:test";
import { scripts } from "../../src/demo/conversations";
import { RateLimits } from "../../src/demo/rate-limits";
import { storyEveryMs, storyLimits, storyOverload } from "../../src/demo/story";

type Turn = "first" | "second" | "fallback";

/** Who serves the big model over time when nothing but the limits decides; `jitterMs` is added to each rest. */
function play(seconds: number, jitterMs: number): { turn: Turn; at: number }[] {
  const limits = new RateLimits(storyLimits);
  const restsUntil = [0, 0];
  const turns: { turn: Turn; at: number }[] = [];
  for (let number = 0; number * storyEveryMs < seconds * 1000; number++) {
    const at = number * storyEveryMs;
    const model = scripts[number % scripts.length]?.model ?? "";
    if (!model.includes("opus")) continue;
    const serving = [0, 1].find((key) => {
      if ((restsUntil[key] ?? 0) > at) return false;
      const allowance = limits.take(key, model, at);
      if (!allowance.allowed) restsUntil[key] = allowance.retryAt + jitterMs;
      return allowance.allowed;
    });
    const turn = serving === undefined ? "fallback" : serving === 0 ? "first" : "second";
    if (turns.at(-1)?.turn !== turn) turns.push({ turn, at });
  }
  return turns;
}

describe("the story", () => {
  test.each([0, 2500, 5000])(
    "rotation, fallback and the way back within 40 s, with %i ms of jitter",
    (jitterMs) => {
      const turns = play(40, jitterMs);
      expect(turns.slice(0, 4).map((each) => each.turn)).toEqual(["first", "second", "fallback", "first"]);
      const [, rotation, fallback, wayBack] = turns.map((each) => each.at / 1000);
      expect(rotation).toBeGreaterThan(6);
      expect(rotation).toBeLessThan(15);
      expect((fallback ?? 0) - (rotation ?? 0)).toBeGreaterThan(4);
      expect((wayBack ?? 0) - (fallback ?? 0)).toBeGreaterThan(4);
      expect((wayBack ?? 99) - (fallback ?? 0)).toBeLessThan(20);
    },
  );

  test("it goes on: over five minutes each turn comes again and again", () => {
    const turns = play(300, 2500).map((each) => each.turn);
    for (const turn of ["first", "second", "fallback"] as const) {
      expect(turns.filter((each) => each === turn).length).toBeGreaterThan(5);
    }
  });

  test("models that are not of the big kind never run out", () => {
    for (const model of ["claude-sonnet-4-6", "claude-haiku-4-5"]) expect(storyLimits(0, model)).toBeNull();
    expect(storyLimits(1, "claude-opus-5-5")).not.toBeNull();
  });

  test("an overload comes now and then, never twice in a row", () => {
    const overloaded = Array.from({ length: 100 }, (_, index) => storyOverload(index + 1));
    expect(overloaded.filter(Boolean).length).toBeGreaterThan(1);
    expect(overloaded.some((now, index) => now && overloaded[index + 1])).toBe(false);
  });
});
