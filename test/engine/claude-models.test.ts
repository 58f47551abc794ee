import { describe, expect, test } from "bun:test";
import { acceptsAllOf, type ClaudeModel, findClaudeModel, fitsWindow } from "../../src/engine/claude-models";

function find(id: string): ClaudeModel {
  const model = findClaudeModel(id);
  if (model === null) throw new Error(`${id} is unknown`);
  return model;
}

describe("finding a model", () => {
  test.each([
    ["claude-haiku-4-5-20251001", "claude-haiku-4-5"],
    ["claude-haiku-4-5@20251001", "claude-haiku-4-5"],
    ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"],
    ["anthropic/claude-opus-4.6", "claude-opus-4-6"],
    ["claude-opus-4-6[1m]", "claude-opus-4-6"],
    ["Claude-Sonnet-5-5", "claude-sonnet-5-5"],
    ["anthropic.claude-opus-4-6-v1", "claude-opus-4-6"],
    ["claude-sonnet-5-20260630", "claude-sonnet-5"],
    ["claude-opus-4-5-latest", "claude-opus-4-5"],
  ])("%s is %s", (id, plain) => {
    expect(find(id)).toBe(find(plain));
  });

  test.each([
    "claude-opus-6",
    "claude-opus-5-50",
    "claude-opus-4-20250514",
    "claude-3-5-haiku-20241022",
    "claude-opus-5-preview",
    "my-claude-opus-5-5",
    "gpt-6.1-sol",
    "my-custom-model",
    "",
  ])("%p is unknown", (id) => {
    expect(findClaudeModel(id)).toBeNull();
  });
});

describe("what the models accept", () => {
  test.each([
    ["claude-haiku-4-5", 64_000, ["enabled", "disabled"], [], false, true],
    ["claude-sonnet-4-5", 64_000, ["enabled", "disabled"], [], false, true],
    ["claude-opus-4-5", 64_000, ["enabled", "disabled"], ["low", "medium", "high"], false, true],
    [
      "claude-opus-4-6",
      128_000,
      ["adaptive", "enabled", "disabled"],
      ["low", "medium", "high", "max"],
      false,
      true,
    ],
    [
      "claude-opus-4-7",
      128_000,
      ["adaptive", "disabled"],
      ["low", "medium", "high", "xhigh", "max"],
      false,
      true,
    ],
    [
      "claude-opus-4-8",
      128_000,
      ["adaptive", "disabled"],
      ["low", "medium", "high", "xhigh", "max"],
      true,
      true,
    ],
    ["claude-fable-5", 128_000, ["adaptive"], ["low", "medium", "high", "xhigh", "max"], true, true],
    ["claude-fable-5-1", 128_000, ["adaptive"], ["low", "medium", "high", "xhigh", "max"], true, false],
    ["claude-opus-5-5", 128_000, ["adaptive"], ["low", "medium", "high", "xhigh", "max"], true, false],
    [
      "claude-sonnet-5-5",
      128_000,
      ["adaptive", "between_tools"],
      ["low", "medium", "high", "xhigh", "max"],
      true,
      false,
    ],
    [
      "claude-haiku-5-5",
      128_000,
      ["adaptive", "disabled"],
      ["low", "medium", "high", "xhigh", "max"],
      true,
      true,
    ],
  ])("%s", (id, maxOutput, thinking, efforts, systemMessages, forcedToolChoice) => {
    const model = find(id);
    expect<unknown>([model.maxOutput, model.thinking, model.efforts]).toEqual([maxOutput, thinking, efforts]);
    expect(model.accepts).toMatchObject({ systemMessages, forcedToolChoice });
  });

  test("a newer model need not accept all of an older one, nor the other way round", () => {
    expect(acceptsAllOf(find("claude-haiku-4-5"), find("claude-sonnet-4-5"))).toBe(true);
    expect(acceptsAllOf(find("claude-opus-4-6"), find("claude-sonnet-4-6"))).toBe(true);
    expect(acceptsAllOf(find("claude-opus-4-5"), find("claude-haiku-4-5"))).toBe(true);
    expect(acceptsAllOf(find("claude-haiku-4-5"), find("claude-opus-4-5"))).toBe(false);
    expect(acceptsAllOf(find("claude-opus-5-5"), find("claude-opus-5"))).toBe(false);
    expect(acceptsAllOf(find("claude-opus-5"), find("claude-opus-5-5"))).toBe(false);
    expect(acceptsAllOf(find("claude-opus-5"), find("claude-opus-4-8"))).toBe(false);
  });
});

describe("the window", () => {
  test.each([
    ["claude-haiku-4-5", 199_999, null, true],
    ["claude-haiku-4-5", 200_000, null, false],
    ["claude-haiku-4-5", 200_000, "context-1m-2025-08-07", false],
    ["claude-sonnet-4-5", 300_000, null, false],
    ["claude-sonnet-4-5", 300_000, "a,context-1m-2025-08-07", true],
    ["claude-sonnet-4-5[1m]", 300_000, null, true],
    ["claude-opus-4-6", 999_999, null, true],
    ["claude-opus-5-5", 1_000_000, null, false],
    ["claude-opus-7", 100_000_000, null, true],
  ])("%s takes %d tokens with the beta %p: %p", (model, tokens, beta, fits) => {
    expect(fitsWindow(model, tokens, beta)).toBe(fits);
  });
});
