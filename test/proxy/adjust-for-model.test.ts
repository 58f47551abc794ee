import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { adjustForModel } from "../../src/proxy/adjust-for-model";
import { type RecordedClientRequest, readRecordedRequests } from "../support/recorded-requests";
import { toBytes } from "./loose-json";

const betaHeader = "anthropic-beta";
const recorded = readRecordedRequests().filter((request) => request.body !== null);

interface Adjusted {
  text: string;
  body: Record<string, unknown>;
  beta: string | null;
  adjusted: string[];
}

function adjustText(text: string, from: string, to: string, beta: string | null = null): Adjusted {
  const result = adjustForModel(toBytes(text), from, to, beta);
  const adjusted = Buffer.from(result.body).toString();
  return { text: adjusted, body: JSON.parse(adjusted), beta: result.beta, adjusted: result.adjusted };
}

function adjust(body: unknown, from: string, to: string, beta: string | null = null): Adjusted {
  return adjustText(JSON.stringify(body), from, to, beta);
}

function findRecorded(name: string): RecordedClientRequest {
  const found = recorded.find((request) => request.name === name);
  if (found === undefined) throw new Error(`no recorded request ${name}`);
  return found;
}

function features({ body, beta }: { body: Record<string, unknown> | null; beta: string | null | undefined }) {
  const messages = (body?.messages ?? []) as Record<string, unknown>[];
  return {
    thinking: body?.thinking,
    effort: (body?.output_config as { effort?: string } | undefined)?.effort,
    hasOutputConfig: body !== null && "output_config" in body,
    contextManagement: body?.context_management,
    roles: [...new Set(messages.map(({ role }) => role))],
    messageKeys: [...new Set(messages.flatMap((message) => Object.keys(message)))],
    betas: (beta ?? "").split(",").sort(),
  };
}

const hi = { role: "user", content: "hi" };
const system = (content: unknown, rest: object = {}) => ({ role: "system", content, ...rest });

describe("the requests that Claude Code makes for each model", () => {
  const perModel = recorded.filter((request) => String(request.body?.model).startsWith("claude-"));

  test.each(perModel.map((request) => [request.name, request] as const))(
    "%s is what its own model accepts: not a byte changes",
    (_name, { body, bytes, headers }) => {
      const given = toBytes(bytes);
      const result = adjustForModel(
        given,
        "some-other-model",
        String(body?.model),
        headers[betaHeader] ?? null,
      );
      expect(result).toEqual({ body: given, beta: headers[betaHeader] ?? null, adjusted: [] });
    },
  );

  test.each([
    "claude-haiku-4-5",
    "claude-opus-4-6",
    "claude-opus-4-8",
    "claude-opus-5",
    "claude-fable-5-1",
    "claude-haiku-5-5",
  ])("one for opus-5-5 that falls back to %s gets the features of the recorded one", (to) => {
    const asked = findRecorded("hello");
    const wanted = findRecorded(to.replace("claude-", "model-"));
    const result = adjustText(asked.bytes, "claude-opus-5-5", to, asked.headers[betaHeader] ?? null);
    const expected = features({ body: wanted.body, beta: wanted.headers[betaHeader] });
    // The client's choice of a default, not a limit of the model.
    if (expected.effort !== undefined) expected.effort = "medium";
    expect(features(result)).toEqual(expected);
  });

  test("opus-5-5 to haiku-4-5 says what was done", () => {
    const { bytes, headers } = findRecorded("hello");
    const result = adjustText(bytes, "claude-opus-5-5", "claude-haiku-4-5", headers[betaHeader] ?? null);
    expect(result.adjusted).toEqual([
      "max_tokens 128000 -> 64000",
      "thinking adaptive -> enabled 31999",
      "effort medium -> none",
      "1 system message(s) -> user",
      "output_config of 1 message(s) removed",
      "beta per-turn-control-2026-07-01, mid-conversation-tool-changes-2026-07-01, effort-2025-11-24 removed",
    ]);
    expect(result.body.max_tokens).toBe(64_000);
    // The system prompt and the tools, the longest part of the prompt, stay as they are.
    expect(result.body.system).toEqual(JSON.parse(bytes).system);
    expect(result.text).toContain(JSON.stringify(JSON.parse(bytes).tools));
  });

  test("from the terminal: safeguards and the updates of the display go as well", () => {
    const { bytes, headers } = findRecorded("tui-first");
    const { body, beta } = adjustText(
      bytes,
      "claude-opus-5-5",
      "claude-haiku-4-5",
      headers[betaHeader] ?? null,
    );
    expect(body).not.toHaveProperty("safeguards");
    expect(body.thinking).toEqual({ type: "enabled", budget_tokens: 31_999 });
    expect(beta).not.toContain("dangerous-tool-use");
    expect(beta).not.toContain("thinking-display");
    expect(beta).toContain("afk-mode-2026-01-31");
  });

  test("the format of a title request is kept", () => {
    const { bytes, headers } = findRecorded("tui-title-json-schema");
    const { body, adjusted } = adjustText(
      bytes,
      "claude-opus-5-5",
      "claude-haiku-4-5",
      headers[betaHeader] ?? null,
    );
    expect(body.output_config).toEqual({ format: JSON.parse(bytes).output_config.format });
    expect(adjusted).toContain("effort medium -> none");
  });
});

describe("nothing to do", () => {
  const { bytes } = findRecorded("hello");
  const given = toBytes(bytes);

  test.each([
    ["claude-opus-5-5", "claude-opus-6"],
    ["claude-opus-5-5", "gpt-6.1-sol"],
    ["claude-opus-5-5", "claude-opus-5-5[1m]"],
    ["claude-haiku-4-5", "claude-sonnet-4-5"],
    ["claude-fable-5-1", "claude-opus-5-5"],
  ])("%s to %s returns the body itself", (from, to) => {
    const result = adjustForModel(given, from, to, "effort-2025-11-24");
    expect(result.body).toBe(given);
    expect(result.beta).toBe("effort-2025-11-24");
    expect(result.adjusted).toEqual([]);
  });

  test("a request that the other model accepts stays byte for byte, however it is written", () => {
    const text =
      ' { "max_tokens" : 1e2, "messages":[ {"content":"\\u0068i","role":"user"} ] , "x":12345678901234567890 } ';
    expect(adjustText(text, "claude-opus-5-5", "claude-haiku-4-5")).toMatchObject({ text, adjusted: [] });
  });
});

describe("thinking and effort", () => {
  const tooShort = { max_tokens: 1000 };
  test.each([
    // 4.6 and later to 4.5
    [
      "opus-5-5",
      "haiku-4-5",
      { thinking: { type: "adaptive" }, max_tokens: 9000 },
      { thinking: { type: "enabled", budget_tokens: 8999 }, max_tokens: 9000 },
    ],
    [
      "opus-5-5",
      "haiku-4-5",
      { thinking: { type: "adaptive" } },
      { thinking: { type: "enabled", budget_tokens: 31_999 } },
    ],
    ["opus-5-5", "haiku-4-5", { thinking: { type: "adaptive" }, ...tooShort }, tooShort],
    [
      "opus-5-5",
      "opus-4-5",
      { thinking: { type: "adaptive" }, output_config: { effort: "xhigh" } },
      { thinking: { type: "enabled", budget_tokens: 31_999 }, output_config: { effort: "high" } },
    ],
    ["sonnet-5-5", "haiku-4-5", { thinking: { type: "between_tools" } }, { thinking: { type: "disabled" } }],
    [
      "opus-4-6",
      "opus-4-5",
      { thinking: { type: "enabled", budget_tokens: 100_000 }, max_tokens: 120_000 },
      { thinking: { type: "enabled", budget_tokens: 63_999 }, max_tokens: 64_000 },
    ],
    [
      "opus-5-5",
      "sonnet-4-5",
      { output_config: { effort: "max", task_budget: { type: "tokens", total: 1 } } },
      {},
    ],
    // to 4.6
    [
      "opus-4-8",
      "opus-4-6",
      { thinking: { type: "adaptive" }, output_config: { effort: "xhigh" } },
      { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
    ],
    ["opus-4-8", "sonnet-4-6", { output_config: { effort: "max" } }, { output_config: { effort: "max" } }],
    // 4.5 to later
    [
      "sonnet-4-5",
      "opus-4-6",
      { thinking: { type: "enabled", budget_tokens: 31_999 } },
      { thinking: { type: "enabled", budget_tokens: 31_999 } },
    ],
    [
      "sonnet-4-5",
      "opus-5-5",
      { thinking: { type: "enabled", budget_tokens: 31_999 } },
      { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
    ],
    [
      "sonnet-4-5",
      "opus-4-7",
      { thinking: { type: "enabled", budget_tokens: 4096 } },
      { thinking: { type: "adaptive" }, output_config: { effort: "medium" } },
    ],
    [
      "sonnet-4-5",
      "sonnet-5",
      { thinking: { type: "enabled", budget_tokens: 1024, display: "omitted" } },
      { thinking: { type: "adaptive", display: "omitted" }, output_config: { effort: "low" } },
    ],
    [
      "opus-4-5",
      "opus-5",
      { thinking: { type: "enabled", budget_tokens: 2000 }, output_config: { effort: "high" } },
      { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
    ],
    // thinking turned off
    ["opus-5", "sonnet-5-5", { thinking: { type: "disabled" } }, { thinking: { type: "between_tools" } }],
    [
      "opus-4-8",
      "sonnet-5-5",
      { thinking: { type: "disabled" }, output_config: { effort: "max" } },
      { thinking: { type: "between_tools" }, output_config: { effort: "high" } },
    ],
    [
      "opus-4-8",
      "opus-5",
      { thinking: { type: "disabled" }, output_config: { effort: "xhigh" } },
      { thinking: { type: "disabled" }, output_config: { effort: "high" } },
    ],
    ["opus-5", "opus-5-5", { thinking: { type: "disabled" } }, { output_config: { effort: "low" } }],
    [
      "sonnet-5-5",
      "fable-5-1",
      { thinking: { type: "between_tools" }, output_config: { effort: "high", format: null } },
      { output_config: { effort: "low", format: null } },
    ],
    // nobody knows these
    ["opus-5-5", "haiku-4-5", { thinking: { type: "dreaming" } }, { thinking: { type: "dreaming" } }],
    [
      "opus-5-5",
      "opus-4-6",
      { output_config: { effort: "utmost" } },
      { output_config: { effort: "utmost" } },
    ],
    ["opus-5-5", "haiku-4-5", { thinking: null, max_tokens: "many" }, { thinking: null, max_tokens: "many" }],
  ])("%s to %s: %j becomes %j", (from, to, asked, wanted) => {
    const messages = [hi];
    const { body } = adjust({ messages, ...asked }, `claude-${from}`, `claude-${to}`);
    expect(body).toEqual({ messages, ...wanted });
  });

  test("with a budget, thinking is left out where an open tool call did not begin with it", () => {
    const call = { type: "tool_use", id: "t", name: "n", input: {} };
    const thought = { type: "thinking", thinking: "", signature: "s" };
    const context_management = { edits: [{ type: "clear_thinking_20251015", keep: "all" }] };
    const ask = (content: object[], last: object) =>
      adjust(
        {
          thinking: { type: "adaptive" },
          context_management,
          messages: [hi, { role: "assistant", content }, { role: "user", content: [last] }],
        },
        "claude-opus-5-5",
        "claude-haiku-4-5",
      );
    const result = { type: "tool_result", tool_use_id: "t" };
    const text = { type: "text", text: "go on" };
    expect(ask([call], result).body).not.toHaveProperty("thinking");
    expect(ask([call], result).body).not.toHaveProperty("context_management");
    expect(ask([thought, call], result).body.thinking).toEqual({ type: "enabled", budget_tokens: 31_999 });
    expect(ask([call], text).body).toMatchObject({ thinking: { type: "enabled" }, context_management });
  });
});

describe("system messages", () => {
  const fold = (messages: unknown[], to = "claude-opus-4-7") =>
    adjust({ messages }, "claude-opus-5-5", to).body.messages as unknown;

  test("become user messages in their place, marked as what they are", () => {
    const blocks = [
      { type: "text", text: 'a\n"b"', cache_control: { type: "ephemeral" } },
      { type: "text", text: "" },
      { type: "tool_addition", tool: { type: "tool_reference", tool_name: "n" } },
      { type: "text", text: "c" },
    ];
    expect(
      fold([hi, system(blocks, { output_config: { effort: "low" } }), system("d", { clear_at: "never" })]),
    ).toEqual([
      hi,
      {
        role: "user",
        content: [
          {
            type: "text",
            text: '<system-reminder>\na\n"b"\n</system-reminder>',
            cache_control: { type: "ephemeral" },
          },
          { type: "text", text: "<system-reminder>\nc\n</system-reminder>" },
        ],
      },
      { role: "user", content: "<system-reminder>\nd\n</system-reminder>" },
    ]);
  });

  test.each([
    ["empty", system("")],
    ["without blocks", system([])],
    [
      "with tool changes only",
      system([{ type: "tool_removal", tool: { type: "tool_reference", tool_name: "n" } }]),
    ],
    ["with an output_config only", { role: "system", output_config: { effort: "high" } }],
  ])("that are %s go as a whole", (_name, message) => {
    expect(fold([message, hi, message, message, hi, message])).toEqual([hi, hi]);
  });

  test("that were cleared at the next user message stay unseen", () => {
    const once = system("once", { clear_at: "next_user_message" });
    expect(fold([hi, once])).toEqual([
      hi,
      { role: "user", content: "<system-reminder>\nonce\n</system-reminder>" },
    ]);
    expect(fold([hi, once, hi])).toEqual([hi, hi]);
  });

  test("stay where they are accepted, without what is not", () => {
    const message = system("a", { output_config: { effort: "low" } });
    const change = system([
      { type: "text", text: "b" },
      { type: "tool_addition", tool: {} },
    ]);
    expect(fold([hi, message, change], "claude-opus-5")).toEqual([hi, system("a"), change]);
    expect(fold([hi, message, change], "claude-sonnet-5")).toEqual([
      hi,
      system("a"),
      system([{ type: "text", text: "b" }]),
    ]);
    expect(fold([hi, message, change], "claude-haiku-5-5")).toEqual([hi, message, change]);
  });

  test("give the same bytes in the next turn", () => {
    const history = [hi, system("first"), { role: "assistant", content: "yes" }, hi, system("second")];
    const turn = (length: number) =>
      adjust({ messages: history.slice(0, length) }, "claude-opus-5-5", "claude-haiku-4-5").text;
    expect(turn(5)).toStartWith(turn(2).slice(0, -2));
  });
});

describe("other fields", () => {
  test("sampling goes where it is refused, and only the values that are", () => {
    const asked = { messages: [hi], temperature: 0.5, top_p: 0.9, top_k: 3 };
    expect(adjust(asked, "claude-opus-4-5", "claude-opus-5").body).toEqual({ messages: [hi] });
    expect(adjust(asked, "claude-opus-4-5", "claude-opus-4-6").body).toEqual(asked);
    const harmless = { messages: [hi], temperature: 1, top_p: 0.99, top_k: null };
    expect(adjust(harmless, "claude-opus-4-5", "claude-opus-5").body).toEqual(harmless);
  });

  test.each([
    [
      { type: "tool", name: 'a"b', disable_parallel_tool_use: true },
      'Answer with a call of the tool "a\\"b".',
    ],
    [{ type: "any", disable_parallel_tool_use: true }, "Answer with a call of one of the tools."],
  ])("a forced tool %j is asked for in words", (tool_choice, words) => {
    const results = { role: "user", content: [{ type: "tool_result", tool_use_id: "t" }] };
    const ask = (messages: unknown[]) =>
      adjust({ tool_choice, messages }, "claude-opus-4-5", "claude-sonnet-5-5").body;
    const auto = { type: "auto", disable_parallel_tool_use: true };
    expect(ask([hi])).toEqual({ tool_choice: auto, messages: [{ role: "user", content: `hi\n\n${words}` }] });
    expect(ask([hi, results, { role: "assistant", content: "{" }])).toEqual({
      tool_choice: auto,
      messages: [hi, { role: "user", content: [...results.content, { type: "text", text: words }] }],
    });
  });

  test("other tool choices, and forced ones where they are accepted, stay", () => {
    for (const type of ["auto", "none"]) {
      const asked = { tool_choice: { type }, messages: [hi] };
      expect(adjust(asked, "claude-opus-4-5", "claude-opus-5-5").body).toEqual(asked);
    }
    const forced = { tool_choice: { type: "any" }, messages: [hi] };
    expect(adjust(forced, "claude-opus-4-5", "claude-haiku-5-5").body).toEqual(forced);
  });

  test("a prefilled answer goes, a paused turn stays", () => {
    const prefill = { role: "assistant", content: [{ type: "text", text: "{" }] };
    const paused = {
      role: "assistant",
      content: [
        { type: "server_tool_use", id: "s", name: "web_search", input: {} },
        { type: "text", text: "so" },
      ],
    };
    const ask = (...messages: unknown[]) => adjust({ messages }, "claude-opus-4-5", "claude-opus-4-6");
    expect(ask(hi, { role: "assistant", content: "{" }).body).toEqual({ messages: [hi] });
    expect(ask(hi, prefill).adjusted).toEqual(["assistant prefill removed"]);
    expect(ask(hi, paused).body).toEqual({ messages: [hi, paused] });
    expect(ask(prefill).body).toEqual({ messages: [prefill] });
    expect(ask(hi, prefill, hi).body).toEqual({ messages: [hi, prefill, hi] });
  });

  test("compaction goes where it is refused, other context management stays", () => {
    const compact = { type: "compact_20260112" };
    const clear = { type: "clear_tool_uses_20250919" };
    const ask = (edits: object[]) =>
      adjust(
        { messages: [hi], context_management: { edits } },
        "claude-opus-5-5",
        "claude-haiku-4-5",
        "compact-2026-01-12",
      );
    expect(ask([compact, clear]).body).toEqual({ messages: [hi], context_management: { edits: [clear] } });
    expect(ask([clear, compact]).body).toEqual({ messages: [hi], context_management: { edits: [clear] } });
    expect(ask([compact])).toMatchObject({ body: { messages: [hi] }, beta: null });
  });

  test("fast mode goes where there is none", () => {
    const ask = (speed: string, to: string) =>
      adjust({ messages: [hi], speed }, "claude-opus-5-5", to, "a, fast-mode-2026-02-01 ,b");
    expect(ask("fast", "claude-sonnet-5-5")).toMatchObject({ body: { messages: [hi] }, beta: "a,b" });
    expect(ask("standard", "claude-sonnet-5-5").body).toEqual({ messages: [hi], speed: "standard" });
    expect(ask("fast", "claude-opus-5")).toMatchObject({
      body: { speed: "fast" },
      beta: "a, fast-mode-2026-02-01 ,b",
    });
  });

  test("what stands between the changes stays byte for byte", () => {
    const text =
      '{ "max_tokens" :128000 ,"n":1.0e+03,\n "thinking" : { "type":"adaptive" , "x":1 },"output_config":{"effort":"low" , "format": {} },' +
      '"messages" : [ {"role":"user","content":"\\u00e9\\/"} , { "output_config":{}, "role" : "system" , "content":"a" } ] }';
    const wanted =
      '{ "max_tokens" :64000 ,"n":1.0e+03,\n "thinking" : { "type":"enabled" , "x":1,"budget_tokens":31999 },"output_config":{"format": {} },' +
      '"messages" : [ {"role":"user","content":"\\u00e9\\/"} , { "role" : "user" , "content":"<system-reminder>\\na\\n</system-reminder>" } ] }';
    expect(adjustText(text, "claude-opus-5-5", "claude-haiku-4-5").text).toBe(wanted);
  });
});

const models = [
  "haiku-4-5",
  "sonnet-4-5",
  "opus-4-5",
  "opus-4-6",
  "opus-4-7",
  "opus-4-8",
  "sonnet-5",
  "opus-5",
  "fable-5",
  "fable-5-1",
  "fable-5-2",
  "opus-5-5",
  "sonnet-5-5",
  "haiku-5-5",
].map((name) => `claude-${name}`);
const anyBlocks = fc.array(
  fc.constantFrom(
    { type: "text", text: "a" },
    { type: "text", text: "" },
    { type: "thinking", thinking: "", signature: "s" },
    { type: "tool_use", id: "t", name: "n", input: { role: "system" } },
    { type: "tool_result", tool_use_id: "t", content: "c" },
    { type: "tool_addition", tool: {} },
  ),
  { maxLength: 4 },
);
const anyMessage = fc.record(
  {
    role: fc.constantFrom("user", "assistant", "system"),
    content: fc.oneof(fc.constantFrom("", "text"), anyBlocks),
    output_config: fc.constantFrom({}, { effort: "max" }),
    clear_at: fc.constantFrom("never", "next_user_message"),
  },
  { requiredKeys: ["role"] },
);
const anyRequest = fc.record(
  {
    messages: fc.array(anyMessage, { maxLength: 6 }),
    max_tokens: fc.constantFrom(500, 30_000, 128_000),
    thinking: fc.record(
      {
        type: fc.constantFrom("adaptive", "enabled", "disabled", "between_tools"),
        budget_tokens: fc.constantFrom(1024, 20_000, 90_000),
        display: fc.constantFrom("omitted", "updates"),
      },
      { requiredKeys: ["type"] },
    ),
    output_config: fc.record(
      { effort: fc.constantFrom("low", "high", "xhigh", "max"), format: fc.constant({}) },
      { requiredKeys: [] },
    ),
    context_management: fc.record({
      edits: fc.array(fc.record({ type: fc.constantFrom("compact_20260112", "clear_thinking_20251015") })),
    }),
    temperature: fc.constantFrom(0, 1),
    tool_choice: fc.constantFrom({ type: "any" }, { type: "tool", name: "n" }, { type: "auto" }),
    safeguards: fc.constant([]),
    speed: fc.constantFrom("fast", "standard"),
  },
  { requiredKeys: ["messages"] },
);

describe("for any request and any model", () => {
  test("the result is valid JSON, the same however the request was spaced, and accepted as it is", () => {
    fc.assert(
      fc.property(anyRequest, fc.constantFrom(...models), fc.constantFrom(1, "\t"), (request, to, indent) => {
        const { body, text } = adjust(request, "unknown", to);
        expect(adjustText(JSON.stringify(request, null, indent), "unknown", to).body).toEqual(body);
        // A second look finds nothing but what is not the model's business: an answer that asks for words again.
        const again = adjustText(text, "unknown", to);
        expect(again).toMatchObject({ text, adjusted: [] });
      }),
      { numRuns: 300 },
    );
  });
});
