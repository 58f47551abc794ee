// The event writer: no sequence of calls makes an illegal stream.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AnswerBlock } from "../../src/translate/anthropic";
import { EventWriter } from "../../src/translate/event-writer";
import { formatEvent, type StreamEvent } from "../../src/translate/stream-event";
import { parseStrictEvents, readEnd, validateEvents } from "../support/anthropic-stream-validator";

const head = { id: "msg_1", model: "claude-opus-4-6", inputTokens: 12.4 };
const usage = {
  input_tokens: 3,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 2,
};
const end = { stopReason: "end_turn", stopSequence: null, usage } as const;
const failure = { type: "error", error: { type: "api_error", message: "broken" } } as const;
const text: AnswerBlock = { type: "text", text: "" };

function record(): { writer: EventWriter; events: StreamEvent[] } {
  const events: StreamEvent[] = [];
  return { writer: new EventWriter((event) => events.push(event)), events };
}

test("writes a message in the documented order, closing blocks by itself", () => {
  const { writer, events } = record();
  writer.start(head);
  writer.open({ type: "thinking", thinking: "", signature: "" });
  writer.append("Hm.");
  writer.open(text);
  writer.ping();
  writer.append("Hi");
  writer.open({ type: "tool_use", id: "toolu_1", name: "ls", input: {} });
  writer.append("{}");
  writer.finish(end);
  expect(events.map(formatEvent).join("")).toBe(
    [
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-4-6","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}',
      'event: ping\ndata: {"type":"ping"}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":1}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"ls","input":{}}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":2}',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":2}}',
      'event: message_stop\ndata: {"type":"message_stop"}',
      "",
    ].join("\n\n"),
  );
  validateEvents(parseStrictEvents(events.map(formatEvent).join("")));
});

test("a prompt never counts 0 tokens", () => {
  const { writer, events } = record();
  writer.start({ ...head, inputTokens: 0 });
  expect(events[0]).toMatchObject({ message: { usage: { input_tokens: 1 } } });
});

describe("calls at a wrong time throw and write nothing", () => {
  const whole: AnswerBlock = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };
  const cases: [string, (writer: EventWriter) => void, (writer: EventWriter) => void][] = [
    ["a second start", (writer) => writer.start(head), (writer) => writer.start(head)],
    ["a block before the start", () => undefined, (writer) => writer.open(text)],
    ["an end before the start", () => undefined, (writer) => writer.finish(end)],
    ["a delta without a block", (writer) => writer.start(head), (writer) => writer.append("x")],
    [
      "a delta for a block that has none",
      (writer) => {
        writer.start(head);
        writer.open(whole);
      },
      (writer) => writer.append("x"),
    ],
    [
      "a delta for a closed block",
      (writer) => {
        writer.start(head);
        writer.open(text);
        writer.close();
      },
      (writer) => writer.append("x"),
    ],
    [
      "anything behind the end",
      (writer) => {
        writer.start(head);
        writer.finish(end);
      },
      (writer) => writer.open(text),
    ],
    ["a start behind an error", (writer) => writer.fail(failure), (writer) => writer.start(head)],
    ["a second error", (writer) => writer.fail(failure), (writer) => writer.fail(failure)],
  ];
  test.each(cases)("%s", (_name, before, wrong) => {
    const { writer, events } = record();
    before(writer);
    const written = events.length;
    expect(() => wrong(writer)).toThrow();
    expect(events).toHaveLength(written);
  });
});

test("whatever is called, what was written is the beginning of a legal stream", () => {
  const calls: ((writer: EventWriter) => void)[] = [
    (writer) => writer.start(head),
    (writer) => writer.open(text),
    (writer) => writer.open({ type: "thinking", thinking: "", signature: "" }),
    (writer) => writer.append("x"),
    (writer) => writer.close(),
    (writer) => writer.ping(),
    (writer) => writer.finish(end),
    (writer) => writer.fail(failure),
  ];
  const legal = (order: number[]) => {
    const { writer, events } = record();
    for (const index of order) {
      try {
        calls[index]?.(writer);
      } catch {
        // A wrong call: it must not have written anything.
      }
    }
    if (!writer.started && !writer.over) writer.start(head);
    if (!writer.over) writer.finish(end);
    readEnd(parseStrictEvents(events.map(formatEvent).join("")));
  };
  fc.assert(fc.property(fc.array(fc.nat(calls.length - 1), { maxLength: 25 }), legal), { numRuns: 1000 });
});
