// Generates Anthropic requests, from tidy to absurd.
import fc from "fast-check";

const names = fc.oneof(
  fc.constantFrom("Read", "Bash", "mcp__server__tool", "constructor", "__proto__", ""),
  fc.string({ minLength: 60, maxLength: 140, unit: fc.constantFrom("a", "_", "-", "Z") }),
  fc.string({ maxLength: 20, unit: "grapheme" }),
);
const ids = fc.oneof(
  fc.constantFrom("toolu_1", "toolu_2", "toolu_3", "call_0", ""),
  fc.string({ minLength: 60, maxLength: 100, unit: fc.constantFrom("a", "_", "9") }),
  fc.string({ maxLength: 8, unit: "binary" }),
);
const texts = fc.oneof(
  fc.constantFrom("", " ", "\n\t", "hello", "Error: no", "ünïcödé 🎉", "half of a pair \ud83d"),
  fc.string({ maxLength: 40, unit: "binary" }),
);
const missing = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 6 });
const cacheControl = fc.option(fc.constant({ type: "ephemeral" }), { nil: undefined });
const pixel = "iVBORw0KGgo=";

const text = fc.record({ type: fc.constant("text"), text: missing(texts), cache_control: cacheControl });
const image = fc.record({
  type: fc.constant("image"),
  source: fc.constantFrom<unknown>(
    { type: "base64", media_type: "image/png", data: pixel },
    { type: "base64", media_type: "image/bmp", data: pixel },
    { type: "base64", media_type: "image/png", data: "" },
    { type: "url", url: "https://example.com/a.png" },
    { type: "url", url: "file:///etc/passwd" },
    { type: "file", file_id: "file_1" },
    null,
  ),
});
const document = fc.record({
  type: fc.constant("document"),
  title: fc.option(texts),
  context: fc.option(texts),
  source: fc.oneof(
    fc.constantFrom<unknown>(
      { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
      { type: "url", url: "https://example.com/a.pdf" },
      { type: "file", file_id: "file_1" },
      undefined,
    ),
    fc.record({ type: fc.constant("text"), media_type: fc.constant("text/plain"), data: texts }),
    fc.record({ type: fc.constant("content"), content: fc.oneof(texts, fc.array(fc.oneof(text, image))) }),
  ),
});
const searchResult = fc.record({
  type: fc.constant("search_result"),
  title: texts,
  source: texts,
  content: fc.array(text, { maxLength: 2 }),
});
const toolReference = fc.record({ type: fc.constant("tool_reference"), tool_name: names });
const thinking = fc.constantFrom<unknown>(
  { type: "thinking", thinking: "hm", signature: "" },
  { type: "redacted_thinking", data: "xx" },
);
const serverBlock = fc.constantFrom<unknown>(
  { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "bun" } },
  {
    type: "web_search_tool_result",
    tool_use_id: "srvtoolu_1",
    content: [{ type: "web_search_result", url: "https://bun.sh", title: "Bun", encrypted_content: "zz" }],
  },
  {
    type: "web_search_tool_result",
    tool_use_id: "x",
    content: { type: "web_search_tool_result_error", error_code: "unavailable" },
  },
  {
    type: "code_execution_tool_result",
    tool_use_id: "x",
    content: { type: "code_execution_result", stdout: "1", stderr: "", return_code: 0, content: [] },
  },
  { type: "mcp_tool_use", id: "m1", name: "echo", server_name: "srv", input: {} },
  { type: "mcp_tool_result", tool_use_id: "m1", is_error: true, content: [{ type: "text", text: "out" }] },
  { type: "compaction", content: "what came before" },
  { type: "compaction", content: null, encrypted_content: "zz" },
  { type: "fallback", from: {}, to: {} },
);
const odd = fc.oneof(
  fc.record({ type: fc.string({ maxLength: 10 }) }),
  fc.constantFrom<unknown>({}, null, 7, "just a string", { type: "hologram", text: "from the future" }, []),
);
const toolUse = fc.record({
  type: fc.constant("tool_use"),
  id: missing(ids),
  name: missing(names),
  input: fc.oneof(
    fc.constantFrom<unknown>({}, { path: "/a" }, null, undefined, "", '{"a":1}', "text", 3),
    fc.object({ maxDepth: 2 }),
  ),
});
const toolResult = fc.record({
  type: fc.constant("tool_result"),
  tool_use_id: missing(ids),
  is_error: missing(fc.boolean()),
  content: missing(
    fc.oneof(
      texts,
      fc.array(fc.oneof(text, image, document, searchResult, toolReference, odd), { maxLength: 3 }),
    ),
  ),
});

const block = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 4, arbitrary: toolUse },
  { weight: 4, arbitrary: toolResult },
  {
    weight: 1,
    arbitrary: fc.oneof(image, document, searchResult, toolReference, thinking, serverBlock, odd),
  },
);
const content = fc.oneof(
  { weight: 5, arbitrary: fc.array(block, { maxLength: 5 }) },
  { weight: 2, arbitrary: texts },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, null, 5, { type: "text", text: "alone" }) },
);
const message = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      role: fc.constantFrom("user", "assistant", "user", "assistant", "system"),
      content,
      output_config: missing(fc.constant({ effort: "high" })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      null,
      {},
      "user",
      { role: "tool", content: "x" },
      { role: 4, content: "y" },
    ),
  },
);

const schema = fc.constantFrom<unknown>(
  undefined,
  null,
  {},
  { type: "object" },
  {
    type: "object",
    properties: { a: { type: "array" }, properties: { type: "string" }, b: { type: "object" } },
  },
  {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {},
    additionalProperties: false,
  },
  { anyOf: [{ type: "object", properties: { a: { type: "string" } }, required: ["a"] }, { type: "object" }] },
  { $ref: "#/$defs/A", $defs: { A: { type: "object", properties: { a: { $ref: "#/$defs/A" } } } } },
  {
    type: ["object", "null"],
    properties: { list: { type: ["array", "null"], items: [{ type: "string" }, { type: "array" }] } },
  },
  { type: "object", properties: { a: { type: "string", required: true } }, enum: [1], not: {} },
  { type: "string" },
);
const tool = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom(undefined, null, "custom"),
      name: missing(names),
      description: missing(texts),
      input_schema: schema,
      strict: missing(fc.boolean()),
      defer_loading: missing(fc.boolean()),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      { type: "bash_20250124", name: "bash" },
      { type: "text_editor_20250728", name: "str_replace_based_edit_tool", max_characters: 9 },
      { type: "memory_20250818", name: "memory" },
      { type: "web_search_20250305", name: "web_search", max_uses: 8, allowed_domains: ["bun.sh"] },
      { type: "web_fetch_20250910", name: "web_fetch" },
      { type: "code_execution_20250825", name: "code_execution" },
      { type: "mcp_toolset", mcp_server_name: "srv" },
      { name: "DeferredToolPlaceholder", defer_loading: true, input_schema: { type: "object" } },
      {},
      null,
    ),
  },
);

export const messages = fc.array(message, { maxLength: 8 });

/** Requests of which every field may be missing or wrong. */
export const requests: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    model: fc.constantFrom("claude-opus-5-5", "claude-sonnet-4-6[1m]"),
    system: fc.oneof(
      texts,
      fc.array(fc.oneof(text, fc.constant({ type: "text", text: "x-anthropic-billing-header: a" }))),
    ),
    messages: fc.oneof(
      { weight: 20, arbitrary: messages },
      { weight: 1, arbitrary: fc.constantFrom<unknown>("hi", null) },
    ),
    max_tokens: fc.constantFrom<unknown>(0, 1, 512, 64_000, 128_000, 200_000, -5, 1.5, "many", null),
    tools: fc.oneof(
      { weight: 9, arbitrary: fc.array(tool, { maxLength: 6 }) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>("tools", null) },
    ),
    tool_choice: fc.oneof(
      fc.constantFrom<unknown>(
        { type: "auto" },
        { type: "any", disable_parallel_tool_use: true },
        { type: "none" },
        "auto",
        null,
      ),
      fc.record({ type: fc.constant("tool"), name: names }),
    ),
    thinking: fc.constantFrom<unknown>(
      { type: "adaptive" },
      { type: "enabled", budget_tokens: 9_000, display: "omitted" },
      { type: "disabled" },
      { type: "between_tools" },
      "much",
    ),
    output_config: fc.constantFrom<unknown>(
      { effort: "max" },
      { effort: "xhigh" },
      { effort: "immense", format: { type: "json_schema", schema: { type: "array", items: {} } } },
      { format: { type: "json_schema", schema: { type: "object", properties: { a: { type: "string" } } } } },
      null,
    ),
    stop_sequences: fc.array(fc.oneof(texts, fc.constant(5)), { maxLength: 6 }),
    temperature: fc.constantFrom<unknown>(0, 0.7, 1, "hot", null),
    top_p: fc.constantFrom<unknown>(0.9, null),
    top_k: fc.constant(40),
    stream: fc.constantFrom<unknown>(true, false, null),
    metadata: fc.constantFrom<unknown>(
      { user_id: '{"session_id":"s"}' },
      { user_id: "me" },
      { user_id: 5 },
      null,
    ),
    service_tier: fc.constantFrom<unknown>("auto", "standard_only", "constructor", null),
  },
  { requiredKeys: [] },
);
