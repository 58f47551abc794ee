// Responses that are not streamed, and streams that are collected for a client that does not stream.
import { describe, expect, test } from "bun:test";
import { MessageFold } from "../../../src/translate/collect-message";
import { createResponsesStream } from "../../../src/translate/responses/stream";
import { answerOptions, collectAnswer, toBytes } from "../../support/answer-fixtures";
import { eventBody } from "./stream-fixtures";

type Fields = Record<string, unknown>;

const response = (output: unknown[], fields: Fields = {}) => ({
  id: "resp_A1",
  object: "response",
  status: "completed",
  model: "gpt-6.1-sol",
  error: null,
  incomplete_details: null,
  output,
  usage: { input_tokens: 30, output_tokens: 7, input_tokens_details: { cached_tokens: 10 } },
  ...fields,
});
const reasoning = {
  id: "rs_1",
  type: "reasoning",
  summary: [
    { type: "summary_text", text: "A" },
    { type: "summary_text", text: "B" },
  ],
};
const message = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text: "Hi", annotations: [] }],
};
const call = {
  id: "fc_1",
  type: "function_call",
  call_id: "call_a1",
  name: "ls",
  arguments: '{"a":1}',
  status: "completed",
};

test("the whole response", () => {
  const { message: answer, facts } = collectAnswer(
    createResponsesStream,
    response([reasoning, message, call]),
    answerOptions,
  );
  expect(answer).toEqual({
    id: "msg_A1",
    type: "message",
    role: "assistant",
    model: "claude-opus-4-6",
    content: [
      { type: "thinking", thinking: "A\n\nB", signature: "" },
      { type: "text", text: "Hi" },
      { type: "tool_use", id: "call_a1", name: "ls", input: { a: 1 } },
    ],
    stop_reason: "tool_use",
    stop_sequence: null,
    usage: {
      input_tokens: 20,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 10,
      output_tokens: 7,
    },
  });
  expect(facts).toMatchObject({ first: "ok", stopped: true, upstreamModel: "gpt-6.1-sol" });
});

test("a search and what it found", () => {
  const search = {
    id: "ws_1",
    type: "web_search_call",
    status: "completed",
    action: { type: "search", queries: ["weather"], sources: [{ type: "url", url: "https://w.example" }] },
  };
  const { message: answer } = collectAnswer(
    createResponsesStream,
    response([search, message]),
    answerOptions,
  );
  const id = "srvtoolu_seed_0";
  const page = {
    url: "https://w.example",
    title: "https://w.example",
    encrypted_content: "",
    page_age: null,
  };
  expect(answer?.content).toEqual([
    { type: "server_tool_use", id, name: "web_search", input: { query: "weather" } },
    { type: "web_search_tool_result", tool_use_id: id, content: [{ type: "web_search_result", ...page }] },
    { type: "text", text: "Hi" },
  ]);
});

describe("ends", () => {
  const incomplete = (reason: string) => ({ status: "incomplete", incomplete_details: { reason } });
  const refusal = { ...message, content: [{ type: "refusal", refusal: "No." }] };
  const cases: [string, unknown, string][] = [
    ["completed", response([message]), "end_turn"],
    ["max_output_tokens", response([message], incomplete("max_output_tokens")), "max_tokens"],
    ["content_filter", response([message], incomplete("content_filter")), "refusal"],
    ["steered", response([message], incomplete("steered")), "end_turn"],
    ["a refusal", response([refusal]), "refusal"],
    ["nothing", response([]), "end_turn"],
    [
      "a call that was cut off",
      response([{ ...call, arguments: '{"a', status: "incomplete" }], incomplete("max_output_tokens")),
      "max_tokens",
    ],
  ];
  test.each(cases)("%s", (_name, body, stopReason) => {
    expect(collectAnswer(createResponsesStream, body, answerOptions).message?.stop_reason).toBe(
      stopReason as "end_turn",
    );
  });
});

describe("no answer", () => {
  const cases: [string, unknown, string, string][] = [
    [
      "failed",
      response([], { status: "failed", error: { code: "server_error", message: "Oh no" } }),
      "upstream",
      "Oh no",
    ],
    ["cancelled", response([], { status: "cancelled" }), "upstream", "the response was cancelled"],
    ["an error body", { error: { message: "Bad", code: "invalid_prompt" } }, "upstream", "Bad"],
    ["another object", { id: "x" }, "unreadable", "the upstream's answer is of no known shape"],
    ["nothing", undefined, "unreadable", "the upstream's answer is of no known shape"],
  ];
  test.each(cases)("%s", (_name, body, cause, words) => {
    const { message: answer, facts } = collectAnswer(createResponsesStream, body, answerOptions);
    expect(answer).toBeNull();
    expect(facts).toMatchObject({ first: "error", failure: { cause, body: { error: { message: words } } } });
  });
});

test("a collected stream is the same message as the response", () => {
  const whole = response([reasoning, message, call]);
  const events = [
    { type: "response.created", response: { id: "resp_A1", model: "gpt-6.1-sol" } },
    { type: "response.reasoning_summary_text.delta", output_index: 0, summary_index: 0, delta: "A" },
    { type: "response.output_item.done", output_index: 0, item: reasoning },
    { type: "response.output_text.delta", output_index: 1, content_index: 0, delta: "H" },
    { type: "response.output_item.done", output_index: 1, item: message },
    { type: "response.output_item.added", output_index: 2, item: { ...call, arguments: "" } },
    { type: "response.function_call_arguments.delta", output_index: 2, delta: '{"a"' },
    { type: "response.completed", response: whole },
  ];
  const fold = new MessageFold();
  const stream = createResponsesStream(answerOptions, (event) => fold.add(event));
  stream.push(toBytes(eventBody(...events)));
  stream.end();
  expect(stream.facts.stopped).toBe(true);
  expect(fold.message).toEqual(collectAnswer(createResponsesStream, whole, answerOptions).message);
});
