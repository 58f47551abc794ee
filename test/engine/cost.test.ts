// What requests cost: against prices that were published, worked out by hand.
import { describe, expect, test } from "bun:test";
import { type BilledUsage, costOf, type Tariff, type Terms, tariffOf } from "../../src/engine/cost";
import { findPrice, type Price, type PriceOverride, pricedModels } from "../../src/engine/prices";

const none: BilledUsage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  webSearches: 0,
};
const million = 1_000_000;
const listed = new Map<string, PriceOverride>();

function priceOf(model: string): Price {
  const price = findPrice(model, listed);
  if (price === null) throw new Error(`no price for ${model}`);
  return price;
}

function listTariff(model: string, provider: Terms["provider"] = "anthropic"): Tariff {
  return tariffOf(priceOf(model), { provider, tier: null, geo: null });
}

describe("published prices per million tokens: input, output, 5 m write, 1 h write, cache read", () => {
  test.each([
    ["claude-fable-5-2", 8, 40, 10, 16, 0.2],
    ["claude-fable-5-1", 10, 50, 12.5, 20, 0.25],
    ["claude-opus-5-5", 4, 20, 5, 8, 0.2],
    ["claude-opus-5", 5, 25, 6.25, 10, 0.5],
    ["claude-opus-4-6", 5, 25, 6.25, 10, 0.5],
    ["claude-opus-4-5-20251101", 5, 25, 6.25, 10, 0.5],
    ["claude-sonnet-5-5", 2, 10, 2.5, 4, 0.1],
    ["claude-sonnet-4-6[1m]", 3, 15, 3.75, 6, 0.3],
    ["claude-haiku-4-5-20251001", 1, 5, 1.25, 2, 0.1],
  ])("%s", (model, input, output, write5m, write1h, read) => {
    const usd = (usage: Partial<BilledUsage>) => costOf({ ...none, ...usage }, listTariff(model)).costUsd;
    // Of a tenth of a million, so that no long-prompt price applies.
    const part = million / 10;
    expect(usd({ input: part }) * 10).toBeCloseTo(input, 9);
    expect(usd({ output: part }) * 10).toBeCloseTo(output, 9);
    expect(usd({ cacheWrite5m: part }) * 10).toBeCloseTo(write5m, 9);
    expect(usd({ cacheWrite1h: part }) * 10).toBeCloseTo(write1h, 9);
    expect(usd({ cacheRead: part }) * 10).toBeCloseTo(read, 9);
  });

  test.each([
    ["gpt-6.1-sol", 2, 10, 2.5, 0.1],
    ["gpt-6.1-terra", 1, 5, 1.25, 0.05],
    ["gpt-6-luna", 0.1, 0.5, 0.125, 0.01],
    ["gpt-5.6-terra", 2, 12, 2.5, 0.2],
    ["gpt-5.4-mini-2026-03-17", 0.75, 4.5, 0.75, 0.075],
  ])("%s", (model, input, output, write, read) => {
    const usd = (usage: Partial<BilledUsage>) =>
      costOf({ ...none, ...usage }, listTariff(model, "openai")).costUsd;
    expect(usd({ input: 100_000 }) * 10).toBeCloseTo(input, 9);
    expect(usd({ output: 100_000 }) * 10).toBeCloseTo(output, 9);
    expect(usd({ cacheWrite5m: 100_000 }) * 10).toBeCloseTo(write, 9);
    expect(usd({ cacheRead: 100_000 }) * 10).toBeCloseTo(read, 9);
  });

  test("every price is one, and reading the cache never costs more than not having it", () => {
    for (const model of pricedModels) {
      const { input, output, cacheRead, cacheWrite, cacheWrite1h } = priceOf(model);
      for (const price of [input, output, cacheRead, cacheWrite, cacheWrite1h]) {
        if (price !== null) expect([model, price > 0 && price < 1000]).toEqual([model, true]);
      }
      expect([model, (cacheRead ?? input) <= input && output > input]).toEqual([model, true]);
    }
  });
});

describe("what changes the price", () => {
  const opus = listTariff("claude-opus-5-5");
  const usage = { ...none, input: million, output: million };

  test.each([
    ["fast mode", "anthropic", { tier: "fast" }, 48],
    ["a batch", "anthropic", { tier: "batch" }, 12],
    ["a tier that was bought in advance", "anthropic", { tier: "priority" }, 24],
    ["the standard tier", "anthropic", { tier: "standard" }, 24],
    ["a tier nobody knows", "anthropic", { tier: "constructor" }, 24],
    ["inference that stays in the US", "anthropic", { geo: "us" }, 26.4],
    ["inference anywhere", "anthropic", { geo: "global" }, 24],
    ["OpenAI's priority tier", "openai", { tier: "priority" }, 48],
    ["OpenAI's flex tier", "openai", { tier: "flex" }, 12],
    ["OpenAI knows no such place", "openai", { geo: "us" }, 24],
  ] as const)("%s", (_name, provider, change, usd) => {
    const terms = { provider, tier: null, geo: null, ...change };
    expect(costOf(usage, tariffOf(priceOf("claude-opus-5-5"), terms)).costUsd).toBeCloseTo(usd, 9);
  });

  test("three searches of the web", () => {
    expect(costOf({ ...usage, webSearches: 3 }, opus).costUsd).toBeCloseTo(24.03, 9);
  });

  test("a long prompt is dearer as a whole, cached tokens included", () => {
    const haiku = listTariff("claude-haiku-5-5");
    const short = { ...none, input: 50_000, cacheRead: 50_000, output: 1000 };
    const long = { ...short, cacheRead: 50_001 };
    expect(costOf(short, haiku).costUsd).toBeCloseTo(
      (50_000 * 0.1 + 50_000 * 0.01 + 1000 * 0.5) / million,
      12,
    );
    expect(costOf(long, haiku).costUsd).toBeCloseTo(
      (50_000 * 0.5 + 50_001 * 0.05 + 1000 * 2.5) / million,
      12,
    );
    const sol = listTariff("gpt-6.1-sol", "openai");
    expect(costOf({ ...none, input: 300_000, output: 1000 }, sol).costUsd).toBeCloseTo(
      (300_000 * 4 + 1000 * 15) / million,
      12,
    );
  });

  test("the cache: what reading saved, less what writing cost more", () => {
    const read = costOf({ ...none, cacheRead: million }, opus).cacheSavedUsd;
    const written = costOf({ ...none, cacheWrite5m: million, cacheWrite1h: million }, opus).cacheSavedUsd;
    expect(read).toBeCloseTo(3.8, 9);
    expect(written).toBeCloseTo(-1 - 4, 9);
    expect(costOf({ ...none, input: million, output: 5 }, opus).cacheSavedUsd).toBe(0);
  });

  test("cached tokens without a published price count as plain input", () => {
    const usd = costOf(
      { ...none, cacheRead: 100_000, cacheWrite5m: 100_000 },
      listTariff("gpt-6.2-sol", "openai"),
    );
    expect(usd.costUsd).toBeCloseTo(0.4, 9);
    expect(usd.cacheSavedUsd).toBe(0);
  });
});

describe("whose price", () => {
  test.each([
    "claude-unheard-9",
    "gpt-99",
    "constructor",
    "__proto__",
    "",
    "claude-opus-4-6-preview",
    "my/claude-opus-4-6",
  ])("%p: nobody knows it", (model) => {
    expect(findPrice(model, listed)).toBeNull();
  });

  test("an override replaces what it names, for the model with any date and with [1m]", () => {
    const prices = new Map<string, PriceOverride>([["claude-opus-4-6", { input: 1, cacheRead: 0.5 }]]);
    for (const name of ["claude-opus-4-6", "claude-opus-4-6[1m]", "claude-opus-4-6-20260205"]) {
      expect(findPrice(name, prices)).toMatchObject({
        input: 1,
        output: 25,
        cacheRead: 0.5,
        cacheWrite: 6.25,
      });
    }
    expect(findPrice("claude-opus-4-7", prices)).toMatchObject({ input: 5 });
  });

  test("an override makes the price of an unknown model known, if it names both sides", () => {
    const prices = new Map<string, PriceOverride>([
      ["local", { input: 0, output: 0 }],
      ["half", { input: 3 }],
    ]);
    expect(findPrice("local", prices)).toMatchObject({ input: 0, output: 0, cacheRead: null });
    expect(findPrice("half", prices)).toBeNull();
  });

  test("an override holds for long prompts too", () => {
    const prices = new Map<string, PriceOverride>([["claude-haiku-5-5", { input: 1 }]]);
    expect(findPrice("claude-haiku-5-5", prices)?.long).toBeNull();
  });
});
