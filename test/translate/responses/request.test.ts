// Row by row of the contract: what becomes of an Anthropic request in the Responses API, also for ChatGPT tokens.
import { describe, expect, test } from "bun:test";
import { checkResponsesRequest } from "../../../src/demo/openai/strict-checker";
import { convertRequest } from "../../../src/translate/convert-request";
import type { Target } from "../../../src/translate/target";
import { assistant, call, pdf, pdfUrl, png, pngUrl, result, system, text, user } from "../conversations";
import { chatGptTarget, responsesTarget } from "../targets";

function convert(request: object, target: Target = responsesTarget()) {
  const converted = convertRequest({ model: "claude-opus-5-5", max_tokens: 8_192, ...request }, target);
  expect(checkResponsesRequest(converted.body, { chatgpt: target.isChatGptToken })).toBeNull();
  return converted;
}

const message = (role: string, words: string) => ({
  type: "message",
  role,
  content: [{ type: "input_text", text: words }],
});
const functionCall = (id: string) => ({
  type: "function_call",
  call_id: id,
  name: "Read",
  arguments: `{"path":"${id}"}`,
});

describe("the conversation", () => {
  test("system prompt as instructions, later system messages as developer items in place", () => {
    const { body } = convert({
      system: [text("one"), text("two")],
      messages: [user("a"), system("b"), user("c")],
    });
    expect(body.instructions).toBe("one\n\ntwo");
    expect(body.input).toEqual([message("user", "a"), message("developer", "b"), message("user", "c")]);
    expect(convert({ messages: [user("a")] }).body).not.toContainKey("instructions");
  });

  test("function-call-before-its-text: the order of texts and calls is kept", () => {
    const messages = [
      assistant(text("first"), call("t1"), text("then"), call("t2")),
      user([result("t2", "two"), text("go"), result("t1", "one")]),
    ];
    expect(convert({ messages }).body.input).toEqual([
      { type: "message", role: "assistant", content: "first" },
      functionCall("t1"),
      { type: "message", role: "assistant", content: "then" },
      functionCall("t2"),
      { type: "function_call_output", call_id: "t1", output: "one" },
      { type: "function_call_output", call_id: "t2", output: "two" },
      message("user", "go"),
    ]);
  });

  test("pictures and files, also inside a result", () => {
    const image = { type: "input_image", image_url: pngUrl, detail: "auto" };
    const file = { type: "input_file", filename: "Manual.pdf", file_data: pdfUrl };
    const linked = { type: "document", source: { type: "url", url: "https://a/b.pdf" } };
    const messages = [
      user([png, pdf, linked]),
      assistant(call("t1")),
      user([result("t1", [text("shot"), png, pdf])]),
    ];
    expect(convert({ messages }).body.input).toMatchObject([
      { content: [image, file, { type: "input_file", file_url: "https://a/b.pdf" }] },
      {},
      { type: "function_call_output", output: [{ type: "input_text", text: "shot" }, image, file] },
    ]);
  });

  test("is_error in front of a picture is a text of its own", () => {
    const messages = [assistant(call("t1")), user([result("t1", [png], { is_error: true })])];
    expect(convert({ messages }).body.input).toMatchObject([
      {},
      { output: [{ type: "input_text", text: "Error: the tool failed" }, { type: "input_image" }] },
    ]);
  });

  test("orphans, empties and thinking leave nothing that could be refused", () => {
    const { body, warnings } = convert({
      thinking: { type: "adaptive" },
      messages: [
        user([result("gone", "42")]),
        assistant({ type: "thinking", thinking: "hm", signature: "x" }, call("t1")),
        user([text(" ")]),
        assistant(text("b")),
      ],
    });
    expect(body.input).toEqual([
      {
        ...message("user", ""),
        content: [
          { type: "input_text", text: "[Result of the tool call gone, which is not in this conversation]" },
          { type: "input_text", text: "42" },
        ],
      },
      functionCall("t1"),
      { type: "function_call_output", call_id: "t1", output: "[no result was recorded]" },
      { type: "message", role: "assistant", content: "b" },
    ]);
    expect(warnings).toEqual(["tool_result without its call", "thinking", "tool_use without its result"]);
  });
});

describe("tools", () => {
  const messages = [user("a")];
  const read = { name: "Read", input_schema: { type: "object", properties: { path: { type: "string" } } } };
  const search = { type: "web_search_20250305", name: "web_search" };

  test("strict-by-default: functions say that they are not strict, or optional parameters would break", () => {
    expect(convert({ messages, tools: [read] }).body.tools).toEqual([
      { type: "function", name: "Read", parameters: read.input_schema, strict: false },
    ]);
  });

  test.each([
    [{ type: "any" }, "required"],
    [{ type: "none" }, "none"],
    [
      { type: "tool", name: "Read" },
      { type: "function", name: "Read" },
    ],
    [
      { type: "tool", name: "web_search" },
      { type: "allowed_tools", mode: "required", tools: [{ type: "web_search" }] },
    ],
  ])("tool_choice %j is %j", (choice, expected) => {
    expect(convert({ messages, tools: [read, search], tool_choice: choice }).body.tool_choice).toEqual(
      expected,
    );
  });

  test("the hosted web search, with what both know of it", () => {
    const { body, warnings } = convert({
      messages,
      tool_choice: { type: "tool", name: "web_search" },
      tools: [
        {
          ...search,
          max_uses: 8,
          allowed_domains: ["bun.sh"],
          blocked_domains: ["x.y"],
          user_location: { type: "approximate", timezone: "Europe/Berlin" },
        },
      ],
    });
    expect(body.tools).toEqual([
      {
        type: "web_search",
        filters: { allowed_domains: ["bun.sh"] },
        user_location: { type: "approximate", timezone: "Europe/Berlin" },
      },
    ]);
    expect(body.tool_choice).toBe("required");
    expect(body.include).toContain("web_search_call.action.sources");
    expect(warnings).toContain("web_search.max_uses");
    expect(warnings).toContain("web_search.blocked_domains");
  });
});

describe("parameters", () => {
  const messages = [user("a")];

  test("nothing is stored, reasoning comes back encrypted and in summary", () => {
    const { body } = convert({
      messages,
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
      stream: true,
    });
    expect(body).toMatchObject({
      store: false,
      reasoning: { effort: "high", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      max_output_tokens: 8_192,
      stream: true,
      stream_options: { include_obfuscation: false },
    });
  });

  test("a client that wants no reasoning to read gets no summary", () => {
    const { body } = convert({ messages, thinking: { type: "adaptive", display: "omitted" } });
    expect(body.reasoning).toEqual({ effort: "medium" });
  });

  test("models that do not reason are not asked to", () => {
    const { body, warnings } = convert(
      { messages, temperature: 0.2, output_config: { effort: "high" } },
      responsesTarget("gpt-4.1"),
    );
    expect(body).not.toContainAnyKeys(["reasoning", "include"]);
    expect(body.temperature).toBe(0.2);
    expect(warnings).toEqual(["effort high"]);
  });

  test("the limit is at least 16 and at most the model's", () => {
    expect(convert({ messages, max_tokens: 1 }).body.max_output_tokens).toBe(16);
    expect(convert({ messages, max_tokens: 200_000 }).body.max_output_tokens).toBe(128_000);
    expect(convert({ messages, max_tokens: undefined }).body).not.toContainKey("max_output_tokens");
  });

  test("all stop sequences are enforced here", () => {
    const { body, stopSequences } = convert({ messages, stop_sequences: ["a", "b"] });
    expect(body).not.toContainKey("stop");
    expect(stopSequences).toEqual(["a", "b"]);
  });

  test("structured output is flat", () => {
    const schema = { type: "object", properties: {}, additionalProperties: false };
    expect(
      convert({ messages, output_config: { format: { type: "json_schema", schema } } }).body.text,
    ).toEqual({
      format: { type: "json_schema", name: "output", schema, strict: true },
    });
  });

  test("obfuscation is spoken of to OpenAI only", () => {
    expect(
      convert({ messages, stream: true }, responsesTarget("x", { isOpenAi: false })).body,
    ).not.toContainKey("stream_options");
  });
});

describe("ChatGPT tokens", () => {
  test("always streamed, nothing stored, instructions present, no limit and no sampling", () => {
    const { body, streams, warnings } = convert(
      {
        messages: [user("a"), system("b")],
        temperature: 0.5,
        service_tier: "auto",
        stream: false,
        metadata: { user_id: "me" },
      },
      chatGptTarget(),
    );
    expect(streams).toBe(true);
    expect(body).toMatchObject({ stream: true, store: false, instructions: "" });
    expect(body.prompt_cache_key).toBeString();
    expect(body).not.toContainAnyKeys([
      "max_output_tokens",
      "temperature",
      "service_tier",
      "safety_identifier",
      "stream_options",
    ]);
    expect(warnings).toEqual(["max_tokens", "effort none, sent as low", "temperature", "service_tier"]);
  });
});
