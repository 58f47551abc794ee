// What each request of the real Claude Code loses on its way to OpenAI, by name. Nothing else is lost.
import { expect, test } from "bun:test";
import { checkChatRequest, checkResponsesRequest } from "../../src/demo/openai/strict-checker";
import { checkCapability } from "../../src/translate/capability";
import { convertRequest } from "../../src/translate/convert-request";
import { readRecordedRequests } from "../support/recorded-requests";
import { chatGptTarget, chatTarget, compatibleTarget, responsesTarget } from "./targets";

/** Of every full request of the main conversation. */
const usual = [
  "context_management",
  "tool DeferredToolPlaceholder",
  "x-anthropic-billing-header",
  "cache_control",
];
const withThinking = [...usual, "thinking"];
const withLoadedTools = [...usual, "tools.defer_loading"];

/** Lost in both dialects. `effort`: what the client wanted, null if it said nothing. */
const losses: Record<string, { lost: string[]; effort: string | null }> = {
  compact: { lost: usual, effort: "medium" },
  "count-tokens-small": { lost: [], effort: null },
  "count-tokens-tools": { lost: [], effort: null },
  "ctx-limit-reduced-max-tokens": { lost: usual, effort: "medium" },
  "empty-content-continuation": { lost: usual, effort: "medium" },
  hello: { lost: usual, effort: "medium" },
  "hello-api-key": { lost: usual, effort: "medium" },
  "hello-oauth-1h-cache": { lost: usual, effort: "medium" },
  "json-schema-flag": { lost: usual, effort: "medium" },
  "max-tokens-continuation": { lost: usual, effort: "medium" },
  "model-fable": { lost: usual, effort: "medium" },
  "model-fable-5-1": { lost: usual, effort: "high" },
  "model-gpt-id-direct": { lost: usual, effort: "high" },
  "model-haiku-4-5": { lost: usual, effort: "xhigh" },
  "model-haiku-5-5": { lost: usual, effort: "medium" },
  "model-opus-4-6": { lost: usual, effort: "high" },
  "model-opus-4-8": { lost: usual, effort: "high" },
  "model-opus-5": { lost: usual, effort: "high" },
  "model-sonnet-5-5": { lost: usual, effort: "medium" },
  "model-unknown": { lost: usual, effort: "high" },
  "nonstream-retry-after-error-event": { lost: usual, effort: "medium" },
  "refusal-continuation": { lost: usual, effort: "medium" },
  "subagent-main-after": { lost: usual, effort: "medium" },
  "thinking-empty-signature-echoed": { lost: withThinking, effort: "medium" },
  "tool-bash-error-result": { lost: usual, effort: "medium" },
  "tool-bash-result": { lost: withThinking, effort: "medium" },
  "tool-parallel-results": { lost: usual, effort: "medium" },
  "tool-search-reference": { lost: withLoadedTools, effort: "medium" },
  "tui-first": { lost: [...usual, "safeguards"], effort: "medium" },
  "tui-title-json-schema": { lost: ["x-anthropic-billing-header"], effort: "medium" },
  "websearch-main-after": { lost: withLoadedTools, effort: "medium" },
};

const recorded = readRecordedRequests().filter(({ body }) => body !== null);

test("every recorded request stands in the table", () => {
  expect(recorded.map(({ name }) => name).toSorted()).toEqual(Object.keys(losses).toSorted());
});

for (const { name, body } of recorded) {
  const { lost = [], effort = null } = losses[name] ?? {};
  const hasTools = Array.isArray(body?.tools) && body.tools.length > 0;

  test(`${name} is accepted by Responses and loses only what the table says`, () => {
    const target = responsesTarget("gpt-6.1-sol");
    const converted = convertRequest(body, target);
    expect(checkResponsesRequest(converted.body)).toBeNull();
    expect(checkCapability(body, target)).toEqual({ ok: true });
    // This model always reasons a little.
    const raised = effort === null ? ["effort none, sent as low"] : [];
    expect(converted.warnings.toSorted()).toEqual([...lost, ...raised].toSorted());
    expect(converted.body.reasoning).toMatchObject({ effort: effort ?? "low" });
  });

  test(`${name} is accepted by Chat Completions and loses only what the table says`, () => {
    const target = chatTarget("gpt-5.4");
    const converted = convertRequest(body, target);
    expect(checkChatRequest(converted.body)).toBeNull();
    expect(checkCapability(body, target)).toEqual({ ok: true });
    const lowered = hasTools && effort !== null ? [`effort ${effort}, sent as none`] : [];
    expect(converted.warnings.toSorted()).toEqual([...lost, ...lowered].toSorted());
  });

  test(`${name} is accepted with a ChatGPT token and by a compatible server`, () => {
    expect(checkResponsesRequest(convertRequest(body, chatGptTarget()).body, { chatgpt: true })).toBeNull();
    expect(checkChatRequest(convertRequest(body, compatibleTarget()).body)).toBeNull();
  });

  test(`${name} keeps every word that user, assistant and tools said`, () => {
    for (const target of [chatTarget("gpt-5.4"), responsesTarget()]) {
      const sent = JSON.stringify(convertRequest(body, target).body);
      for (const words of listWords(body?.messages))
        expect(sent).toContain(JSON.stringify(words).slice(1, -1));
    }
  });
}

function listWords(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(listWords);
  if (typeof value !== "object" || value === null) return [];
  const block: { type?: unknown; text?: unknown; content?: unknown } = value;
  const own = [block.text, block.content].filter((words) => typeof words === "string");
  return [...own, ...listWords(block.content)].filter((words) => words.trim() !== "");
}
