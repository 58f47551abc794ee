// Streams of the Responses API as OpenAI and compatible servers send them, each with the events that must come of it.
import type { StreamFixture } from "../../support/answer-fixtures";

type Fields = Record<string, unknown>;

/** Each event with its `event:` line. */
export function eventBody(...events: Fields[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

const of = (type: string, fields: Fields = {}): Fields => ({ type: `response.${type}`, ...fields });
const response = (fields: Fields = {}) => ({
  id: "resp_A1",
  object: "response",
  model: "gpt-6.1-sol",
  output: [],
  ...fields,
});
const created = of("created", { response: response({ status: "in_progress" }) });
const inProgress = of("in_progress", { response: response({ status: "in_progress" }) });
const counts = { input_tokens: 30, output_tokens: 7, total_tokens: 37 };
const completed = (fields: Fields = {}) =>
  of("completed", { response: response({ status: "completed", usage: counts, ...fields }) });
const added = (output_index: number, item: Fields) => of("output_item.added", { output_index, item });
const done = (output_index: number, item: Fields) => of("output_item.done", { output_index, item });
const delta = (output_index: number, item_id: string, text: string) =>
  of("output_text.delta", { output_index, item_id, content_index: 0, delta: text });
const args = (output_index: number, item_id: string, text: string) =>
  of("function_call_arguments.delta", { output_index, item_id, delta: text });

const message = (id: string, ...texts: string[]) => ({
  id,
  type: "message",
  role: "assistant",
  status: texts.length > 0 ? "completed" : "in_progress",
  content: texts.map((text) => ({ type: "output_text", text, annotations: [] })),
});
const call = (id: string, name: string, input = "", fields: Fields = {}) => ({
  id,
  type: "function_call",
  call_id: id.replace("fc", "call"),
  name,
  arguments: input,
  status: "completed",
  ...fields,
});
const thought = (id: string, ...texts: string[]) => ({
  id,
  type: "reasoning",
  summary: texts.map((text) => ({ type: "summary_text", text })),
  encrypted_content: "gAAAA",
});
const start = "start msg_A1 120";
const cut = "error api_error: the upstream ended the stream before the answer was complete";

const texts: StreamFixture[] = [
  {
    name: "text with all its events",
    upstream: eventBody(
      created,
      inProgress,
      added(0, message("msg_1")),
      of("content_part.added", {
        output_index: 0,
        item_id: "msg_1",
        content_index: 0,
        part: { type: "output_text", text: "" },
      }),
      delta(0, "msg_1", "Grüße "),
      delta(0, "msg_1", "🗼"),
      of("output_text.done", { output_index: 0, item_id: "msg_1", content_index: 0, text: "Grüße 🗼" }),
      of("content_part.done", {
        output_index: 0,
        item_id: "msg_1",
        content_index: 0,
        part: { type: "output_text", text: "Grüße 🗼" },
      }),
      done(0, message("msg_1", "Grüße 🗼")),
      completed({ output: [message("msg_1", "Grüße 🗼")] }),
    ),
    events: [start, "+text", "text Grüße ", "text 🗼", "-", "end end_turn 30+0>7"],
    facts: { first: "ok", stopped: true, upstreamModel: "gpt-6.1-sol", messageId: "msg_A1" },
  },
  {
    name: "text that only the done event carries",
    upstream: eventBody(
      created,
      added(0, message("msg_1")),
      of("output_text.done", { output_index: 0, item_id: "msg_1", content_index: 0, text: "Hello" }),
      done(0, message("msg_1", "Hello")),
      completed(),
    ),
    events: [start, "+text", "text Hello", "-", "end end_turn 30+0>7"],
  },
  {
    name: "text whose end only the item carries",
    upstream: eventBody(created, delta(0, "msg_1", "Hel"), done(0, message("msg_1", "Hello")), completed()),
    events: [start, "+text", "text Hel", "text lo", "-", "end end_turn 30+0>7"],
  },
  {
    name: "everything only in the last event",
    upstream: eventBody(
      completed({
        output: [thought("rs_1", "Hm."), message("msg_1", "Hello"), call("fc_a1", "ls", '{"a":1}')],
      }),
    ),
    events: [
      start,
      "+thinking",
      "think Hm.",
      "-",
      "+text",
      "text Hello",
      "-",
      "+tool_use call_a1 ls",
      'json {"a":1}',
      "-",
      "end tool_use 30+0>7",
    ],
  },
  {
    name: "two parts of one message",
    upstream: eventBody(
      created,
      added(0, message("msg_1")),
      delta(0, "msg_1", "One."),
      of("output_text.done", { output_index: 0, item_id: "msg_1", content_index: 0, text: "One." }),
      of("output_text.delta", { output_index: 0, item_id: "msg_1", content_index: 1, delta: "Two." }),
      done(0, message("msg_1", "One.", "Two.")),
      completed(),
    ),
    events: [start, "+text", "text One.", "-", "+text", "text Two.", "-", "end end_turn 30+0>7"],
  },
  {
    name: "item ids that change from event to event",
    upstream: eventBody(
      created,
      added(0, message("a")),
      delta(0, "b", "Hel"),
      delta(0, "c", "lo"),
      done(0, message("d", "Hello")),
      completed({ output: [message("e", "Hello")] }),
    ),
    events: [start, "+text", "text Hel", "text lo", "-", "end end_turn 30+0>7"],
  },
  {
    name: "output_index always 0",
    upstream: eventBody(
      created,
      added(0, message("msg_1")),
      delta(0, "msg_1", "Hi"),
      done(0, message("msg_1", "Hi")),
      added(0, call("fc_a1", "ls")),
      args(0, "fc_a1", "{}"),
      done(0, call("fc_a1", "ls", "{}")),
      completed({ output: [message("msg_1", "Hi"), call("fc_a1", "ls", "{}")] }),
    ),
    events: [start, "+text", "text Hi", "-", "+tool_use call_a1 ls", "json {}", "-", "end tool_use 30+0>7"],
  },
  {
    name: "no event lines, no output_index, and [DONE] behind it",
    upstream: `${[
      created,
      of("output_text.delta", { item_id: "msg_1", delta: "Hi" }),
      completed({ output: [message("msg_1", "Hi")] }),
    ]
      .map((event) => `data:${JSON.stringify(event)}\r\n\r\n`)
      .join("")}data: [DONE]\r\n\r\n`,
    events: [start, "+text", "text Hi", "-", "end end_turn 30+0>7"],
  },
  {
    name: "items and events of other kinds",
    upstream: eventBody(
      created,
      added(0, { id: "ig_1", type: "image_generation_call" }),
      of("image_generation_call.partial_image", { output_index: 0, partial_image_b64: "AAAA" }),
      done(0, { id: "ig_1", type: "image_generation_call" }),
      { type: "keepalive", sequence_number: 3 },
      delta(1, "msg_1", "Hi"),
      completed(),
    ),
    events: [start, "+text", "text Hi", "-", "end end_turn 30+0>7"],
  },
  {
    name: "a stop sequence",
    request: { stopSequences: ["END"] },
    upstream: eventBody(
      created,
      delta(0, "msg_1", "One E"),
      delta(0, "msg_1", "ND two"),
      delta(0, "msg_1", "more"),
    ),
    events: [start, "+text", "text One ", "-", 'end stop_sequence "END" 120+0>3'],
    facts: { stoppedEarly: true },
  },
];

const reasoning: StreamFixture[] = [
  {
    name: "reasoning summaries in parts",
    upstream: eventBody(
      created,
      added(0, thought("rs_1")),
      of("reasoning_summary_part.added", { output_index: 0, item_id: "rs_1", summary_index: 0 }),
      of("reasoning_summary_text.delta", {
        output_index: 0,
        item_id: "rs_1",
        summary_index: 0,
        delta: "First",
      }),
      of("reasoning_summary_text.done", {
        output_index: 0,
        item_id: "rs_1",
        summary_index: 0,
        text: "First.",
      }),
      of("reasoning_summary_text.delta", {
        output_index: 0,
        item_id: "rs_1",
        summary_index: 1,
        delta: "Second.",
      }),
      done(0, thought("rs_1", "First.", "Second.", "Third.")),
      added(1, message("msg_1")),
      delta(1, "msg_1", "Hi"),
      done(1, message("msg_1", "Hi")),
      completed({ usage: { ...counts, output_tokens_details: { reasoning_tokens: 5 } } }),
    ),
    events: [
      start,
      "+thinking",
      "think First",
      "think .",
      "think \n\nSecond.",
      "think \n\nThird.",
      "-",
      "+text",
      "text Hi",
      "-",
      "end end_turn 30+0>7",
    ],
  },
  {
    name: "reasoning without a summary",
    upstream: eventBody(
      created,
      added(0, thought("rs_1")),
      done(0, thought("rs_1")),
      delta(1, "msg_1", "Hi"),
      completed(),
    ),
    events: [start, "+text", "text Hi", "-", "end end_turn 30+0>7"],
  },
  {
    name: "the reasoning itself, and a summary of it at the end",
    upstream: eventBody(
      created,
      of("reasoning_text.delta", { output_index: 0, item_id: "rs_1", content_index: 0, delta: "Hm, " }),
      of("reasoning_text.delta", { output_index: 0, item_id: "rs_1", content_index: 0, delta: "so." }),
      done(0, {
        ...thought("rs_1", "Thought about it."),
        content: [{ type: "reasoning_text", text: "Hm, so." }],
      }),
      completed(),
    ),
    events: [start, "+thinking", "think Hm, ", "think so.", "-", "end end_turn 30+0>7"],
  },
];

const calls: StreamFixture[] = [
  {
    name: "text and a call",
    upstream: eventBody(
      created,
      added(0, message("msg_1")),
      delta(0, "msg_1", "Let me look."),
      done(0, message("msg_1", "Let me look.")),
      added(1, call("fc_a1", "get_weather", "", { status: "in_progress" })),
      args(1, "fc_a1", '{"city":'),
      args(1, "fc_a1", '"Zürich"}'),
      of("function_call_arguments.done", {
        output_index: 1,
        item_id: "fc_a1",
        arguments: '{"city":"Zürich"}',
      }),
      done(1, call("fc_a1", "get_weather", '{"city":"Zürich"}')),
      completed({
        output: [message("msg_1", "Let me look."), call("fc_a1", "get_weather", '{"city":"Zürich"}')],
      }),
    ),
    events: [
      start,
      "+text",
      "text Let me look.",
      "-",
      "+tool_use call_a1 get_weather",
      'json {"city":',
      'json "Zürich"}',
      "-",
      "end tool_use 30+0>7",
    ],
  },
  {
    name: "arguments only in the done event",
    upstream: eventBody(
      created,
      added(0, call("fc_a1", "ls")),
      of("function_call_arguments.done", { output_index: 0, item_id: "fc_a1", arguments: '{"a":1}' }),
      done(0, call("fc_a1", "ls", '{"a":1}')),
      completed(),
    ),
    events: [start, "+tool_use call_a1 ls", 'json {"a":1}', "-", "end tool_use 30+0>7"],
  },
  {
    name: "a call without arguments",
    upstream: eventBody(created, added(0, call("fc_a1", "ls")), done(0, call("fc_a1", "ls")), completed()),
    events: [start, "+tool_use call_a1 ls", "json {}", "-", "end tool_use 30+0>7"],
  },
  {
    name: "name and call_id only in the finished item",
    upstream: eventBody(
      created,
      args(0, "fc_a1", '{"a"'),
      args(0, "fc_a1", ":1}"),
      done(0, call("fc_a1", "ls", '{"a":1}')),
      completed(),
    ),
    events: [start, "+tool_use call_a1 ls", 'json {"a":1}', "-", "end tool_use 30+0>7"],
  },
  {
    name: "interleaved calls",
    upstream: eventBody(
      created,
      added(0, call("fc_a1", "ls")),
      added(1, call("fc_a2", "cat")),
      args(0, "fc_a1", '{"a"'),
      args(1, "fc_a2", '{"b"'),
      args(0, "fc_a1", ":1}"),
      done(0, call("fc_a1", "ls", '{"a":1}')),
      args(1, "fc_a2", ":2}"),
      done(1, call("fc_a2", "cat", '{"b":2}')),
      completed(),
    ),
    events: [
      start,
      "+tool_use call_a1 ls",
      'json {"a"',
      "json :1}",
      "-",
      "+tool_use call_a2 cat",
      'json {"b"',
      "json :2}",
      "-",
      "end tool_use 30+0>7",
    ],
  },
  {
    name: "a call cut off by max_output_tokens",
    upstream: eventBody(
      created,
      added(0, call("fc_a1", "write")),
      args(0, "fc_a1", '{"path":"/tm'),
      done(0, call("fc_a1", "write", '{"path":"/tm', { status: "incomplete" })),
      of("incomplete", {
        response: response({
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
          usage: counts,
        }),
      }),
    ),
    events: [start, "+tool_use call_a1 write", 'json {"path":"/tm', "-", "end max_tokens 30+0>7"],
  },
  {
    name: "arguments that lack their end are completed",
    upstream: eventBody(
      created,
      added(0, call("fc_a1", "ls")),
      args(0, "fc_a1", '{"a":[1'),
      done(0, call("fc_a1", "ls", '{"a":[1')),
      completed(),
    ),
    events: [start, "+tool_use call_a1 ls", 'json {"a":[1', "json ]}", "-", "end tool_use 30+0>7"],
  },
];

const search = (id: string, fields: Fields = {}) => ({
  id,
  type: "web_search_call",
  status: "completed",
  action: { type: "search", query: "weather zürich" },
  ...fields,
});
const citation = (url: string, title: string) => ({
  type: "url_citation",
  url,
  title,
  start_index: 0,
  end_index: 2,
});

const searches: StreamFixture[] = [
  {
    name: "a search that tells its pages",
    upstream: eventBody(
      created,
      added(0, search("ws_1", { status: "in_progress" })),
      done(
        0,
        search("ws_1", {
          action: { type: "search", query: "weather", sources: [{ type: "url", url: "https://w.example" }] },
        }),
      ),
      delta(1, "msg_1", "Rain."),
      completed(),
    ),
    events: [
      start,
      "+server_tool_use srvtoolu_seed_0 web_search",
      'json {"query":"weather"}',
      "-",
      "+web_search_tool_result srvtoolu_seed_0 https://w.example=https://w.example",
      "-",
      "+text",
      "text Rain.",
      "-",
      "end end_turn 30+0>7",
    ],
  },
  {
    name: "a search whose pages only the citations tell",
    upstream: eventBody(
      created,
      done(0, search("ws_1")),
      delta(1, "msg_1", "Rain."),
      of("output_text.annotation.added", {
        output_index: 1,
        item_id: "msg_1",
        annotation: citation("https://w.example", "Weather"),
      }),
      done(1, {
        ...message("msg_1"),
        content: [
          { type: "output_text", text: "Rain.", annotations: [citation("https://w.example", "Weather")] },
        ],
      }),
      completed(),
    ),
    events: [
      start,
      "+text",
      "text Rain.",
      "-",
      "+server_tool_use srvtoolu_seed_0 web_search",
      'json {"query":"weather zürich"}',
      "-",
      "+web_search_tool_result srvtoolu_seed_0 Weather=https://w.example",
      "-",
      "end end_turn 30+0>7",
    ],
    facts: {
      usage: {
        input_tokens: 30,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 7,
        server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
      },
    },
  },
  {
    name: "searches that failed, opened pages or found nothing leave no trace",
    upstream: eventBody(
      created,
      done(0, search("ws_1", { status: "failed" })),
      done(1, search("ws_2", { action: { type: "open_page", url: "https://w.example" } })),
      done(2, search("ws_3")),
      delta(3, "msg_1", "Rain."),
      completed(),
    ),
    events: ["start msg_A1 120", "+text", "text Rain.", "-", "end end_turn 30+0>7"],
  },
  {
    name: "citations without a search",
    upstream: eventBody(
      created,
      done(0, {
        ...message("msg_1"),
        content: [{ type: "output_text", text: "Rain.", annotations: [citation("https://w.example", "W")] }],
      }),
      completed(),
    ),
    events: [
      start,
      "+text",
      "text Rain.",
      "-",
      "+text",
      "text \n\nSources:\n- W: https://w.example",
      "-",
      "end end_turn 30+0>7",
    ],
  },
];

const ends: StreamFixture[] = [
  {
    name: "incomplete: max_output_tokens",
    upstream: eventBody(
      created,
      delta(0, "msg_1", "Once"),
      of("incomplete", {
        response: response({
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
          usage: counts,
        }),
      }),
    ),
    events: [start, "+text", "text Once", "-", "end max_tokens 30+0>7"],
  },
  {
    name: "incomplete: content_filter",
    upstream: eventBody(
      created,
      delta(0, "msg_1", "Once"),
      of("incomplete", {
        response: response({
          status: "incomplete",
          incomplete_details: { reason: "content_filter" },
          usage: counts,
        }),
      }),
    ),
    events: [start, "+text", "text Once", "-", "end refusal 30+0>7"],
  },
  {
    name: "a refusal",
    upstream: eventBody(
      created,
      added(0, message("msg_1")),
      of("refusal.delta", { output_index: 0, item_id: "msg_1", content_index: 0, delta: "I can" }),
      of("refusal.done", { output_index: 0, item_id: "msg_1", content_index: 0, refusal: "I can not." }),
      done(0, { ...message("msg_1"), content: [{ type: "refusal", refusal: "I can not." }] }),
      completed(),
    ),
    events: [start, "+text", "text I can", "text  not.", "-", "end refusal 30+0>7"],
  },
  {
    name: "cached tokens",
    upstream: eventBody(
      delta(0, "m", "Hi"),
      completed({
        usage: { input_tokens: 100, output_tokens: 3, input_tokens_details: { cached_tokens: 64 } },
      }),
    ),
    events: ["start msg_seed 120", "+text", "text Hi", "-", "end end_turn 36+64>3"],
  },
  {
    name: "no usage",
    upstream: eventBody(created, delta(0, "m", "Hi"), completed({ usage: null })),
    events: [start, "+text", "text Hi", "-", "end end_turn 120+0>1"],
  },
];

const failures: StreamFixture[] = [
  {
    name: "failed behind created",
    upstream: eventBody(
      created,
      inProgress,
      of("failed", {
        response: response({
          status: "failed",
          error: { code: "rate_limit_exceeded", message: "Slow down" },
        }),
      }),
    ),
    events: ["error rate_limit_error: Slow down"],
    facts: { first: "error", stopped: false },
  },
  {
    name: "failed in the middle",
    upstream: eventBody(
      created,
      delta(0, "m", "Hi"),
      of("failed", {
        response: response({ status: "failed", error: { code: "server_error", message: "Oh no" } }),
      }),
    ),
    events: [start, "+text", "text Hi", "error api_error: Oh no"],
  },
  {
    name: "failed without a reason",
    upstream: eventBody(created, of("failed", { response: response({ status: "failed", error: null }) })),
    events: ["error api_error: the response was failed"],
  },
  {
    name: "an error event",
    upstream: eventBody(created, {
      type: "error",
      code: "context_length_exceeded",
      message: "Your input exceeds the context window of this model.",
      param: "input",
    }),
    events: [
      "error invalid_request_error: prompt is too long: the input exceeds the context window of the model",
    ],
    facts: { first: "error" },
  },
  {
    name: "a nested error event",
    upstream: eventBody({
      type: "error",
      error: {
        type: "usage_limit_reached",
        message: "The usage limit has been reached",
        resets_in_seconds: 100,
      },
    }),
    events: ["error rate_limit_error: The usage limit has been reached"],
  },
  {
    name: "a detail in place of events",
    upstream: `data: {"detail":"Unsupported parameter: max_output_tokens"}\n\n`,
    events: ["error api_error: Unsupported parameter: max_output_tokens"],
  },
  {
    name: "no completed event",
    upstream: eventBody(created, delta(0, "m", "Hi"), done(0, message("m", "Hi"))),
    events: [start, "+text", "text Hi", "-", cut],
  },
  {
    name: "[DONE] in place of a completed event",
    upstream: `${eventBody(created, delta(0, "m", "Hi"))}data: [DONE]\n\n`,
    events: [start, "+text", "text Hi", cut],
  },
  {
    name: "nothing but created",
    upstream: eventBody(created, inProgress),
    events: [cut],
    facts: { first: null },
  },
];

export const responsesFixtures: StreamFixture[] = [
  ...texts,
  ...reasoning,
  ...calls,
  ...searches,
  ...ends,
  ...failures,
];
