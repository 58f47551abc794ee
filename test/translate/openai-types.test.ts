// OpenAI's own package must accept what we send: the compiler checks this file, the test only lets it run.
import { expect, test } from "bun:test";
import type { ChatCompletionCreateParamsBase } from "openai/resources/chat/completions/completions";
import type { ResponseCreateParamsBase } from "openai/resources/responses/responses";
import type { ChatRequest } from "../../src/translate/chat/request-types";
import type { ResponsesRequest } from "../../src/translate/responses/request-types";

const toChatParams = (request: ChatRequest) => request satisfies ChatCompletionCreateParamsBase;
const toResponsesParams = (request: ResponsesRequest) => request satisfies ResponseCreateParamsBase;

test("both requests are of the official types", () => {
  const chat = { model: "gpt-5.4", messages: [] };
  const responses = { model: "gpt-6.1-sol", input: [] };
  expect(toChatParams(chat)).toBe(chat);
  expect(toResponsesParams(responses)).toBe(responses);
});
