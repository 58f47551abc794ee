import { describe, expect, test } from "bun:test";
import type { Lesson } from "../../../src/translate/lessons";
import type { Effort } from "../../../src/translate/openai-models";
import { chooseEffort, type EffortNeeds } from "../../../src/translate/request/effort";
import { chatTarget, compatibleTarget, responsesTarget } from "../targets";

const bare: EffortNeeds = { hasFunctions: false, searchesWeb: false, maxOutputTokens: 64_000 };
const adaptive = { thinking: { type: "adaptive" } };
const effort = (name: string) => ({ ...adaptive, output_config: { effort: name } });
const budget = (tokens: number) => ({ thinking: { type: "enabled", budget_tokens: tokens } });
const disabled = { thinking: { type: "disabled" } };

describe("in Responses", () => {
  test.each<[string, object, Effort | null]>([
    ["gpt-6.1-sol", effort("max"), "max"],
    ["gpt-5.5", effort("max"), "xhigh"],
    ["gpt-5.1", effort("xhigh"), "high"],
    ["gpt-5-pro", effort("low"), "high"],
    ["gpt-6.1-sol", { output_config: { effort: "high" } }, "high"],
    ["gpt-6.1-sol", budget(1_024), "low"],
    ["gpt-6.1-sol", budget(8_192), "medium"],
    ["gpt-6.1-sol", budget(24_576), "high"],
    ["gpt-6.1-sol", budget(24_577), "xhigh"],
    ["gpt-5.5", disabled, "none"],
    ["gpt-6.1-sol", disabled, "low"],
    ["gpt-5", disabled, "minimal"],
    ["gpt-5.5", { ...disabled, output_config: { effort: "high" } }, "none"],
    ["gpt-5.5", { thinking: { type: "between_tools" } }, "none"],
    ["gpt-5.5", {}, "none"],
    ["gpt-5.5", adaptive, "medium"],
    ["gpt-5.5", effort("immense"), "medium"],
    ["gpt-4.1", effort("high"), null],
    ["llama3", effort("high"), null],
  ])("%s: %j is sent as %p", (model, request, expected) => {
    expect(chooseEffort({ ...request }, responsesTarget(model), bare)).toBe(expected);
  });

  test("the latest message with an effort of its own decides", () => {
    const messages = [
      { role: "system", content: "a", output_config: { effort: "low" } },
      { role: "system", content: "b", output_config: { effort: "xhigh" } },
      { role: "user", content: "c" },
    ];
    expect(chooseEffort({ ...effort("medium"), messages }, responsesTarget("gpt-5.5"), bare)).toBe("xhigh");
  });

  test("a small answer is not eaten by reasoning", () => {
    const needs = { ...bare, maxOutputTokens: 512 };
    expect(chooseEffort(effort("high"), responsesTarget("gpt-6.1-sol"), needs)).toBe("low");
    expect(chooseEffort(effort("high"), responsesTarget("gpt-5.5"), needs)).toBe("none");
  });

  test("the hosted search gets more than minimal reasoning", () => {
    expect(chooseEffort(disabled, responsesTarget("gpt-5"), { ...bare, searchesWeb: true })).toBe("low");
  });
});

describe("in Chat Completions", () => {
  const withTools = { ...bare, hasFunctions: true };

  test("OpenAI's models from gpt-5.4 on do not reason when there are tools", () => {
    expect(chooseEffort(effort("high"), chatTarget("gpt-5.4"), withTools)).toBe("none");
    expect(chooseEffort(effort("high"), compatibleTarget("openai/gpt-5.5"), withTools)).toBe("none");
    expect(chooseEffort(effort("high"), chatTarget("gpt-5.4"), bare)).toBe("high");
    expect(chooseEffort(effort("high"), chatTarget("gpt-5.2"), withTools)).toBe("high");
  });

  test("max does not exist here", () => {
    expect(chooseEffort(effort("max"), chatTarget("gpt-5.6"), bare)).toBe("xhigh");
  });
});

describe("what was learnt", () => {
  const learnt = (...lessons: Lesson[]) => ({ learnt: new Set(lessons) });

  test("a refused effort gives way to the nearest other", () => {
    const target = responsesTarget("gpt-6.1-sol", learnt("effort:not-max", "effort:not-xhigh"));
    expect(chooseEffort(effort("max"), target, bare)).toBe("high");
  });

  test("a server without the parameter gets none", () => {
    const target = chatTarget("gpt-5.1", learnt("drop:reasoning_effort"));
    expect(chooseEffort(effort("high"), target, bare)).toBeNull();
  });

  test("tools without reasoning", () => {
    const target = chatTarget("gpt-5.2", learnt("effort:none-with-tools"));
    expect(chooseEffort(effort("high"), target, { ...bare, hasFunctions: true })).toBe("none");
  });
});
