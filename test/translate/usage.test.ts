// Token counts of both dialects, complete, partial, wrong or missing.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { estimateTokens, mapUsage } from "../../src/translate/usage";

const known = { inputTokens: 50, outputTokens: 2.3, webSearches: 0 };
const none = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

describe("mapUsage", () => {
  const cases: [string, unknown, object][] = [
    ["chat", { prompt_tokens: 10, completion_tokens: 4 }, { ...none, input_tokens: 10, output_tokens: 4 }],
    ["responses", { input_tokens: 10, output_tokens: 4 }, { ...none, input_tokens: 10, output_tokens: 4 }],
    [
      "cached and reasoning tokens",
      {
        prompt_tokens: 10,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
      {
        ...none,
        input_tokens: 4,
        cache_read_input_tokens: 6,
        output_tokens: 4,
        output_tokens_details: { thinking_tokens: 3 },
      },
    ],
    [
      "cached tokens as DeepSeek tells them",
      { prompt_tokens: 10, completion_tokens: 4, prompt_cache_hit_tokens: 6 },
      { ...none, input_tokens: 4, cache_read_input_tokens: 6, output_tokens: 4 },
    ],
    [
      "more reasoning than output",
      { input_tokens: 10, output_tokens: 4, output_tokens_details: { reasoning_tokens: 9 } },
      { ...none, input_tokens: 10, output_tokens: 4, output_tokens_details: { thinking_tokens: 4 } },
    ],
    [
      "tokens written to the cache, which are part of the prompt",
      {
        input_tokens: 10,
        output_tokens: 4,
        input_tokens_details: { cached_tokens: 6, cache_write_tokens: 9 },
      },
      {
        input_tokens: 0,
        cache_creation_input_tokens: 4,
        cache_read_input_tokens: 6,
        output_tokens: 4,
      },
    ],
    ["missing", undefined, { ...none, input_tokens: 50, output_tokens: 3 }],
    ["empty", {}, { ...none, input_tokens: 50, output_tokens: 3 }],
    ["zeros", { prompt_tokens: 0, completion_tokens: 0 }, { ...none, input_tokens: 50, output_tokens: 3 }],
    [
      "nonsense",
      { prompt_tokens: "10", completion_tokens: -4 },
      { ...none, input_tokens: 50, output_tokens: 3 },
    ],
  ];
  test.each(cases)("%s", (_name, reported, usage) => {
    expect<object>(mapUsage(reported, known).usage).toEqual(usage);
  });

  test("is never negative, and never without a prompt", () => {
    const number = fc.oneof(fc.integer(), fc.double(), fc.constant(null), fc.string());
    const reported = fc.record(
      {
        prompt_tokens: number,
        completion_tokens: number,
        prompt_tokens_details: fc.oneof(fc.record({ cached_tokens: number }), number),
        completion_tokens_details: fc.record({ reasoning_tokens: number }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(reported, (value) => {
        const { usage } = mapUsage(value, { inputTokens: 0, outputTokens: 0, webSearches: 0 });
        expect(usage.input_tokens + usage.cache_read_input_tokens).toBeGreaterThan(0);
        const counts = [usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens];
        for (const count of counts) expect(Number.isInteger(count) && count >= 0).toBe(true);
      }),
    );
  });
});

test.each([
  ["counted", { prompt_tokens: 10, completion_tokens: 4 }, false],
  ["no prompt", { completion_tokens: 4 }, true],
  ["no answer", { prompt_tokens: 10 }, true],
  ["nothing", undefined, true],
])("estimates are marked: %s", (_name, reported, estimated) => {
  expect(mapUsage(reported, known).estimated).toBe(estimated);
});

test("estimates more tokens for the same length of a wide script", () => {
  expect(estimateTokens("Hello, world")).toBe(3);
  expect(estimateTokens("東京タワー")).toBe(3);
  expect(estimateTokens("")).toBe(0);
});
