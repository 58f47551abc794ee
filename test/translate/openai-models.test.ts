import { describe, expect, test } from "bun:test";
import { findOpenAiModel } from "../../src/translate/openai-models";

describe("efforts", () => {
  test.each([
    ["gpt-6.2-astra", "low medium high xhigh max"],
    ["gpt-6.1-sol", "low medium high xhigh max"],
    ["gpt-6.1-terra", "none low medium high xhigh max"],
    ["gpt-6-luna", "none low medium high xhigh max"],
    ["gpt-5.6-sol", "none low medium high xhigh max"],
    ["gpt-5.6", "none low medium high xhigh max"],
    ["gpt-5.5", "none low medium high xhigh"],
    ["gpt-5.4-mini", "none low medium high xhigh"],
    ["gpt-5.2", "none low medium high xhigh"],
    ["gpt-5.1", "none low medium high"],
    ["gpt-5-mini", "minimal low medium high"],
    ["gpt-5-pro", "high"],
    ["gpt-5-codex", "low medium high"],
    ["gpt-5.1-codex-max", "low medium high xhigh"],
    ["o4-mini", "low medium high"],
    ["gpt-4.1", ""],
    ["gpt-4o-2024-11-20", ""],
    ["gpt-5-chat-latest", ""],
    ["llama3.3:70b", ""],
  ])("%s takes %s", (model, efforts) => {
    expect(findOpenAiModel(model).efforts.join(" ")).toBe(efforts);
  });
});

describe("names", () => {
  test.each([
    "gpt-5.4",
    "GPT-5.4",
    "openai/gpt-5.4",
    "gpt-5.4-2026-03-05",
    "ft:gpt-5.4:acme::1",
    "openai/gpt-5.4:floor",
  ])("%s is gpt-5.4", (model) => {
    expect(findOpenAiModel(model)).toBe(findOpenAiModel("gpt-5.4"));
  });

  test.each(["constructor", "__proto__", "", "qwen3", "my-gpt-5.4", "gpt", "claude-opus-5-5"])(
    "%p is unknown",
    (model) => {
      expect(findOpenAiModel(model)).toMatchObject({ reasoning: null, own: false, maxInputTokens: null });
    },
  );

  test("a generation of tomorrow is taken for a reasoning model", () => {
    expect(findOpenAiModel("gpt-7.3-nova")).toMatchObject({
      reasoning: true,
      own: true,
      takesSampling: false,
    });
  });
});

test("windows, limits and restrictions", () => {
  expect(findOpenAiModel("gpt-6.1-sol")).toMatchObject({ maxInputTokens: 922_000, maxOutputTokens: 128_000 });
  expect(findOpenAiModel("gpt-5.4-nano")).toMatchObject({
    maxInputTokens: 272_000,
    chatToolsNeedNoReasoning: true,
  });
  expect(findOpenAiModel("gpt-5.3")).toMatchObject({ chatToolsNeedNoReasoning: false, takesStop: false });
  expect(findOpenAiModel("gpt-4o")).toMatchObject({
    maxOutputTokens: 16_384,
    takesStop: true,
    takesSampling: true,
  });
  expect(findOpenAiModel("gpt-5.5-pro").responsesOnly).toBe(true);
  expect(findOpenAiModel("o3-deep-research").responsesOnly).toBe(true);
  expect(findOpenAiModel("gpt-oss-120b")).toMatchObject({ own: false, reasoning: true, takesSampling: true });
});
