// Streams of all kinds, well and ill formed: what comes out is always a legal Anthropic stream, or ends with one error.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { CreateStream } from "../../src/translate/answer-stream";
import { createChatStream } from "../../src/translate/chat/stream";
import { MessageFold } from "../../src/translate/collect-message";
import { createResponsesStream } from "../../src/translate/responses/stream";
import {
  checkLegal,
  cutAt,
  describeEvents,
  type StreamFixture,
  toBytes,
  translate,
} from "../support/answer-fixtures";

const runs = { numRuns: 300 };
const words = fc.oneof(
  fc.constantFrom("", " ", "Hello", "東京 🗼", "END", "E", "ND", "\n\n"),
  fc.string({ maxLength: 8 }),
);
const json = fc.oneof(
  fc.constantFrom("", "{", "}", "{}", '{"a"', ':"b"', ":1}", "```json\n", "null", '"x"'),
  words,
);
const junk = fc.jsonValue({ maxDepth: 2 });
const id = fc.constantFrom("call_a1", "call_a2", "call_0", "", "functions.ls:0");
const name = fc.constantFrom("ls", "cat", "l", "");
const index = fc.constantFrom(0, 0, 1, 2);
const orJunk = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: junk });
const maybe = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });

const fragment = maybe({
  index: orJunk(index),
  id: orJunk(id),
  function: orJunk(maybe({ name: orJunk(name), arguments: orJunk(json) })),
});
const delta = maybe({
  role: fc.constant("assistant"),
  content: orJunk(words),
  reasoning_content: orJunk(words),
  refusal: orJunk(fc.constantFrom(null, "", "No.")),
  tool_calls: orJunk(fc.array(orJunk(fragment), { maxLength: 3 })),
  function_call: orJunk(maybe({ name, arguments: json })),
});
const finishReason = fc.constantFrom(
  null,
  null,
  null,
  "stop",
  "length",
  "tool_calls",
  "content_filter",
  "error",
);
const chatChunk = maybe({
  id: orJunk(fc.constant("chatcmpl-A1")),
  choices: orJunk(
    fc.array(
      orJunk(
        maybe({ index: fc.constantFrom(0, 0, 1), delta: orJunk(delta), finish_reason: orJunk(finishReason) }),
      ),
      { maxLength: 2 },
    ),
  ),
  usage: orJunk(fc.constantFrom(null, { prompt_tokens: 3, completion_tokens: 4 }, { prompt_tokens: -3 })),
});

const item = maybe({
  id: orJunk(id),
  type: orJunk(fc.constantFrom("message", "reasoning", "function_call", "web_search_call", "other")),
  call_id: orJunk(id),
  name: orJunk(name),
  arguments: orJunk(json),
  status: orJunk(fc.constantFrom("completed", "incomplete", "failed")),
  content: orJunk(
    fc.array(maybe({ type: fc.constantFrom("output_text", "refusal"), text: words, refusal: words }), {
      maxLength: 2,
    }),
  ),
  summary: orJunk(fc.array(maybe({ text: words }), { maxLength: 2 })),
  action: orJunk(
    fc.record({
      type: fc.constant("search"),
      query: words,
      sources: fc.constantFrom([], [{ url: "https://w.example" }]),
    }),
  ),
});
const endType = fc.constantFrom("response.completed", "response.incomplete", "response.failed", "error");
const eventType = fc.constantFrom(
  "response.created",
  "response.output_item.added",
  "response.output_item.added",
  "response.output_item.done",
  "response.output_text.delta",
  "response.output_text.done",
  "response.refusal.delta",
  "response.reasoning_summary_text.delta",
  "response.reasoning_text.delta",
  "response.function_call_arguments.delta",
  "response.function_call_arguments.delta",
  "response.function_call_arguments.done",
);
const responsesEvent = maybe({
  type: fc.oneof(
    { weight: 20, arbitrary: eventType },
    { weight: 1, arbitrary: endType },
    { weight: 1, arbitrary: junk },
  ),
  output_index: orJunk(index),
  item_id: orJunk(id),
  content_index: orJunk(index),
  summary_index: orJunk(index),
  delta: orJunk(json),
  text: orJunk(words),
  arguments: orJunk(json),
  item: orJunk(item),
  response: orJunk(
    maybe({
      status: fc.constantFrom("completed", "incomplete", "in_progress"),
      output: orJunk(fc.array(item, { maxLength: 2 })),
      usage: junk,
    }),
  ),
});

const noise = fc.constantFrom(
  ": ping\n\n",
  "data:\n\n",
  "event: error\n\n",
  "data: [DONE]\n\n",
  "data: [1]\n\n",
  "data: {\n\n",
  "\r\n",
);
const lineEnd = fc.constantFrom("\n", "\r\n");
const body = (event: fc.Arbitrary<unknown>) =>
  fc
    .array(
      fc.oneof(
        {
          weight: 30,
          arbitrary: fc
            .tuple(event, lineEnd)
            .map(([value, end]) => `data: ${JSON.stringify(value)}${end}${end}`),
        },
        { weight: 1, arbitrary: noise },
      ),
      { maxLength: 14 },
    )
    .map((events) => events.join(""));

const dialects: [string, CreateStream, fc.Arbitrary<string>][] = [
  ["chat", createChatStream, body(chatChunk)],
  ["responses", createResponsesStream, body(responsesEvent)],
];

describe.each(dialects)("%s", (_name, create, upstreamBody) => {
  const fixture = fc.record({
    upstream: upstreamBody,
    broken: fc.boolean(),
    request: fc.record({ stopSequences: fc.constantFrom<readonly string[]>([], [], ["END"], ["D", "ll"]) }),
  });
  const asFixture = (generated: {
    upstream: string;
    broken: boolean;
    request: { stopSequences: readonly string[] };
  }): StreamFixture => ({
    name: "generated",
    events: [],
    ...generated,
  });

  test("is always legal, and has no block of white space only", () => {
    const legal = (generated: Parameters<typeof asFixture>[0]) => {
      const translated = translate(create, asFixture(generated), [toBytes(generated.upstream)]);
      checkLegal(translated);
      const fold = new MessageFold();
      for (const event of translated.events) fold.add(event);
      if (!translated.facts.stopped) return;
      for (const block of fold.message?.content ?? []) {
        if (block.type === "text") expect(block.text.trim()).not.toBe("");
        if (block.type === "text") {
          for (const sequence of generated.request.stopSequences) expect(block.text).not.toContain(sequence);
        }
      }
    };
    fc.assert(fc.property(fixture, legal), { numRuns: 1000 });
  });

  test("does not depend on the cuts", () => {
    const same = (generated: Parameters<typeof asFixture>[0], cuts: number[]) => {
      const bytes = toBytes(generated.upstream);
      const positions = cuts.map((cut) => cut % (bytes.length + 1));
      const run = (chunks: Uint8Array[]) =>
        describeEvents(translate(create, asFixture(generated), chunks).events);
      expect(run(cutAt(bytes, positions))).toEqual(run([bytes]));
    };
    fc.assert(fc.property(fixture, fc.array(fc.nat(5000), { maxLength: 20 }), same), runs);
  });

  test("bytes of any kind are no answer, and break nothing", () => {
    const harmless = (bytes: Uint8Array) => {
      const { events, facts } = translate(create, { name: "bytes", upstream: "", events: [] }, [bytes]);
      expect(facts.stopped).toBe(false);
      expect(events.map(({ type }) => type)).toEqual(["error"]);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), harmless), runs);
  });
});

/** As JSON brings it: without -0. */
const jsonObject = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((value): Record<string, unknown> => JSON.parse(JSON.stringify(value)));

test("parallel calls, however their pieces are mixed, come back whole and in order", () => {
  const call = fc.record({
    name: fc.constantFrom("ls", "cat"),
    input: jsonObject,
  });
  const mixed = (calls: { name: string; input: Record<string, unknown> }[], order: number[]) => {
    const pieces = calls.map(({ input }) => JSON.stringify(input).match(/.{1,5}/gs) ?? []);
    const heads = calls.map(({ name: tool }, at) => ({
      index: at,
      id: `call_x${at}`,
      function: { name: tool, arguments: "" },
    }));
    const turns = [
      ...order.map((turn) => turn % calls.length),
      ...pieces.flatMap((list, at) => list.map(() => at)),
    ];
    const rest = turns.flatMap((at) => {
      const piece = pieces[at]?.shift();
      return piece === undefined ? [] : [{ index: at, function: { arguments: piece } }];
    });
    const fragments = [...heads, ...rest].map((entry) => ({ choices: [{ delta: { tool_calls: [entry] } }] }));
    const events = [...fragments, { choices: [{ delta: {}, finish_reason: "tool_calls" }] }];
    const upstream = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    const fold = new MessageFold();
    const translated = translate(createChatStream, { name: "calls", upstream, events: [] }, [
      toBytes(upstream),
    ]);
    checkLegal(translated);
    for (const event of translated.events) fold.add(event);
    expect(fold.message?.content).toEqual(
      calls.map(({ name: tool, input }, at) => ({ type: "tool_use", id: `call_x${at}`, name: tool, input })),
    );
  };
  const some = fc.array(call, { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(some, fc.array(fc.nat(20), { maxLength: 60 }), mixed), runs);
});
