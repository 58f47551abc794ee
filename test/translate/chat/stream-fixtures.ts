// Streams of Chat Completions as OpenAI and compatible servers send them, each with the events that must come of it.
import { type StreamFixture, sseBody } from "../../support/answer-fixtures";

/** One chunk around a delta. */
export function chunk(delta: Record<string, unknown>, finish: string | null = null, more = {}): unknown {
  return {
    id: "chatcmpl-A1",
    object: "chat.completion.chunk",
    model: "gpt-6.1-sol",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  };
}

const call = (fragment: Record<string, unknown>, finish: string | null = null) =>
  chunk({ tool_calls: [fragment] }, finish);
const named = (index: number, id: string, name: string, args = "") =>
  call({ index, id, type: "function", function: { name, arguments: args } });
const more = (index: number, args: string) => call({ index, function: { arguments: args } });
const role = chunk({ role: "assistant", content: "" });
const counts = { prompt_tokens: 30, completion_tokens: 7, total_tokens: 37 };
const usage = (reported: unknown = counts) => ({ id: "chatcmpl-A1", choices: [], usage: reported });
const start = "start msg_A1 120";
const cut = "error api_error: the upstream ended the stream before the answer was complete";

const text: StreamFixture[] = [
  {
    name: "plain text",
    upstream: sseBody(
      role,
      chunk({ content: "Hel" }),
      chunk({ content: "lo" }),
      chunk({}, "stop"),
      usage(),
      "[DONE]",
    ),
    events: [start, "+text", "text Hel", "text lo", "-", "end end_turn 30+0>7"],
    facts: {
      first: "ok",
      stopped: true,
      stopReason: "end_turn",
      upstreamModel: "gpt-6.1-sol",
      messageId: "msg_A1",
    },
  },
  {
    name: "no role at all",
    upstream: sseBody(chunk({ content: "Hi" }), chunk({}, "stop"), "[DONE]"),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "characters of several bytes",
    upstream: sseBody(chunk({ content: "Grüße aus 東京 🗼" }), chunk({}, "stop"), usage(), "[DONE]"),
    events: [start, "+text", "text Grüße aus 東京 🗼", "-", "end end_turn 30+0>7"],
  },
  {
    name: "CRLF, no space behind data, comments, a byte order mark",
    upstream: `\ufeff: OPENROUTER PROCESSING\r\n\r\ndata:${JSON.stringify(chunk({ content: "Hi" }))}\r\n\r\n: ping\r\nid: 7\r\ndata:${JSON.stringify(chunk({}, "stop"))}\r\n\r\ndata:[DONE]\r\n\r\n`,
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "one event in several data lines",
    upstream: `data: {"id":"chatcmpl-A1","choices":[{"index":0,\ndata: "delta":{"content":"Hi"},\ndata: "finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "no blank line behind the last event",
    upstream: `${sseBody(chunk({ content: "Hi" }))}data: ${JSON.stringify(chunk({}, "stop"))}`,
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "empty choices first",
    upstream: sseBody(
      { id: "", choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
      chunk({ content: "Hi" }, "stop"),
      usage(),
      "[DONE]",
    ),
    events: [start, "+text", "text Hi", "-", "end end_turn 30+0>7"],
  },
  {
    name: "content in parts",
    upstream: sseBody(
      chunk({
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "Hm." }] },
          { type: "text", text: "Hi" },
        ],
      }),
      chunk({}, "stop"),
      "[DONE]",
    ),
    events: [start, "+thinking", "think Hm.", "-", "+text", "text Hi", "-", "end end_turn 120+0>2"],
  },
  {
    name: "only white space before a call",
    upstream: sseBody(
      chunk({ content: "\n\n" }),
      named(0, "call_a1", "ls", "{}"),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [start, "+tool_use call_a1 ls", "json {}", "-", "end tool_use 120+0>1"],
  },
  {
    name: "white space before the first word",
    upstream: sseBody(chunk({ content: "\n" }), chunk({ content: " Hi" }), chunk({}, "stop"), "[DONE]"),
    events: [start, "+text", "text \n Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "no content at all",
    upstream: sseBody(role, chunk({}, "stop"), "[DONE]"),
    events: [start, "end end_turn 120+0>0"],
  },
  {
    name: "several choices",
    upstream: sseBody(
      { choices: [{ index: 1, delta: { content: "No" } }] },
      {
        id: "chatcmpl-A1",
        choices: [
          { index: 1, delta: { content: "No" } },
          { index: 0, delta: { content: "Yes" } },
        ],
      },
      chunk({}, "stop"),
      "[DONE]",
    ),
    events: [start, "+text", "text Yes", "-", "end end_turn 120+0>1"],
  },
  {
    name: "the whole message in one chunk",
    upstream: sseBody(
      {
        id: "chatcmpl-A1",
        choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
      },
      "[DONE]",
    ),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "no id",
    upstream: sseBody({ choices: [{ delta: { content: "Hi" }, finish_reason: "stop" }] }, "[DONE]"),
    events: ["start msg_seed 120", "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "chunks after the end",
    upstream: sseBody(chunk({ content: "Hi" }, "stop"), usage(), "[DONE]", chunk({ content: "more" }), {
      error: { message: "late" },
    }),
    events: [start, "+text", "text Hi", "-", "end end_turn 30+0>7"],
  },
  {
    name: "citations without a search",
    upstream: sseBody(
      chunk({ content: "It rains." }),
      chunk({
        annotations: [
          { type: "url_citation", url_citation: { url: "https://w.example/a", title: "Weather" } },
        ],
      }),
      chunk({}, "stop"),
      "[DONE]",
    ),
    events: [
      start,
      "+text",
      "text It rains.",
      "text \n\nSources:\n- Weather: https://w.example/a",
      "-",
      "end end_turn 120+0>13",
    ],
  },
];

const reasoning: StreamFixture[] = ["reasoning_content", "reasoning"].map((field) => ({
  name: `${field} before text`,
  upstream: sseBody(
    chunk({ role: "assistant", [field]: "" }),
    chunk({ [field]: "Let me " }),
    chunk({ [field]: "think.", content: null }),
    chunk({ content: "Hi" }),
    chunk({}, "stop"),
    usage({ ...counts, completion_tokens_details: { reasoning_tokens: 4 } }),
    "[DONE]",
  ),
  events: [
    start,
    "+thinking",
    "think Let me ",
    "think think.",
    "-",
    "+text",
    "text Hi",
    "-",
    "end end_turn 30+0>7",
  ],
  facts: {
    usage: {
      input_tokens: 30,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 4 },
    },
  },
}));

const bothReasonings: StreamFixture[] = [
  {
    name: "the same reasoning under three names",
    upstream: sseBody(
      chunk({
        reasoning: "Hm",
        reasoning_content: "Hm",
        reasoning_details: [{ type: "reasoning.text", text: "Hm" }],
      }),
      chunk({ reasoning_details: [{ type: "reasoning.summary", summary: ", so." }] }),
      chunk({ content: "Hi" }, "stop"),
      "[DONE]",
    ),
    events: [
      start,
      "+thinking",
      "think Hm",
      "think , so.",
      "-",
      "+text",
      "text Hi",
      "-",
      "end end_turn 120+0>3",
    ],
  },
  {
    name: "reasoning between texts",
    upstream: sseBody(
      chunk({ content: "One." }),
      chunk({ reasoning: "Hm." }),
      chunk({ content: "Two." }, "stop"),
      "[DONE]",
    ),
    events: [
      start,
      "+text",
      "text One.",
      "-",
      "+thinking",
      "think Hm.",
      "-",
      "+text",
      "text Two.",
      "-",
      "end end_turn 120+0>3",
    ],
  },
];

const tools: StreamFixture[] = [
  {
    name: "text, then a call",
    upstream: sseBody(
      role,
      chunk({ content: "Let me look." }),
      named(0, "call_abc1", "get_weather"),
      more(0, '{"city":'),
      more(0, '"Zürich"}'),
      chunk({}, "tool_calls"),
      usage(),
      "[DONE]",
    ),
    events: [
      start,
      "+text",
      "text Let me look.",
      "-",
      "+tool_use call_abc1 get_weather",
      'json {"city":',
      'json "Zürich"}',
      "-",
      "end tool_use 30+0>7",
    ],
  },
  {
    name: "a call without arguments",
    upstream: sseBody(named(0, "call_abc1", "ls"), chunk({}, "tool_calls"), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", "json {}", "-", "end tool_use 120+0>0"],
  },
  {
    name: "all arguments in one chunk, and finish_reason stop",
    upstream: sseBody(named(0, "call_abc1", "ls", '{"a":1}'), chunk({}, "stop"), usage(), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", 'json {"a":1}', "-", "end tool_use 30+0>7"],
  },
  {
    name: "arguments as an object",
    upstream: sseBody(
      call({ index: 0, id: "call_abc1", function: { name: "ls", arguments: { a: 1 } } }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [start, "+tool_use call_abc1 ls", 'json {"a":1}', "-", "end tool_use 120+0>0"],
  },
  {
    name: "parallel calls one after the other, the second streams as it comes",
    upstream: sseBody(
      named(0, "call_abc1", "ls"),
      more(0, '{"a"'),
      more(0, ":1}"),
      named(1, "call_abc2", "cat"),
      more(1, '{"b"'),
      more(1, ":2}"),
      chunk({}, "tool_calls"),
      usage(),
      "[DONE]",
    ),
    events: [
      start,
      "+tool_use call_abc1 ls",
      'json {"a"',
      "json :1}",
      "-",
      "+tool_use call_abc2 cat",
      'json {"b"',
      "json :2}",
      "-",
      "end tool_use 30+0>7",
    ],
  },
  {
    name: "interleaved parallel calls: the open block streams, the others follow",
    upstream: sseBody(
      named(0, "call_abc1", "ls"),
      named(1, "call_abc2", "cat"),
      more(0, '{"a"'),
      more(1, '{"b"'),
      more(0, ":1"),
      more(1, ":2"),
      named(2, "call_abc3", "rm", "{}"),
      more(0, "}"),
      more(1, "}"),
      chunk({}, "tool_calls"),
      usage(),
      "[DONE]",
    ),
    events: [
      start,
      "+tool_use call_abc1 ls",
      'json {"a"',
      "json :1",
      "json }",
      "-",
      "+tool_use call_abc2 cat",
      'json {"b":2',
      "json }",
      "-",
      "+tool_use call_abc3 rm",
      "json {}",
      "-",
      "end tool_use 30+0>7",
    ],
  },
  {
    name: "text while a call is open waits for its end",
    upstream: sseBody(
      named(0, "call_abc1", "ls", '{"a"'),
      chunk({ content: "By the way" }),
      more(0, ":1}"),
      chunk({ content: "." }),
      chunk({}, "stop"),
      "[DONE]",
    ),
    events: [
      start,
      "+tool_use call_abc1 ls",
      'json {"a"',
      "json :1}",
      "-",
      "+text",
      "text By the way",
      "text .",
      "-",
      "end tool_use 120+0>5",
    ],
  },
  {
    name: "no index, only ids",
    upstream: sseBody(
      call({ id: "call_abc1", function: { name: "ls", arguments: '{"a"' } }),
      call({ id: "call_abc1", function: { arguments: ":1}" } }),
      call({ id: "call_abc2", function: { name: "cat", arguments: '{"b":2}' } }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [
      start,
      "+tool_use call_abc1 ls",
      'json {"a"',
      "json :1}",
      "-",
      "+tool_use call_abc2 cat",
      'json {"b":2}',
      "-",
      "end tool_use 120+0>4",
    ],
  },
  {
    name: "index always 0, interleaved by id",
    upstream: sseBody(
      named(0, "call_abc1", "ls", '{"a"'),
      named(0, "call_abc2", "cat", '{"b"'),
      call({ index: 0, id: "call_abc1", function: { arguments: ":1}" } }),
      call({ index: 0, id: "call_abc2", function: { arguments: ":2}" } }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [
      start,
      "+tool_use call_abc1 ls",
      'json {"a"',
      "json :1}",
      "-",
      "+tool_use call_abc2 cat",
      'json {"b"',
      "json :2}",
      "-",
      "end tool_use 120+0>4",
    ],
  },
  {
    name: "neither index nor id, whole calls",
    upstream: sseBody(
      call({ function: { name: "ls", arguments: '{"a":1}' } }),
      call({ function: { name: "ls", arguments: '{"a":2}' } }),
      chunk({}, "stop"),
      "[DONE]",
    ),
    events: [
      start,
      "+tool_use toolu_seed_0 ls",
      'json {"a":1}',
      "-",
      "+tool_use toolu_seed_1 ls",
      'json {"a":2}',
      "-",
      "end tool_use 120+0>4",
    ],
  },
  {
    name: "the same id for all calls",
    upstream: sseBody(
      named(0, "functions", "ls", "{}"),
      named(1, "functions", "cat", '{"b":2}'),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [
      start,
      "+tool_use functions ls",
      "json {}",
      "-",
      "+tool_use toolu_seed_1 cat",
      'json {"b":2}',
      "-",
      "end tool_use 120+0>3",
    ],
  },
  {
    name: "ids that count, and ids with other characters",
    upstream: sseBody(
      named(0, "call_0", "ls", "{}"),
      named(1, "functions.cat:1", "cat", "{}"),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [
      start,
      "+tool_use toolu_seed_0 ls",
      "json {}",
      "-",
      "+tool_use functions_cat_1 cat",
      "json {}",
      "-",
      "end tool_use 120+0>1",
    ],
  },
  {
    name: "id and name repeated with each fragment",
    upstream: sseBody(
      named(0, "call_abc1", "ls", '{"a"'),
      named(0, "call_abc1", "ls", ":1}"),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [start, "+tool_use call_abc1 ls", 'json {"a"', "json :1}", "-", "end tool_use 120+0>2"],
  },
  {
    name: "a new id with each fragment",
    upstream: sseBody(
      named(0, "call_abc1", "ls", '{"a"'),
      call({ index: 0, id: "call_abc2", function: { arguments: ":1" } }),
      call({ index: 0, id: "call_abc3", function: { name: "", arguments: "}" } }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [start, "+tool_use call_abc1 ls", 'json {"a"', "json :1", "json }", "-", "end tool_use 120+0>2"],
  },
  {
    name: "the name in pieces",
    upstream: sseBody(
      named(0, "call_abc1", "get_"),
      call({ index: 0, function: { name: "weather" } }),
      more(0, "{}"),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [start, "+tool_use call_abc1 get_weather", "json {}", "-", "end tool_use 120+0>1"],
  },
  {
    name: "name and id late, behind arguments",
    upstream: sseBody(
      more(0, '{"a"'),
      more(0, ":1"),
      named(0, "call_abc1", "ls", "}"),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [start, "+tool_use call_abc1 ls", 'json {"a":1}', "-", "end tool_use 120+0>2"],
  },
  {
    name: "all arguments once more behind their pieces",
    upstream: sseBody(
      named(0, "call_abc1", "ls", '{"a"'),
      more(0, ":1}"),
      more(0, '{"a":1}'),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [start, "+tool_use call_abc1 ls", 'json {"a"', "json :1}", "-", "end tool_use 120+0>4"],
  },
  {
    name: "a call that never gets a name",
    upstream: sseBody(chunk({ content: "Hi" }), more(0, "{}"), chunk({}, "tool_calls"), "[DONE]"),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "finish_reason tool_calls without a call",
    upstream: sseBody(chunk({ content: "Hi" }), chunk({}, "tool_calls"), "[DONE]"),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "legacy function_call",
    upstream: sseBody(
      chunk({ function_call: { name: "ls", arguments: "" } }),
      chunk({ function_call: { arguments: '{"a"' } }),
      chunk({ function_call: { arguments: ":1}" } }),
      chunk({}, "function_call"),
      "[DONE]",
    ),
    events: [start, "+tool_use toolu_seed_0 ls", 'json {"a"', "json :1}", "-", "end tool_use 120+0>2"],
  },
  {
    name: "names go back to the client's own",
    request: { toolNames: { toClient: (name) => (name === "mcp_a1" ? "mcp.server/tool" : name) } },
    upstream: sseBody(named(0, "call_abc1", "mcp_a1", "{}"), chunk({}, "tool_calls"), "[DONE]"),
    events: [start, "+tool_use call_abc1 mcp.server/tool", "json {}", "-", "end tool_use 120+0>1"],
  },
];

const faultyArguments: StreamFixture[] = [
  {
    name: "arguments that lack their end are completed",
    upstream: sseBody(named(0, "call_abc1", "ls", '{"path":"/tm'), chunk({}, "tool_calls"), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", 'json {"path":"/tm', 'json "}', "-", "end tool_use 120+0>3"],
  },
  {
    name: "arguments cut off with the answer stay so, and do not look like a call to run",
    upstream: sseBody(named(0, "call_abc1", "write", '{"path":"/tm'), chunk({}, "length"), "[DONE]"),
    events: [start, "+tool_use call_abc1 write", 'json {"path":"/tm', "-", "end max_tokens 120+0>3"],
  },
  {
    name: "a whole call and finish_reason length",
    upstream: sseBody(named(0, "call_abc1", "ls", '{"a":1}'), chunk({}, "length"), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", 'json {"a":1}', "-", "end tool_use 120+0>2"],
  },
  {
    name: "a call cut off before its arguments",
    upstream: sseBody(named(0, "call_abc1", "ls"), chunk({}, "length"), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", "-", "end max_tokens 120+0>0"],
  },
  {
    name: "fenced arguments",
    upstream: sseBody(
      named(0, "call_abc1", "ls", "```json\n"),
      more(0, '{"a":1}'),
      more(0, "\n```"),
      chunk({}, "stop"),
      "[DONE]",
    ),
    events: [start, "+tool_use call_abc1 ls", 'json {"a":1}', "-", "end tool_use 120+0>5"],
  },
  {
    name: "arguments encoded twice",
    upstream: sseBody(named(0, "call_abc1", "ls", JSON.stringify('{"a":1}')), chunk({}, "stop"), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", 'json {"a":1}', "-", "end tool_use 120+0>3"],
  },
  {
    name: "arguments that are no JSON",
    upstream: sseBody(named(0, "call_abc1", "ls", "rm -rf"), chunk({}, "stop"), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", 'json {"_raw":"rm -rf"}', "-", "end tool_use 120+0>2"],
  },
  {
    name: "arguments broken in the middle pass as they are",
    upstream: sseBody(named(0, "call_abc1", "ls", '{"a":tru,}'), chunk({}, "stop"), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", 'json {"a":tru,}', "-", "end tool_use 120+0>3"],
  },
];

const ends: StreamFixture[] = [
  {
    name: "max_tokens",
    upstream: sseBody(chunk({ content: "Once" }), chunk({}, "length"), usage(), "[DONE]"),
    events: [start, "+text", "text Once", "-", "end max_tokens 30+0>7"],
  },
  {
    name: "content filter",
    upstream: sseBody(chunk({ content: "Once" }), chunk({}, "content_filter"), usage(), "[DONE]"),
    events: [start, "+text", "text Once", "-", "end refusal 30+0>7"],
  },
  {
    name: "a refusal",
    upstream: sseBody(
      chunk({ refusal: "I can" }),
      chunk({ refusal: "not." }),
      chunk({}, "stop"),
      usage(),
      "[DONE]",
    ),
    events: [start, "+text", "text I can", "text not.", "-", "end refusal 30+0>7"],
  },
  {
    name: "an unknown finish_reason",
    upstream: sseBody(chunk({ content: "Hi" }), chunk({}, "eos"), "[DONE]"),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "[DONE] without a finish_reason",
    upstream: sseBody(chunk({ content: "Hi" }), "[DONE]"),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "a finish_reason without [DONE]",
    upstream: sseBody(chunk({ content: "Hi" }), chunk({}, "stop")),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "a connection that breaks behind the finish_reason",
    upstream: sseBody(chunk({ content: "Hi" }), chunk({}, "stop")),
    broken: true,
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "text behind the finish_reason",
    upstream: sseBody(chunk({ content: "Hi" }, "stop"), chunk({ content: "!" }, "stop"), "[DONE]"),
    events: [start, "+text", "text Hi", "text !", "-", "end end_turn 120+0>1"],
  },
];

const usages: StreamFixture[] = [
  {
    name: "usage with cached and written tokens",
    upstream: sseBody(
      chunk({ content: "Hi" }, "stop"),
      usage({
        prompt_tokens: 100,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 64, cache_write_tokens: 20 },
      }),
      "[DONE]",
    ),
    events: [start, "+text", "text Hi", "-", "end end_turn 16+64>5"],
  },
  {
    name: "usage on every chunk: the last one counts",
    upstream: sseBody(
      chunk({ content: "Hi" }, null, { usage: { prompt_tokens: 30, completion_tokens: 1 } }),
      chunk({ content: "!" }, null, { usage: { prompt_tokens: 30, completion_tokens: 2 } }),
      chunk({}, "stop", { usage: { prompt_tokens: 30, completion_tokens: 3 } }),
      "[DONE]",
    ),
    events: [start, "+text", "text Hi", "text !", "-", "end end_turn 30+0>3"],
  },
  {
    name: "more cached tokens than prompt tokens, and nonsense",
    upstream: sseBody(
      chunk({ content: "Hi" }, "stop"),
      usage({
        prompt_tokens: 10,
        completion_tokens: -4,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: "x",
      }),
      "[DONE]",
    ),
    events: [start, "+text", "text Hi", "-", "end end_turn 0+10>1"],
  },
  {
    name: "a server that counts nothing",
    upstream: sseBody(
      chunk({ content: "Hello there" }, "stop"),
      usage({ prompt_tokens: 0, completion_tokens: 0 }),
      "[DONE]",
    ),
    events: [start, "+text", "text Hello there", "-", "end end_turn 120+0>3"],
  },
  {
    name: "an estimate of nothing",
    request: { inputTokensEstimate: 0 },
    upstream: sseBody(chunk({ content: "Hi" }, "stop"), "[DONE]"),
    events: ["start msg_A1 1", "+text", "text Hi", "-", "end end_turn 1+0>1"],
  },
];

const failures: StreamFixture[] = [
  {
    name: "an error first",
    upstream: sseBody({
      error: { message: "Rate limit reached", type: "tokens", code: "rate_limit_exceeded" },
    }),
    events: ["error rate_limit_error: Rate limit reached"],
    facts: { first: "error", stopped: false },
  },
  {
    name: "an error behind the role",
    upstream: sseBody(role, { error: { message: "Provider returned error", code: 502 } }),
    events: ["error api_error: Provider returned error"],
    facts: { first: "error" },
  },
  {
    name: "an error in the middle",
    upstream: sseBody(
      chunk({ content: "Hi" }),
      { error: { message: "The server had an error", type: "server_error" } },
      "[DONE]",
    ),
    events: [start, "+text", "text Hi", "error api_error: The server had an error"],
    facts: { first: "ok", stopped: false },
  },
  {
    name: "an error in a choice",
    upstream: sseBody(chunk({ content: "Hi" }), {
      choices: [{ index: 0, delta: {}, finish_reason: "error", error: { code: 429, message: "Slow down" } }],
    }),
    events: [start, "+text", "text Hi", "error rate_limit_error: Slow down"],
  },
  {
    name: "a finish_reason that says that the answer was broken off",
    upstream: sseBody(chunk({ content: "Hi" }), chunk({}, "insufficient_system_resource"), usage(), "[DONE]"),
    events: [
      start,
      "+text",
      "text Hi",
      "error api_error: the server broke the answer off (insufficient_system_resource)",
    ],
    facts: { stopped: false },
  },
  {
    name: "an error as text",
    upstream: `event: error\ndata: out of memory\n\n`,
    events: ["error api_error: out of memory"],
    facts: { first: "error" },
  },
  {
    name: "an overflow in the stream",
    upstream: sseBody({
      error: {
        message:
          "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        code: "context_length_exceeded",
      },
    }),
    events: ["error invalid_request_error: prompt is too long: 9000 tokens > 8192 maximum"],
  },
  {
    name: "a null error is none",
    upstream: sseBody(chunk({ content: "Hi" }, "stop", { error: null }), "[DONE]"),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
  {
    name: "a cut in the text",
    upstream: sseBody(role, chunk({ content: "Hi" })),
    events: [start, "+text", "text Hi", cut],
    facts: { first: "ok", stopped: false },
  },
  {
    name: "a cut within an event",
    upstream: `${sseBody(chunk({ content: "Hi" }))}data: {"choices":[{"delta":{"content":"lo`,
    events: [start, "+text", "text Hi", cut],
  },
  {
    name: "a connection that breaks in a call",
    upstream: sseBody(named(0, "call_abc1", "ls", '{"a"')),
    broken: true,
    events: [start, "+tool_use call_abc1 ls", 'json {"a"', "error api_error: the connection was closed"],
  },
  {
    name: "nothing at all",
    upstream: ": hello\n\n",
    events: [cut],
    facts: { first: null, stopped: false },
  },
  {
    name: "only [DONE]",
    upstream: sseBody(role, "[DONE]"),
    events: ["error api_error: the upstream ended the stream without an answer"],
    facts: { first: null },
  },
  {
    name: "an event that is no JSON",
    upstream: sseBody(chunk({ content: "Hi" }), '{"choices": [}', chunk({}, "stop")),
    events: [start, "+text", "text Hi", "error api_error: the upstream sent an event that is not valid JSON"],
  },
];

const stops: StreamFixture[] = [
  {
    name: "a stop sequence across chunks",
    request: { stopSequences: ["END", "\n\nHuman:"] },
    upstream: sseBody(
      chunk({ content: "One\n" }),
      chunk({ content: "\nHum" }),
      chunk({ content: "an: two" }),
      chunk({ content: "more" }, "stop"),
      usage(),
    ),
    events: [start, "+text", "text One", "-", 'end stop_sequence "\\n\\nHuman:" 120+0>4'],
    facts: { stoppedEarly: true, stopped: true },
  },
  {
    name: "what only looked like a stop sequence",
    request: { stopSequences: ["END"] },
    upstream: sseBody(chunk({ content: "AN E" }), chunk({ content: "N" }), chunk({}, "stop"), "[DONE]"),
    events: [start, "+text", "text AN ", "text EN", "-", "end end_turn 120+0>2"],
    facts: { stoppedEarly: false },
  },
  {
    name: "a stop sequence at the very start",
    request: { stopSequences: ["END"] },
    upstream: sseBody(chunk({ content: "END of it" })),
    events: [start, 'end stop_sequence "END" 120+0>3'],
  },
  {
    name: "no stop sequences in the arguments of a call",
    request: { stopSequences: ["END"] },
    upstream: sseBody(named(0, "call_abc1", "ls", '{"a":"END"}'), chunk({}, "tool_calls"), "[DONE]"),
    events: [start, "+tool_use call_abc1 ls", 'json {"a":"END"}', "-", "end tool_use 120+0>3"],
  },
  {
    name: "text kept back goes out before a call",
    request: { stopSequences: ["END"] },
    upstream: sseBody(
      chunk({ content: "THE E" }),
      named(0, "call_abc1", "ls", "{}"),
      chunk({}, "tool_calls"),
      "[DONE]",
    ),
    events: [
      start,
      "+text",
      "text THE ",
      "text E",
      "-",
      "+tool_use call_abc1 ls",
      "json {}",
      "-",
      "end tool_use 120+0>2",
    ],
  },
];

export const chatFixtures: StreamFixture[] = [
  ...text,
  ...reasoning,
  ...bothReasonings,
  ...tools,
  ...faultyArguments,
  ...ends,
  ...usages,
  ...failures,
  ...stops,
];
