// The checker must refuse what OpenAI refuses: a judge that accepts everything would prove nothing.
import { describe, expect, test } from "bun:test";
import { checkChatRequest, checkResponsesRequest } from "../../../src/demo/openai/strict-checker";

const hi = { role: "user", content: "hi" };
const callOf = (id: string, name = "Read") => ({ id, type: "function", function: { name, arguments: "{}" } });
const asks = (...ids: string[]) => ({
  role: "assistant",
  content: null,
  tool_calls: ids.map((id) => callOf(id)),
});
const answers = (id: string, content: unknown = "x") => ({ role: "tool", tool_call_id: id, content });
const parameters = { type: "object", properties: {} };
const tool = { type: "function", function: { name: "Read", parameters } };

const chat = (changes: object) => checkChatRequest({ model: "gpt-4o", messages: [hi], ...changes });
const chatMessages = (...messages: object[]) => chat({ messages });

describe("Chat Completions", () => {
  test.each<[string, object]>([
    ["a question", {}],
    ["a tool loop", { messages: [hi, asks("a", "b"), answers("b"), answers("a", ""), hi], tools: [tool] }],
    ["a developer", { messages: [{ role: "developer", content: "x" }, hi] }],
    ["tools with effort none", { model: "gpt-5.4", tools: [tool], reasoning_effort: "none" }],
    ["anything of another vendor", { model: "qwen3", temperature: 1, max_tokens: 1e6, stop: "x" }],
  ])("accepts %s", (_name, changes) => {
    expect(chat(changes)).toBeNull();
  });

  const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };
  test.each<[string, object[], RegExp]>([
    ["no messages", [], /at least 1/],
    ["an unknown role", [{ role: "robot", content: "x" }], /robot/],
    ["an unknown field", [{ ...hi, cache_control: {} }], /Unknown parameter: 'messages\[0\].cache_control'/],
    ["empty text", [{ role: "user", content: " " }], /empty text/],
    ["an empty part", [{ role: "user", content: [{ type: "text", text: "" }] }], /empty text/],
    ["no parts", [{ role: "user", content: [] }], /empty array/],
    ["nothing from the assistant", [{ role: "assistant", content: null }], /expected a string/],
    ["no calls", [{ role: "assistant", content: "x", tool_calls: [] }], /empty array/],
    ["a call without its result", [asks("a")], /did not have response messages: a/],
    ["a result too late", [asks("a"), hi, answers("a")], /did not have response messages: a/],
    ["a result without its call", [hi, answers("a")], /must be a response to a preceeding message/],
    ["two results", [asks("a"), answers("a"), answers("a")], /preceeding message/],
    ["a call id used again", [asks("a"), answers("a"), asks("a"), answers("a")], /Duplicate/],
    ["a long id", [asks("a".repeat(65)), answers("a".repeat(65))], /too long/],
    ["a bad name", [{ role: "assistant", tool_calls: [callOf("a", "x.y")] }, answers("a")], /pattern/],
    [
      "arguments that are no object",
      [
        { role: "assistant", tool_calls: [{ ...callOf("a"), function: { name: "x", arguments: "[" } }] },
        answers("a"),
      ],
      /JSON object/,
    ],
    ["a picture from a tool", [asks("a"), answers("a", [image])], /only text/],
    [
      "a picture of no type",
      [{ role: "user", content: [{ ...image, image_url: { url: "data:image/bmp;base64,AA" } }] }],
      /url/,
    ],
    [
      "a file without a name",
      [{ role: "user", content: [{ type: "file", file: { file_data: "data:application/pdf;base64,AA" } }] }],
      /name/,
    ],
    ["half a character", [{ role: "user", content: "\ud83d" }], /unicode/],
  ])("refuses %s", (_name, messages, words) => {
    expect(chatMessages(...messages)?.message).toMatch(words);
  });

  const schema = (change: object) => ({
    tools: [{ type: "function", function: { name: "Read", parameters: change } }],
  });
  const of = (model: string, changes: object) => ({ model, ...changes });
  test.each<[string, object, RegExp]>([
    ["an unknown parameter", { top_k: 5 }, /Unknown parameter: 'top_k'/],
    ["an empty list of tools", { tools: [] }, /empty array/],
    [
      "129 tools",
      {
        tools: Array.from({ length: 129 }, (_, at) => ({
          ...tool,
          function: { name: `t${at}`, parameters },
        })),
      },
      /128/,
    ],
    ["two tools of one name", { tools: [tool, tool] }, /Duplicate/],
    ["a choice without tools", { tool_choice: "auto" }, /only allowed when 'tools'/],
    [
      "a choice of no tool",
      { tools: [tool], tool_choice: { type: "function", function: { name: "x" } } },
      /not found/,
    ],
    ["parallel without tools", { parallel_tool_calls: false }, /only allowed when 'tools'/],
    ["a schema of no object", schema({ type: "string" }), /must have type 'object'/],
    ["alternatives at the top", schema({ ...parameters, anyOf: [] }), /must have type 'object'/],
    [
      "an array without items",
      schema({ ...parameters, properties: { a: { type: "array" } } }),
      /missing items/,
    ],
    [
      "an object without properties",
      schema({ ...parameters, properties: { a: { type: "object" } } }),
      /missing properties/,
    ],
    ["a tuple", schema({ ...parameters, properties: { a: { type: "array", items: [] } } }), /not of type/],
    ["five stops", { stop: ["a", "b", "c", "d", "e"] }, /stop/],
    ["no stop", { stop: [] }, /stop/],
    ["too much output", { max_tokens: 20_000 }, /at most 16384/],
    ["both limits", { max_tokens: 1, max_completion_tokens: 1 }, /same time/],
    [
      "stream options without a stream",
      { stream_options: { include_usage: true } },
      /only allowed when 'stream'/,
    ],
    ["an effort where nothing reasons", { reasoning_effort: "low" }, /not supported with this model/],
    ["max_tokens for a reasoning model", of("gpt-5.1", { max_tokens: 5 }), /max_completion_tokens/],
    [
      "temperature for a reasoning model",
      of("gpt-5.1", { temperature: 1 }),
      /'temperature' is not supported/,
    ],
    ["stop for a reasoning model", of("o3", { stop: ["a"] }), /'stop' is not supported/],
    [
      "an effort beyond the model",
      of("gpt-5.1", { reasoning_effort: "xhigh" }),
      /Supported values are: 'none', 'low'/,
    ],
    ["the effort max", of("gpt-5.6", { reasoning_effort: "max" }), /does not support 'max'/],
    ["tools with reasoning", of("gpt-5.4", { tools: [tool] }), /Function tools with reasoning_effort/],
    ["a model of the other API", of("gpt-5-codex", {}), /only supported in v1\/responses/],
    [
      "a strict schema that is open",
      {
        response_format: {
          type: "json_schema",
          json_schema: { name: "o", strict: true, schema: { type: "object", properties: { a: {} } } },
        },
      },
      /not strict/,
    ],
    ["a long cache key", { prompt_cache_key: "x".repeat(65) }, /too long/],
  ])("refuses %s", (_name, changes, words) => {
    expect(chat(changes)?.message).toMatch(words);
  });
});

describe("Responses", () => {
  const words = { role: "user", content: [{ type: "input_text", text: "hi" }] };
  const asked = (id: string) => ({ type: "function_call", call_id: id, name: "Read", arguments: "{}" });
  const answered = (id: string, output: unknown = "x") => ({
    type: "function_call_output",
    call_id: id,
    output,
  });
  const reader = { type: "function", name: "Read", parameters, strict: false };
  const body = (changes: object) => ({ model: "gpt-6.1-sol", input: [words], store: false, ...changes });

  test.each<[string, object]>([
    ["a question", {}],
    ["a plain string", { input: "hi" }],
    [
      "a tool loop",
      {
        input: [
          words,
          asked("a"),
          { role: "assistant", content: "and" },
          asked("b"),
          answered("b"),
          answered("a", [{ type: "input_image", image_url: "https://a/b" }]),
        ],
      },
    ],
    [
      "a strict function that is closed",
      { tools: [{ ...reader, strict: true, parameters: { ...parameters, additionalProperties: false } }] },
    ],
  ])("accepts %s", (_name, changes) => {
    expect(checkResponsesRequest(body(changes))).toBeNull();
  });

  test.each<[string, object, RegExp]>([
    ["no input", { input: [] }, /empty array/],
    ["a parameter of the other API", { stop: ["a"] }, /Unknown parameter: 'stop'/],
    ["an unknown item", { input: [{ type: "hologram" }] }, /hologram/],
    ["a call without its output", { input: [asked("a")] }, /No tool output found for function call a/],
    ["words between call and output", { input: [asked("a"), words, answered("a")] }, /No tool output found/],
    ["an output without its call", { input: [answered("a")] }, /No tool call found/],
    ["input text from the assistant", { input: [{ ...words, role: "assistant" }] }, /output_text/],
    ["an empty output list", { input: [asked("a"), answered("a", [])] }, /Invalid/],
    [
      "strict by default",
      { tools: [{ type: "function", name: "Read", parameters: { ...parameters, properties: { a: {} } } }] },
      /not strict/,
    ],
    ["too small a limit", { max_output_tokens: 15 }, /below minimum/],
    ["temperature", { temperature: 1 }, /not supported/],
    ["an effort that the model lacks", { reasoning: { effort: "none" } }, /does not support 'none'/],
    ["reasoning of a model without", { model: "gpt-4.1", reasoning: { effort: "low" } }, /not supported/],
    [
      "encrypted content without reasoning",
      { model: "gpt-4.1", include: ["reasoning.encrypted_content"] },
      /Encrypted content/,
    ],
    [
      "web search with minimal reasoning",
      { model: "gpt-5", tools: [{ type: "web_search" }], reasoning: { effort: "minimal" } },
      /minimal/,
    ],
    ["an inclusion that does not exist", { include: ["reasoning"] }, /Invalid value: 'reasoning'/],
    ["a nested format", { text: { format: { type: "json_schema", json_schema: {} } } }, /Unknown parameter/],
  ])("refuses %s", (_name, changes, message) => {
    expect(checkResponsesRequest(body(changes))?.message).toMatch(message);
  });

  test.each<[string, object, RegExp]>([
    ["no instructions", { instructions: undefined }, /Instructions are required/],
    ["a limit", { max_output_tokens: 100 }, /Unsupported parameter: max_output_tokens/],
    ["storing", { store: true }, /Store must be set to false/],
    ["one piece", { stream: false }, /Stream must be set to true/],
    ["a system message", { input: [{ role: "system", content: "x" }] }, /System messages are not allowed/],
    ["a safety identifier", { safety_identifier: "x" }, /Unsupported parameter/],
  ])("refuses from a ChatGPT token %s", (_name, changes, message) => {
    const request = { ...body({}), instructions: "", stream: true, ...changes };
    expect(checkResponsesRequest(request, { chatgpt: true })?.message).toMatch(message);
  });
});

test("what is no object is no request", () => {
  expect(checkChatRequest(null)?.message).toMatch(/could not parse/);
  expect(checkResponsesRequest("x")?.message).toMatch(/could not parse/);
});
