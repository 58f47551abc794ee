// Chat Completions that are not streamed.
import { describe, expect, test } from "bun:test";
import { createChatStream } from "../../../src/translate/chat/stream";
import { answerOptions, collectAnswer } from "../../support/answer-fixtures";

type Fields = Record<string, unknown>;

const completion = (message: Fields, finish: string | null = "stop", fields: Fields = {}) => ({
  id: "chatcmpl-A1",
  object: "chat.completion",
  model: "gpt-6.1-sol",
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }],
  usage: { prompt_tokens: 30, completion_tokens: 7 },
  ...fields,
});
const call = (id: string, name: string, input: unknown) => ({
  id,
  type: "function",
  function: { name, arguments: input },
});
const text = (words: string) => ({ type: "text", text: words });
const tool = (id: string, name: string, input: Fields) => ({ type: "tool_use", id, name, input });

test("the whole message", () => {
  const message = {
    reasoning_content: "Hm.",
    content: "Let me look.",
    tool_calls: [call("call_a1", "mcp_a1", '{"city":"Zürich"}'), call("call_a2", "ls", "")],
  };
  const usage = {
    prompt_tokens: 30,
    completion_tokens: 7,
    prompt_tokens_details: { cached_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 2 },
  };
  const toolNames = { toClient: (name: string) => (name === "mcp_a1" ? "mcp.server/tool" : name) };
  const options = { ...answerOptions, toolNames };
  const { message: answer, facts } = collectAnswer(
    createChatStream,
    completion(message, "tool_calls", { usage }),
    options,
  );
  expect(answer).toEqual({
    id: "msg_A1",
    type: "message",
    role: "assistant",
    model: "claude-opus-4-6",
    content: [
      { type: "thinking", thinking: "Hm.", signature: "" },
      { type: "text", text: "Let me look." },
      { type: "tool_use", id: "call_a1", name: "mcp.server/tool", input: { city: "Zürich" } },
      { type: "tool_use", id: "call_a2", name: "ls", input: {} },
    ],
    stop_reason: "tool_use",
    stop_sequence: null,
    usage: {
      input_tokens: 20,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 10,
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 2 },
    },
  });
  expect(facts).toMatchObject({ first: "ok", stopped: true, upstreamModel: "gpt-6.1-sol", failure: null });
});

describe("content and stop reason", () => {
  const cases: [string, unknown, unknown[], string][] = [
    ["a string", completion({ content: "Hi" }), [text("Hi")], "end_turn"],
    [
      "parts",
      completion({
        content: [
          { type: "text", text: "H" },
          { type: "text", text: "i" },
        ],
      }),
      [text("Hi")],
      "end_turn",
    ],
    ["null", completion({ content: null }), [], "end_turn"],
    ["empty", completion({ content: "" }), [], "end_turn"],
    ["only white space", completion({ content: "\n" }), [], "end_turn"],
    ["absent", completion({}), [], "end_turn"],
    ["a refusal", completion({ content: null, refusal: "No." }), [text("No.")], "refusal"],
    ["length", completion({ content: "Once" }, "length"), [text("Once")], "max_tokens"],
    ["content_filter", completion({ content: "Once" }, "content_filter"), [text("Once")], "refusal"],
    ["tool_calls without a call", completion({ content: "Hi" }, "tool_calls"), [text("Hi")], "end_turn"],
    ["no finish_reason", completion({ content: "Hi" }, null), [text("Hi")], "end_turn"],
    [
      "stop with a call",
      completion({ tool_calls: [call("call_a1", "ls", '{"a":1}')] }),
      [tool("call_a1", "ls", { a: 1 })],
      "tool_use",
    ],
    [
      "calls without ids",
      completion({
        tool_calls: [
          { function: { name: "ls", arguments: "{}" } },
          { function: { name: "ls", arguments: "{}" } },
        ],
      }),
      [tool("toolu_seed_0", "ls", {}), tool("toolu_seed_1", "ls", {})],
      "tool_use",
    ],
    [
      "legacy function_call",
      completion({ content: null, function_call: { name: "ls", arguments: '{"a":1}' } }, "function_call"),
      [tool("toolu_seed_0", "ls", { a: 1 })],
      "tool_use",
    ],
    [
      "arguments as an object",
      completion({ tool_calls: [call("call_a1", "ls", { a: 1 })] }),
      [tool("call_a1", "ls", { a: 1 })],
      "tool_use",
    ],
    [
      "arguments that lack their end",
      completion({ tool_calls: [call("call_a1", "ls", '{"a":[1')] }, "tool_calls"),
      [tool("call_a1", "ls", { a: [1] })],
      "tool_use",
    ],
    [
      "fenced arguments",
      completion({ tool_calls: [call("call_a1", "ls", '```json\n{"a":1}\n```')] }, "tool_calls"),
      [tool("call_a1", "ls", { a: 1 })],
      "tool_use",
    ],
    [
      "arguments that are no JSON",
      completion({ tool_calls: [call("call_a1", "ls", "ls -la")] }, "tool_calls"),
      [tool("call_a1", "ls", { _raw: "ls -la" })],
      "tool_use",
    ],
    [
      "arguments broken in the middle",
      completion({ tool_calls: [call("call_a1", "ls", '{"a":1,,}')] }, "tool_calls"),
      [tool("call_a1", "ls", { _raw: '{"a":1,,}' })],
      "tool_use",
    ],
    [
      "arguments cut off with the answer",
      completion({ tool_calls: [call("call_a1", "write", '{"path":"/tm')] }, "length"),
      [tool("call_a1", "write", { _raw: '{"path":"/tm' })],
      "max_tokens",
    ],
    [
      "several choices",
      {
        id: "x",
        choices: [
          { index: 1, message: { content: "No" } },
          { index: 0, message: { content: "Yes" } },
        ],
      },
      [text("Yes")],
      "end_turn",
    ],
    [
      "citations",
      completion({
        content: "Rain.",
        annotations: [{ type: "url_citation", url_citation: { url: "https://w.example", title: "W" } }],
      }),
      [text("Rain.\n\nSources:\n- W: https://w.example")],
      "end_turn",
    ],
  ];
  test.each(cases)("%s", (_name, body, content, stopReason) => {
    const { message } = collectAnswer(createChatStream, body, answerOptions);
    expect(message?.content as unknown[]).toEqual(content);
    expect(message?.stop_reason).toBe(stopReason as "end_turn");
  });
});

test("a stop sequence ends the text and what comes behind it", () => {
  const body = completion({ content: "One END two", tool_calls: [call("call_a1", "ls", "{}")] });
  const { message } = collectAnswer(createChatStream, body, { ...answerOptions, stopSequences: ["END"] });
  expect(message).toMatchObject({
    content: [text("One ")],
    stop_reason: "stop_sequence",
    stop_sequence: "END",
    usage: { input_tokens: 30, output_tokens: 7 },
  });
});

test("no usage: an estimate", () => {
  const { message } = collectAnswer(
    createChatStream,
    completion({ content: "Hello there" }, "stop", { usage: null }),
    answerOptions,
  );
  expect(message?.usage).toMatchObject({ input_tokens: 120, output_tokens: 3 });
});

describe("no answer", () => {
  const cases: [string, unknown, "upstream" | "unreadable", string][] = [
    ["an error", { error: { message: "Overloaded", code: 503 } }, "upstream", "Overloaded"],
    ["an error in a choice", { choices: [{ error: { message: "Bad", code: 502 } }] }, "upstream", "Bad"],
    ["no choices", { id: "x", choices: [] }, "unreadable", "the upstream's answer is of no known shape"],
    ["another object", { hello: 1 }, "unreadable", "the upstream's answer is of no known shape"],
    ["null", null, "unreadable", "the upstream's answer is of no known shape"],
    ["a string", "hi", "unreadable", "the upstream's answer is of no known shape"],
  ];
  test.each(cases)("%s", (_name, body, cause, words) => {
    const { message, facts } = collectAnswer(createChatStream, body, answerOptions);
    expect(message).toBeNull();
    expect(facts).toMatchObject({ first: "error", failure: { cause, body: { error: { message: words } } } });
  });

  test("what the upstream said is kept for the engine", () => {
    const error = { message: "Slow down", type: "tokens", code: "rate_limit_exceeded" };
    const { facts } = collectAnswer(createChatStream, { error }, answerOptions);
    expect(JSON.parse(facts.failure?.upstreamBody ?? "")).toEqual({ error });
  });
});
