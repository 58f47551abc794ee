// The numbers of the story: played through second by second, they make the turns that the demo is there to show.
import { describe, expect, test } from "bun:test";
import { scripts } from "../../src/demo/conversations";
import { RateLimits } from "../../src/demo/rate-limits";
import {
  storyAccounts,
  storyCycleMs,
  storyEveryMs,
  storyLimits,
  storyOverload,
  storyQueueMs,
} from "../../src/demo/story";

type Turn = "first" | "second" | "fallback" | "last resort" | "wait";

/** Who serves over time when nothing but the limits decides; `jitterMs` is added to each rest. */
function play(seconds: number, jitterMs: number): { turn: Turn; at: number }[] {
  const limits = new RateLimits(storyLimits);
  const accountOut = storyAccounts(0);
  const restsUntil = [0, 0];
  const turns: { turn: Turn; at: number }[] = [];
  for (let number = 0; number * storyEveryMs < seconds * 1000; number++) {
    const at = number * storyEveryMs;
    const model = scripts[number % scripts.length]?.model ?? "";
    const turn = takeTurn(model, at);
    if (turn !== null && turns.at(-1)?.turn !== turn) turns.push({ turn, at: at / 1000 });
  }
  return turns;

  function takeTurn(model: string, at: number): Turn | null {
    const outUntil = accountOut(0, at);
    if (outUntil !== null) return outUntil - at > storyQueueMs ? "last resort" : "wait";
    if (!model.includes("opus")) return null;
    const serving = [0, 1].find((key) => {
      if ((restsUntil[key] ?? 0) > at) return false;
      const allowance = limits.take(key, model, at);
      if (!allowance.allowed) restsUntil[key] = allowance.retryAt + jitterMs;
      return allowance.allowed;
    });
    return serving === undefined ? "fallback" : serving === 0 ? "first" : "second";
  }
}

describe("the story", () => {
  test.each([0, 500, 1000])(
    "rotation, fallback, the other provider and both ways back within a minute, with %i ms of jitter",
    (jitterMs) => {
      const turns = play(60, jitterMs);
      const expected: Turn[] = ["first", "second", "fallback", "first", "last resort", "wait", "first"];
      expect(turns.slice(0, 7).map((each) => each.turn)).toEqual(expected);
      const [rotation = 0, fallback = 0, wayBack = 0, lastResort = 0, wait = 0, again = 0] = turns
        .slice(1)
        .map((each) => each.at);
      expect(rotation).toBeGreaterThan(6);
      expect(rotation).toBeLessThan(15);
      // Long enough to be read, each of them.
      for (const [from, to] of [
        [rotation, fallback],
        [fallback, wayBack],
        [wayBack, lastResort],
        [lastResort, wait],
      ] as const) {
        expect(to - from).toBeGreaterThan(4);
        expect(to - from).toBeLessThan(16);
      }
      expect(again - wait).toBeLessThan(5);
      expect(again).toBeLessThan(55);
    },
  );

  test("it goes on: over five minutes each turn comes again and again", () => {
    const turns = play(300, 1000).map((each) => each.turn);
    for (const turn of ["first", "second", "fallback", "last resort"] as const) {
      expect(turns.filter((each) => each === turn).length).toBeGreaterThanOrEqual(5);
    }
  });

  test("both accounts are out together, and the stated end is the real one", () => {
    const accountOut = storyAccounts(1000);
    const times = Array.from({ length: storyCycleMs / 500 }, (_, index) => 1000 + index * 500);
    const out = times.filter((at) => accountOut(0, at) !== null);
    expect(out.length).toBeGreaterThan(20);
    for (const at of out) {
      const until = accountOut(0, at) ?? 0;
      expect(accountOut(1, at)).toBe(until);
      expect(until).toBeGreaterThan(at);
      expect([accountOut(0, until - 1), accountOut(0, until)]).toEqual([until, null]);
    }
    expect(accountOut(0, (out[0] ?? 0) + storyCycleMs)).toBe(
      (accountOut(0, out[0] ?? 0) ?? 0) + storyCycleMs,
    );
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
