// Families and chains.
import { describe, expect, test } from "bun:test";
import {
  mapToOpenAi,
  maxChainLength,
  modelChain,
  modelFamily,
  namesOpenAiModel,
} from "../../src/engine/models";

test.each<[string, string]>([
  ["claude-opus-4-6", "opus"],
  ["claude-opus-4-6[1m]", "opus"],
  ["claude-opus-4-5-20251101", "opus"],
  ["claude-sonnet-5-5", "sonnet"],
  ["claude-3-5-haiku-latest", "haiku"],
  ["claude-fable-5-2", "fable"],
  ["Claude-Opus-4-6", "opus"],
  ["us.anthropic.claude-sonnet-4-20250514-v1:0", "sonnet"],
  ["anthropic/claude-opus-4.5", "opus"],
  ["claude-2.1", "claude-2.1"],
  ["gpt-5.4", "gpt-5.4"],
  ["constructor", "constructor"],
  ["", ""],
])("the family of %p is %p", (model, family) => {
  expect(modelFamily(model)).toBe(family);
});

test("a chain follows the fallbacks", () => {
  const fallbacks = new Map([
    ["a", "b"],
    ["b", "c"],
  ]);
  expect(modelChain("a", fallbacks)).toEqual(["a", "b", "c"]);
  expect(modelChain("b", fallbacks)).toEqual(["b", "c"]);
  expect(modelChain("x", fallbacks)).toEqual(["x"]);
});

test("a cycle ends the chain", () => {
  const fallbacks = new Map([
    ["a", "b"],
    ["b", "a"],
  ]);
  expect(modelChain("a", fallbacks)).toEqual(["a", "b"]);
  expect(modelChain("self", new Map([["self", "self"]]))).toEqual(["self"]);
});

test("a chain is five models in all", () => {
  const fallbacks = new Map(Array.from({ length: 9 }, (_, index) => [`m${index}`, `m${index + 1}`]));
  expect(modelChain("m0", fallbacks)).toEqual(["m0", "m1", "m2", "m3", "m4"]);
  expect(modelChain("m0", fallbacks)).toHaveLength(maxChainLength);
});

test.each(["constructor", "__proto__", "toString"])("the model %p does not walk the prototype", (model) => {
  expect(modelChain(model, new Map([["a", "b"]]))).toEqual([model]);
});

test("a model with [1m] follows its own entry, else that of the plain model", () => {
  const plain = new Map([["opus", "sonnet"]]);
  expect(modelChain("opus[1m]", plain)).toEqual(["opus[1m]", "sonnet"]);
  expect(modelChain("opus[1m]", new Map([...plain, ["opus[1m]", "opus"]]))).toEqual([
    "opus[1m]",
    "opus",
    "sonnet",
  ]);
});

describe("the OpenAI model for a Claude model", () => {
  const mapping = new Map([
    ["claude-opus-4-6", "gpt-exact"],
    ["claude-opus", "gpt-family"],
    ["claude-opus-4", "gpt-longer"],
    ["*", "gpt-any"],
  ]);

  test.each([
    ["claude-opus-4-6", "gpt-exact"],
    ["claude-opus-4-6[1m]", "gpt-exact"],
    ["claude-opus-4-1", "gpt-longer"],
    ["claude-opus-5", "gpt-family"],
    ["claude-opusculum", "gpt-any"],
    ["constructor", "gpt-any"],
  ])("%s becomes %s", (model, expected) => expect(mapToOpenAi(model, mapping)).toBe(expected));

  test("without * an unknown model has none", () => {
    expect(mapToOpenAi("claude-x-1", new Map([["claude-opus", "gpt"]]))).toBeNull();
  });

  test.each([
    ["gpt-6.1-sol", true],
    ["o3", true],
    ["o4-mini", true],
    ["local-model", true],
    ["claude-opus-4-6", false],
    ["opus", false],
  ])("%s names an OpenAI model: %p", (model, expected) => {
    expect(namesOpenAiModel(model, new Map([["*", "local-model"]]))).toBe(expected);
  });
});
