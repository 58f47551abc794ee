// Row by row of the contract: what becomes of an Anthropic request in Chat Completions.
import { describe, expect, test } from "bun:test";
import { checkChatRequest } from "../../../src/demo/openai/strict-checker";
import { convertRequest } from "../../../src/translate/convert-request";
import type { Target } from "../../../src/translate/target";
import { assistant, call, pdf, pdfUrl, png, pngUrl, result, system, text, user } from "../conversations";
import { chatTarget, compatibleTarget } from "../targets";

function convert(request: object, target: Target = chatTarget("gpt-4o")) {
  const converted = convertRequest({ model: "claude-opus-5-5", max_tokens: 8_192, ...request }, target);
  expect(checkChatRequest(converted.body)).toBeNull();
  return converted;
}

function messagesOf(request: object, target?: Target): unknown {
  return convert(request, target).body.messages;
}

const toolCall = (id: string, name = "Read", input: unknown = { path: id }) => ({
  id,
  type: "function",
  function: { name, arguments: JSON.stringify(input) },
});

describe("system", () => {
  test("a string, or blocks joined by a blank line, as one system message", () => {
    const hi = { role: "user", content: "hi" };
    expect(messagesOf({ system: "be brief", messages: [hi] })).toEqual([
      { role: "system", content: "be brief" },
      hi,
    ]);
    expect(messagesOf({ system: [text("one"), text(" "), text("two")], messages: [hi] })).toEqual([
      { role: "system", content: "one\n\ntwo" },
      hi,
    ]);
    expect(messagesOf({ system: "", messages: [hi] })).toEqual([hi]);
  });

  test("billing-header-first: Claude Code's attribution would spoil the prompt cache", () => {
    const { body, warnings } = convert({
      system: [text("x-anthropic-billing-header: cc_version=2.1.330.d01;"), text("You are Claude Code.")],
      messages: [user("hi")],
    });
    expect(body.messages).toMatchObject([{ content: "You are Claude Code." }, {}]);
    expect(warnings).toContain("x-anthropic-billing-header");
  });

  test("billing-header-later: only a first block is one", () => {
    const words = "x-anthropic-billing-header is a header";
    expect(messagesOf({ system: [text("a"), text(words)], messages: [user("hi")] })).toMatchObject([
      { content: `a\n\n${words}` },
      {},
    ]);
    expect(messagesOf({ messages: [user([text(words)])] })).toEqual([{ role: "user", content: words }]);
  });

  test("system-in-the-middle stays in its place, as string and as blocks", () => {
    expect(
      messagesOf({
        messages: [user("a"), system("b"), assistant(text("c")), system([text("d")]), user("e")],
      }),
    ).toEqual([
      { role: "user", content: "a" },
      { role: "system", content: "b" },
      { role: "assistant", content: "c" },
      { role: "system", content: "d" },
      { role: "user", content: "e" },
    ]);
  });

  test("tool changes in the middle are said in words, and a new tool is offered", () => {
    const definition = { name: "Extra", input_schema: { type: "object" } };
    const { body } = convert({
      messages: [
        user("a"),
        system([
          { type: "tool_addition", tool: { type: "tool_definition", definition } },
          { type: "tool_removal", tool: { type: "tool_reference", name: "Old" } },
        ]),
      ],
    });
    expect(body.messages).toMatchObject([
      {},
      {
        role: "system",
        content: "The tool Extra is now available.\n\nThe tool Old is no longer available; do not call it.",
      },
    ]);
    expect(body.tools).toMatchObject([{ function: { name: "Extra" } }]);
  });
});

describe("user content", () => {
  test("text only is a plain string, untrimmed", () => {
    expect(messagesOf({ messages: [user([text(" a "), text("b")])] })).toEqual([
      { role: "user", content: " a \n\nb" },
    ]);
  });

  test("pictures and PDF", () => {
    const byUrl = { type: "image", source: { type: "url", url: "https://example.com/a.png" } };
    expect(messagesOf({ messages: [user([text("look"), png, byUrl, pdf])] })).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "look" },
          { type: "image_url", image_url: { url: pngUrl } },
          { type: "image_url", image_url: { url: "https://example.com/a.png" } },
          { type: "file", file: { filename: "Manual.pdf", file_data: pdfUrl } },
        ],
      },
    ]);
  });

  test("text documents and search results are text with title and source", () => {
    const document = {
      type: "document",
      title: "Notes",
      context: "old",
      source: { type: "text", data: "line" },
    };
    const blocks = { type: "document", source: { type: "content", content: [text("inner"), png] } };
    const found = { type: "search_result", title: "Bun", source: "https://bun.sh", content: [text("fast")] };
    expect(messagesOf({ messages: [user([document, found])] })).toEqual([
      { role: "user", content: "old\n\nNotes\nline\n\nBun\nhttps://bun.sh\nfast" },
    ]);
    expect(messagesOf({ messages: [user([blocks])] })).toMatchObject([
      { content: [{ text: "inner" }, { image_url: { url: pngUrl } }] },
    ]);
  });

  test("what cannot be sent becomes words, and a warning", () => {
    const bitmap = { type: "image", source: { type: "base64", media_type: "image/bmp", data: "AA==" } };
    const linked = { type: "document", title: "Web", source: { type: "url", url: "https://a/b.pdf" } };
    const { body, warnings } = convert({
      messages: [user([bitmap, linked, { type: "hologram", text: "shimmer" }])],
    });
    expect(body.messages).toEqual([
      {
        role: "user",
        content:
          "[An image of type image/bmp could not be passed on]\n\n[A document (Web, https://a/b.pdf) could not be passed on]\n\nshimmer",
      },
    ]);
    expect(warnings).toEqual(["image of type image/bmp", "document of source url", "block hologram"]);
  });

  test("empty-content: blank texts and empty turns vanish", () => {
    expect(
      messagesOf({
        messages: [user([text(""), text("\n")]), user(""), assistant(), user("a"), assistant(text(" "))],
      }),
    ).toEqual([{ role: "user", content: "a" }]);
  });

  test("nothing-said: a conversation without content still asks something", () => {
    const { body, warnings } = convert({ messages: [user("")] });
    expect(body.messages).toEqual([{ role: "user", content: "(no content)" }]);
    expect(warnings).toEqual(["conversation without content"]);
  });

  test("half-a-character: lone surrogates are replaced, servers refuse them", () => {
    expect(messagesOf({ messages: [user("cut \ud83d")] })).toEqual([{ role: "user", content: "cut \ufffd" }]);
  });
});

describe("assistant content", () => {
  test("text and calls are one message, in order", () => {
    expect(
      messagesOf({
        messages: [
          user("a"),
          assistant(text("b"), call("t1"), call("t2", "Bash")),
          user([result("t1", "x"), result("t2", "y")]),
        ],
      }),
    ).toEqual([
      { role: "user", content: "a" },
      { role: "assistant", content: "b", tool_calls: [toolCall("t1"), toolCall("t2", "Bash")] },
      { role: "tool", tool_call_id: "t1", content: "x" },
      { role: "tool", tool_call_id: "t2", content: "y" },
    ]);
  });

  test("call-without-text has no content", () => {
    expect(messagesOf({ messages: [assistant(text(""), call("t1")), user([result("t1")])] })).toMatchObject([
      { content: null, tool_calls: [{ id: "t1" }] },
      { content: "" },
    ]);
  });

  test("tool-no-args: missing input is an empty object, other input is wrapped", () => {
    const inputs: [unknown, string][] = [
      [undefined, "{}"],
      [null, "{}"],
      ["", "{}"],
      ['{"a":1}', '{"a":1}'],
      ["plain", '{"value":"plain"}'],
      [[1], '{"value":[1]}'],
    ];
    for (const [input, expected] of inputs) {
      const block = { type: "tool_use", id: "t1", name: "Read", input };
      expect(messagesOf({ messages: [assistant(block), user([result("t1")])] })).toMatchObject([
        { tool_calls: [{ function: { arguments: expected } }] },
        {},
      ]);
    }
  });

  test("thinking is dropped, never sent as text", () => {
    const thinking = { type: "thinking", thinking: "secret plan", signature: "" };
    const { body, warnings } = convert({
      messages: [
        user("a"),
        assistant(thinking, { type: "redacted_thinking", data: "zz" }),
        assistant(thinking, text("b")),
        user("c"),
      ],
    });
    expect(body.messages).toMatchObject([
      { content: "a" },
      { role: "assistant", content: "b" },
      { content: "c" },
    ]);
    expect(JSON.stringify(body)).not.toContain("secret plan");
    expect(warnings).toEqual(["thinking", "redacted_thinking"]);
  });

  test("hosted tools of the past are told in words", () => {
    const { body } = convert({
      messages: [
        user("search"),
        assistant(
          { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "bun" } },
          {
            type: "web_search_tool_result",
            tool_use_id: "s1",
            content: [
              {
                type: "web_search_result",
                title: "Bun",
                url: "https://bun.sh",
                encrypted_content: "EqgfCio",
              },
            ],
          },
          text("Found it."),
        ),
        user("thanks"),
      ],
    });
    expect(body.messages).toMatchObject([
      {},
      {
        content:
          '[Called web_search with {"query":"bun"}]\n\n[Result of web_search: Bun - https://bun.sh]\n\nFound it.',
      },
      {},
    ]);
  });

  test("cited text is one sentence, with its sources", () => {
    const cited = (words: string, title: string) => ({
      ...text(words),
      citations: [{ type: "web_search_result_location", title, url: `https://${title}` }],
    });
    expect(
      messagesOf({ messages: [user("a"), assistant(text("It is "), cited("fast", "bun.sh"), text("."))] }),
    ).toMatchObject([{}, { content: "It is fast [bun.sh, https://bun.sh]." }]);
  });

  test("prefill stays the last message", () => {
    expect(messagesOf({ messages: [user("a"), assistant(text("{"))] })).toEqual([
      { role: "user", content: "a" },
      { role: "assistant", content: "{" },
    ]);
  });
});

describe("tool results", () => {
  const ask = assistant(call("t1"), call("t2"));

  test("results-out-of-order come in the order of the calls, the user's words after them", () => {
    expect(
      messagesOf({
        messages: [ask, user([text("note"), result("t2", "two"), result("t1", "one"), text("go on")])],
      }),
    ).toMatchObject([
      {},
      { role: "tool", tool_call_id: "t1", content: "one" },
      { role: "tool", tool_call_id: "t2", content: "two" },
      { role: "user", content: "note\n\ngo on" },
    ]);
  });

  test("results-in-two-messages, with a system message between, still follow their calls", () => {
    const messages = [
      ask,
      user([result("t1", "one")]),
      system("mind the gap"),
      user([result("t2", "two"), text("go")]),
    ];
    expect(messagesOf({ messages })).toMatchObject([
      { role: "assistant" },
      { tool_call_id: "t1" },
      { tool_call_id: "t2" },
      { role: "system", content: "mind the gap" },
      { role: "user", content: "go" },
    ]);
  });

  test("calls-in-two-messages are one turn", () => {
    const messages = [
      assistant(call("t1")),
      assistant(text("and"), call("t2")),
      user([result("t1", "1"), result("t2", "2")]),
    ];
    expect(messagesOf({ messages })).toMatchObject([
      { content: "and", tool_calls: [{ id: "t1" }, { id: "t2" }] },
      { tool_call_id: "t1" },
      { tool_call_id: "t2" },
    ]);
  });

  test("several texts are joined, absent content is empty", () => {
    expect(
      messagesOf({ messages: [ask, user([result("t1", [text("a"), text(""), text("b")]), result("t2")])] }),
    ).toMatchObject([{}, { content: "a\nb" }, { content: "" }]);
  });

  test("is_error: the model sees that it failed, once", () => {
    const failed = { is_error: true };
    const messages = [ask, user([result("t1", "Exit code 3", failed), result("t2", "Error: no", failed)])];
    expect(messagesOf({ messages })).toMatchObject([
      {},
      { content: "Error: Exit code 3" },
      { content: "Error: no" },
    ]);
    expect(
      messagesOf({
        messages: [ask, user([result("t1", "", failed), result("t2", [text("<bad>")], failed)])],
      }),
    ).toMatchObject([{}, { content: "Error: the tool failed" }, { content: "Error: <bad>" }]);
  });

  test("picture-in-a-result goes into the user message behind all results, and names its call", () => {
    const messages = [ask, user([result("t1", [text("shot"), png, pdf]), result("t2", "two"), text("see?")])];
    expect(messagesOf({ messages })).toEqual([
      { role: "assistant", content: null, tool_calls: [toolCall("t1"), toolCall("t2")] },
      { role: "tool", tool_call_id: "t1", content: "shot\n[see the attachment in the next user message]" },
      { role: "tool", tool_call_id: "t2", content: "two" },
      {
        role: "user",
        content: [
          { type: "text", text: "[Attachment of the result of Read, call t1]" },
          { type: "image_url", image_url: { url: pngUrl } },
          { type: "file", file: { filename: "Manual.pdf", file_data: pdfUrl } },
          { type: "text", text: "see?" },
        ],
      },
    ]);
  });

  test("tool references name the loaded tools", () => {
    const loaded = [
      { type: "tool_reference", tool_name: "WebFetch" },
      { type: "tool_reference", tool_name: "WebSearch" },
    ];
    expect(messagesOf({ messages: [assistant(call("t1")), user([result("t1", loaded)])] })).toMatchObject([
      {},
      { content: "Loaded tool: WebFetch\nLoaded tool: WebSearch" },
    ]);
  });

  test("orphan-result: a result without its call is told by the user", () => {
    const { body, warnings } = convert({
      messages: [user([result("gone", [text("42"), png])]), assistant(text("ok"))],
    });
    expect(body.messages).toMatchObject([
      {
        role: "user",
        content: [
          { text: "[Result of the tool call gone, which is not in this conversation]" },
          { text: "42" },
          { image_url: { url: pngUrl } },
        ],
      },
      {},
    ]);
    expect(warnings).toEqual(["tool_result without its call"]);
  });

  test("orphan-call: a call without its result gets one that says so", () => {
    const { body, warnings } = convert({
      messages: [
        user("a"),
        ask,
        user([result("t2", "two")]),
        assistant(text("b")),
        user([result("t1", "late")]),
      ],
    });
    expect(body.messages).toMatchObject([
      {},
      {},
      { tool_call_id: "t1", content: "[no result was recorded]" },
      { tool_call_id: "t2", content: "two" },
      { role: "assistant" },
      { role: "user", content: "[Result of the tool call t1, which is not in this conversation]\n\nlate" },
    ]);
    expect(warnings).toEqual(["tool_use without its result", "tool_result without its call"]);
  });

  test("second-result for one call: the last one counts", () => {
    const { body, warnings } = convert({
      messages: [assistant(call("t1")), user([result("t1", "old"), result("t1", "new")])],
    });
    expect(body.messages).toMatchObject([{}, { content: "new" }]);
    expect(warnings).toEqual(["second tool_result for a call"]);
  });

  test("ids-used-again: every call has an id of its own", () => {
    const turn = [assistant(call("call_0")), user([result("call_0", "x")])];
    const { body } = convert({
      messages: [
        ...turn,
        ...turn,
        assistant(call("a"), call("a")),
        user([result("a", "1"), result("a", "2")]),
      ],
    });
    const ids = (body.messages as { tool_call_id?: string }[]).flatMap(
      (message) => message.tool_call_id ?? [],
    );
    expect(ids[0]).toBe("call_0");
    expect(new Set(ids).size).toBe(4);
    expect(body.messages).toMatchObject([{}, {}, {}, {}, {}, { content: "1" }, { content: "2" }]);
  });
});

describe("tools", () => {
  const messages = [user("a")];
  const read = {
    name: "Read",
    description: "reads",
    input_schema: { type: "object", properties: { path: { type: "string" } } },
  };

  test("custom tools with everything that only Anthropic knows left out, by name", () => {
    const extras = {
      cache_control: {},
      defer_loading: true,
      eager_input_streaming: true,
      input_examples: [{}],
      allowed_callers: ["direct"],
      strict: true,
    };
    const { body, warnings } = convert({ messages, tools: [{ type: "custom", ...read, ...extras }] });
    expect(body.tools).toEqual([
      { type: "function", function: { name: "Read", description: "reads", parameters: read.input_schema } },
    ]);
    expect(warnings).toEqual([
      "cache_control",
      "tools.defer_loading",
      "tools.eager_input_streaming",
      "tools.input_examples",
      "tools.allowed_callers",
      "tools.strict",
    ]);
  });

  test("client-side tools that Anthropic knows by type get their schema", () => {
    const { body, warnings } = convert({
      messages,
      tools: [
        { type: "bash_20250124", name: "bash" },
        { type: "text_editor_20250728", name: "str_replace_based_edit_tool" },
        { type: "memory_20250818", name: "memory" },
      ],
    });
    expect(body.tools).toMatchObject([
      { function: { name: "bash", parameters: { properties: { command: {}, restart: {} } } } },
      {
        function: {
          name: "str_replace_based_edit_tool",
          parameters: { properties: { insert_text: {} }, required: ["command", "path"] },
        },
      },
      { function: { name: "memory", parameters: { properties: { old_path: {} } } } },
    ]);
    expect(warnings).toEqual([]);
  });

  test("an older text editor inserts by new_str", () => {
    const { body } = convert({
      messages,
      tools: [{ type: "text_editor_20250124", name: "str_replace_editor" }],
    });
    expect(JSON.stringify(body.tools)).not.toContain("insert_text");
  });

  test("hosted tools are left out by name; no empty list; the choice goes with them", () => {
    const hosted = [
      { type: "web_fetch_20250910", name: "web_fetch" },
      { type: "code_execution_20250825", name: "code_execution" },
    ];
    const alone = convert({ messages, tools: hosted, tool_choice: { type: "any" } });
    expect(alone.body).not.toContainAnyKeys(["tools", "tool_choice", "parallel_tool_calls"]);
    expect(alone.warnings).toEqual(["tool web_fetch_20250910", "tool code_execution_20250825"]);
    const beside = convert({
      messages,
      tools: [read, ...hosted],
      tool_choice: { type: "tool", name: "web_fetch" },
    });
    expect(beside.body.tool_choice).toBe("auto");
    expect(beside.warnings).toContain("tool_choice");
  });

  test("placeholder-tool: Claude Code's marker for deferred tools is no tool", () => {
    const placeholder = {
      name: "DeferredToolPlaceholder",
      defer_loading: true,
      input_schema: { type: "object" },
    };
    const { body, warnings } = convert({ messages, tools: [placeholder, read] });
    expect(body.tools).toHaveLength(1);
    expect(warnings).toEqual(["tool DeferredToolPlaceholder"]);
  });

  test("long-tool-name: shortened everywhere, found again", () => {
    const name = `mcp__server__${"x".repeat(80)}`;
    const { body, toolNames } = convert({
      tools: [{ ...read, name }],
      tool_choice: { type: "tool", name },
      messages: [assistant(call("t1", name)), user([result("t1", "x")])],
    });
    const wire = toolNames.toWire(name);
    expect(wire.length).toBeLessThanOrEqual(64);
    expect(body.tools).toMatchObject([{ function: { name: wire } }]);
    expect(body.tool_choice).toEqual({ type: "function", function: { name: wire } });
    expect(body.messages).toMatchObject([{ tool_calls: [{ function: { name: wire } }] }, {}]);
    expect(toolNames.toClient(wire)).toBe(name);
  });

  test("long-id: shortened in call and result alike", () => {
    const id = `call_${"9".repeat(100)}`;
    const { body, toolNames } = convert({ messages: [assistant(call(id)), user([result(id, "x")])] });
    const wire = toolNames.toWireId(id);
    expect(body.messages).toMatchObject([
      { tool_calls: [{ id: wire }] },
      { tool_call_id: wire, content: "x" },
    ]);
  });

  test.each([
    [{ type: "auto" }, "auto"],
    [{ type: "any" }, "required"],
    [{ type: "none" }, "none"],
    [
      { type: "tool", name: "Read" },
      { type: "function", function: { name: "Read" } },
    ],
    [{ type: "tool", name: "Unknown" }, "auto"],
    [undefined, undefined],
  ])("tool_choice %j is %j", (choice, expected) => {
    expect(convert({ messages, tools: [read], tool_choice: choice }).body.tool_choice).toEqual(expected);
  });

  test("one call at a time, only where there are tools", () => {
    const choice = { type: "auto", disable_parallel_tool_use: true };
    expect(convert({ messages, tools: [read], tool_choice: choice }).body.parallel_tool_calls).toBe(false);
    expect(convert({ messages, tool_choice: choice }).body).not.toContainAnyKeys([
      "parallel_tool_calls",
      "tool_choice",
    ]);
  });

  test("two-tools-of-one-name: the first counts", () => {
    const { body, warnings } = convert({ messages, tools: [read, { ...read, description: "other" }] });
    expect(body.tools).toMatchObject([{ function: { description: "reads" } }]);
    expect(warnings).toEqual(["tool Read"]);
  });

  test("over 128 tools the deferred ones go that the conversation never met", () => {
    const tools = Array.from({ length: 140 }, (_, index) => ({
      ...read,
      name: `t${index}`,
      defer_loading: index > 100,
    }));
    const loaded = [{ type: "tool_reference", tool_name: "t139" }];
    const { body } = convert({
      tools,
      messages: [assistant(call("a", "t138")), user([result("a", loaded)])],
    });
    const names = (body.tools as { function: { name: string } }[]).map((tool) => tool.function.name);
    expect(names).toHaveLength(128);
    expect(names.slice(-3)).toEqual(["t125", "t138", "t139"]);
  });

  test("a search model searches", () => {
    const location = { type: "approximate", country: "DE", city: "Berlin" };
    const search = { type: "web_search_20250305", name: "web_search", user_location: location, max_uses: 3 };
    const { body, warnings } = convert({ messages, tools: [search] }, chatTarget("gpt-4o-search-preview"));
    expect(body.web_search_options).toEqual({
      user_location: { type: "approximate", approximate: { country: "DE", city: "Berlin" } },
    });
    expect(warnings).toEqual(["web_search.max_uses"]);
  });
});

describe("parameters", () => {
  const messages = [user("a")];

  test.each<[string, Target, string, number]>([
    ["OpenAI", chatTarget("gpt-4o"), "max_completion_tokens", 16_384],
    ["a compatible server", compatibleTarget(), "max_tokens", 128_000],
    [
      "OpenAI's reasoning model anywhere",
      compatibleTarget("openai/gpt-5.1"),
      "max_completion_tokens",
      128_000,
    ],
    [
      "a server that refused max_tokens",
      compatibleTarget("x", { learnt: new Set(["use:max_completion_tokens"]) }),
      "max_completion_tokens",
      128_000,
    ],
    [
      "an OpenAI that refused max_completion_tokens",
      chatTarget("gpt-4o", { learnt: new Set(["use:max_tokens"]) }),
      "max_tokens",
      16_384,
    ],
  ])("max_tokens for %s", (_name, target, field, value) => {
    const { body, warnings } = convert({ messages, max_tokens: 128_000 }, target);
    expect(body[field]).toBe(value);
    const other = field === "max_tokens" ? "max_completion_tokens" : "max_tokens";
    expect(body).not.toContainKey(other);
    expect(warnings.includes("max_tokens over the model's limit")).toBe(value < 128_000);
  });

  test("stop sequences: four are sent, the others are enforced here; an empty list is left out", () => {
    const stops = ["a", "b", "c", "d", "e", ""];
    const plain = convert({ messages, stop_sequences: stops });
    expect(plain.body.stop).toEqual(["a", "b", "c", "d"]);
    expect(plain.stopSequences).toEqual(["e"]);
    const reasoning = convert({ messages, stop_sequences: stops }, chatTarget("gpt-5.1"));
    expect(reasoning.body).not.toContainKey("stop");
    expect(reasoning.stopSequences).toEqual(["a", "b", "c", "d", "e"]);
    expect(convert({ messages, stop_sequences: [] }).body).not.toContainKey("stop");
  });

  test("sampling is passed, except to reasoning models; top_k never", () => {
    const sampling = { temperature: 0.3, top_p: 0.9, top_k: 5 };
    const plain = convert({ messages, ...sampling });
    expect(plain.body).toMatchObject({ temperature: 0.3, top_p: 0.9 });
    expect(plain.warnings).toEqual(["top_k"]);
    const reasoning = convert({ messages, ...sampling }, chatTarget("gpt-5.1"));
    expect(reasoning.body).not.toContainAnyKeys(["temperature", "top_p", "top_k"]);
    expect(reasoning.warnings).toEqual(["top_k", "temperature", "top_p"]);
  });

  test("a stream reports its usage, without padding from OpenAI", () => {
    expect(convert({ messages, stream: true }).body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    });
    expect(convert({ messages, stream: true }, compatibleTarget()).body.stream_options).toEqual({
      include_usage: true,
    });
    const once = convert({ messages, stream: false });
    expect(once.body).not.toContainAnyKeys(["stream", "stream_options"]);
    expect(once.streams).toBe(false);
  });

  test("the session goes to OpenAI as a hash, and to nobody else", () => {
    const session = "c3f1b0de-0000-4000-8000-123456789abc";
    const metadata = { user_id: JSON.stringify({ device_id: "d", session_id: session }) };
    const { body } = convert({ messages, metadata });
    const hash = new Bun.CryptoHasher("sha256").update(session).digest("hex");
    expect(body).toMatchObject({ prompt_cache_key: hash, safety_identifier: hash });
    const older = convert({ messages, metadata: { user_id: `user_abc_account__session_${session}` } });
    expect(older.body.prompt_cache_key).toBe(hash);
    const elsewhere = convert({ messages, metadata }, compatibleTarget());
    expect(elsewhere.body).not.toContainAnyKeys(["prompt_cache_key", "safety_identifier"]);
    expect(elsewhere.warnings).toEqual(["metadata.user_id"]);
  });

  test("service tier", () => {
    expect(convert({ messages, service_tier: "auto" }).body.service_tier).toBe("auto");
    expect(convert({ messages, service_tier: "standard_only" }).body.service_tier).toBe("default");
    expect(convert({ messages, service_tier: "constructor" }).warnings).toEqual(["service_tier"]);
  });

  test("structured output, strict where the schema allows it", () => {
    const open = { type: "object", properties: { a: { type: "string" } } };
    const closed = { ...open, required: ["a"], additionalProperties: false };
    const format = (schema: object) => ({
      messages,
      output_config: { format: { type: "json_schema", schema } },
    });
    expect(convert(format(closed)).body.response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "output", schema: closed, strict: true },
    });
    expect(convert(format(open)).body.response_format).toMatchObject({ json_schema: { strict: false } });
    expect(
      convert({ messages, output_format: { type: "json_schema", schema: open } }).body.response_format,
    ).toBeDefined();
  });

  test("structured output that is no object is asked for in words", () => {
    const schema = { type: "array", items: { type: "string" } };
    const { body, warnings } = convert({
      messages,
      system: "s",
      output_config: { format: { type: "json_schema", schema } },
    });
    expect(body).not.toContainKey("response_format");
    expect(body.messages).toMatchObject([
      { role: "system", content: expect.stringMatching(/^s\n\n.*"array"/s) },
      {},
    ]);
    expect(warnings).toEqual(["output_config.format, sent as an instruction"]);
  });

  test("everything else is dropped and named", () => {
    const { warnings } = convert({
      messages: [
        { ...system("s"), clear_at: "never" },
        user([{ ...text("a"), cache_control: { type: "ephemeral" } }]),
      ],
      context_management: { edits: [] },
      mcp_servers: [],
      container: { skills: [] },
      diagnostics: null,
      speed: "fast",
      fallbacks: "default",
      metadata: { user_id: "u", other: 1 },
      output_config: { task_budget: { total: 5 } },
      thinking: { type: "adaptive", block_binding: {} },
    });
    expect(warnings).toEqual([
      "context_management",
      "mcp_servers",
      "container",
      "speed",
      "fallbacks",
      "output_config.task_budget",
      "metadata.other",
      "thinking.block_binding",
      "effort medium",
      "messages.clear_at",
      "cache_control",
    ]);
  });
});
