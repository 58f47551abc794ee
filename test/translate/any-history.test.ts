// Whatever a client sends, the request that goes out is one that OpenAI accepts.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkCapability } from "../../src/translate/capability";
import { convertRequest } from "../../src/translate/convert-request";
import { findOpenAiModel } from "../../src/translate/openai-models";
import type { Target } from "../../src/translate/target";
import { checkChatRequest, checkResponsesRequest } from "../support/strict-openai-checker";
import { requests } from "./arbitrary-request";
import { chatGptTarget, chatTarget, compatibleTarget, responsesTarget } from "./targets";

const targets: readonly Target[] = [
  chatTarget("gpt-5.4"),
  chatTarget("gpt-5.1"),
  chatTarget("gpt-5-mini"),
  chatTarget("gpt-4o"),
  chatTarget("gpt-4o-search-preview"),
  compatibleTarget(),
  compatibleTarget("openai/gpt-5.4"),
  compatibleTarget("mistral", { learnt: new Set(["role:alternate", "drop:stream_options"]) }),
  responsesTarget("gpt-6.1-sol"),
  responsesTarget("gpt-5"),
  responsesTarget("gpt-4.1"),
  responsesTarget("gpt-5-codex"),
  chatGptTarget(),
];

function check(body: unknown, target: Target) {
  if (target.api === "chat") return checkChatRequest(body);
  return checkResponsesRequest(body, { chatgpt: target.isChatGptToken });
}

for (const target of targets) {
  const name = `${target.api} ${target.model}${target.isChatGptToken ? " with a ChatGPT token" : ""}`;
  test(`any request becomes one that ${name} accepts`, () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { body } = convertRequest(request, target);
        expect(check(JSON.parse(JSON.stringify(body)), target)).toBeNull();
        expect(convertRequest(request, target).body).toEqual(body);
        checkCapability(request, target);
      }),
      { numRuns: 200 },
    );
  });
}

test("JSON that is no request at all is translated without a throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...targets), (value, target) => {
      expect(check(convertRequest(value, target).body, target)).toBeNull();
      expect(checkCapability(value, target).ok).toBe(true);
    }),
  );
});

test("the request is left as it was", () => {
  fc.assert(
    fc.property(requests, fc.constantFrom(...targets), (request, target) => {
      const before = structuredClone(request);
      convertRequest(request, target);
      expect(request).toEqual(before);
    }),
  );
  expect(findOpenAiModel("gpt-5.4").efforts).toContain("none");
});
