import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { StreamTap } from "../../src/proxy/stream-tap";
import { noUsage } from "../../src/proxy/usage";
import { messageEvents, sseEvent } from "../support/anthropic-answers";

const started = messageEvents({ id: "msg_7", model: "claude-opus-5-5" })[0] ?? "";
const ping = sseEvent("ping");
const overloaded = { type: "overloaded_error", message: "Überlastet 🙂" };
const error = sseEvent("error", { error: overloaded });

const answer = messageEvents({
  id: "msg_7",
  model: "claude-opus-5-5",
  blocks: [
    { type: "thinking", thinking: "message_stop error 思考", signature: "EqQB" },
    { type: "text", text: "Grüße 🙂 event: error\ndata: {}\n\nmessage_delta and error" },
    { type: "tool_use", id: "toolu_1", name: "t", input: { a: [1, 2], text: "event: message_stop" } },
  ],
  stopReason: "tool_use",
  usage: { input_tokens: 3, cache_read_input_tokens: 40, cache_creation_input_tokens: 5, output_tokens: 600 },
});
const whole = answer.join("");

const wholeFacts = {
  first: "ok",
  errorData: null,
  usage: { ...noUsage(), inputTokens: 3, outputTokens: 600, cacheReadTokens: 40, cacheWriteTokens: 5 },
  stopReason: "tool_use",
  model: "claude-opus-5-5",
  messageId: "msg_7",
  stopped: true,
  faulty: false,
};

function facts(tap: StreamTap): Record<string, unknown> {
  const { first, firstEvent, errorData, usage, stopReason, model, messageId, stopped, faulty } = tap;
  return { first, firstEvent, errorData, usage, stopReason, model, messageId, stopped, faulty };
}

/** Overwrites each chunk once it was fed: the tap may not keep what is not its own. */
function feed(chunks: (string | Uint8Array)[], tap = new StreamTap()): StreamTap {
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    const before = bytes.toString("latin1");
    tap.push(bytes);
    expect(bytes.toString("latin1")).toBe(before);
    bytes.fill(0x7a);
  }
  return tap;
}

describe("a whole stream", () => {
  test("gives usage, stop reason, model and its end", () => {
    const end = Buffer.from(answer[0] ?? "").length;
    expect(facts(feed([whole]))).toEqual({ ...wholeFacts, firstEvent: { start: 0, end } });
  });

  test("in one chunk of many events, and in one chunk for each event", () => {
    const long = [answer[0] ?? "", ...Array.from({ length: 300 }, () => answer[2] ?? ""), ...answer.slice(1)];
    expect(facts(feed([long.join("")]))).toMatchObject(wholeFacts);
    expect(facts(feed(long))).toMatchObject(wholeFacts);
    expect(facts(feed([long.join("").replaceAll("\n", "\r\n")]))).toMatchObject(wholeFacts);
    const halves = Buffer.from(long.join(""));
    for (let at = 0; at < halves.length; at += 997) {
      expect(facts(feed([halves.subarray(0, at), halves.subarray(at)]))).toMatchObject(wholeFacts);
    }
  });

  test("a cut between message_delta and message_stop is a cut", () => {
    expect(facts(feed([answer.slice(0, -1).join("")]))).toMatchObject({
      stopped: false,
      stopReason: "tool_use",
    });
    expect(feed([whole.slice(0, -1)]).stopped).toBe(false);
  });

  test("usage of message_delta replaces, also on the input side, and what it leaves out stays", () => {
    const tap = feed([
      started,
      sseEvent("message_delta", {
        delta: { stop_reason: "end_turn" },
        usage: { output_tokens: 5, input_tokens: 99 },
      }),
    ]);
    expect(tap.usage).toMatchObject({ inputTokens: 99, outputTokens: 5 });
    feed(
      [sseEvent("message_delta", { delta: { stop_reason: "refusal" }, usage: { output_tokens: 8 } })],
      tap,
    );
    expect(tap).toMatchObject({ stopReason: "refusal", usage: { inputTokens: 99, outputTokens: 8 } });
  });

  test("a stream without any usage leaves it unreported", () => {
    const tap = feed([
      sseEvent("message_start", { message: { id: "msg_1" } }),
      sseEvent("message_delta", { delta: {} }),
      sseEvent("message_stop"),
    ]);
    expect(facts(tap)).toMatchObject({
      usage: noUsage(),
      stopReason: null,
      model: null,
      stopped: true,
      faulty: false,
    });
  });
});

describe("the first event", () => {
  test("pings and comments before it are no evidence that the attempt works", () => {
    const before = `: hello\n\n${ping}`;
    const tap = feed([before]);
    expect(tap.first).toBeNull();
    feed([started], tap);
    expect(facts(tap)).toMatchObject({
      first: "ok",
      firstEvent: { start: before.length, end: before.length + Buffer.from(started).length },
    });
  });

  test("an overload that comes as event: error inside a 200 is an error, also after a ping", () => {
    for (const before of ["", ping, ping + ping]) {
      const tap = feed([before + error]);
      expect(tap.first).toBe("error");
      expect(JSON.parse(tap.errorData ?? "").error).toEqual(overloaded);
    }
  });

  test("counts only when it is complete", () => {
    expect(feed([started.slice(0, -1)]).first).toBeNull();
    expect(feed([error.slice(0, -1)]).first).toBeNull();
  });

  test("an event without data does not count, nor do lines of unknown fields", () => {
    expect(feed(["event: message_start\n\nid: 7\nretry: 3\nevents: x\nnonsense\n\n"]).first).toBeNull();
  });

  test("of an unknown type is no error", () => {
    expect(feed([sseEvent("novelty", { a: 1 })]).first).toBe("ok");
  });

  test("an error later leaves the first as it was", () => {
    const tap = feed([started, error]);
    expect(tap.first).toBe("ok");
    expect(JSON.parse(tap.errorData ?? "").error).toEqual(overloaded);
  });

  test("an error that the end of the body cut short counts at the end, nothing else does", () => {
    for (const cut of [error.slice(0, -1), error.slice(0, -2)]) {
      const tap = feed([cut]);
      tap.end();
      expect(tap).toMatchObject({ first: "error", errorData: expect.stringContaining("overloaded_error") });
    }
    for (const cut of ["", ping, started.slice(0, -1), "event: error", "data"]) {
      const tap = feed([cut]);
      tap.end();
      expect(tap.first).toBeNull();
    }
    const begun = feed([started, error.slice(0, -1)]);
    begun.end();
    expect(begun.errorData).toBeNull();
  });
});

const shapes: [string, string][] = [
  ["as it is sent", whole],
  ["with CRLF", whole.replaceAll("\n", "\r\n")],
  ["with blank lines of CRLF only", whole.replaceAll("\n\n", "\n\r\n")],
  ["data: without a space", whole.replaceAll("data: ", "data:").replaceAll("event: ", "event:")],
  ["several data: lines", whole.replaceAll('data: {"type"', 'data: {\ndata: "type"')],
  ["comments and pings between", `: start\n\n${answer.join(`: keep-alive\n\n${ping}:\n`)}`],
  ["a byte order mark before it", `\ufeff${whole}`],
  ["without event: lines", whole.replaceAll(/^event: .*\n/gm, "")],
  [
    "without event: lines, type last",
    answer
      .map((event) => {
        const { type, ...rest } = JSON.parse(event.slice(event.indexOf("\ndata: ") + 7));
        return `data: ${JSON.stringify({ decoy: { type: "error" }, ...rest, type })}\n\n`;
      })
      .join(""),
  ],
  ["data: before event:", whole.replaceAll(/^(event: .*\n)(data: .*\n)/gm, "$2$1")],
  ["with ids and unknown fields", whole.replaceAll(/^event: /gm, "id: 1\nretry: 5\nerror: none\nevent: ")],
];

describe.each(shapes)("%s", (_, text) => {
  test("the facts are the same", () => {
    expect(facts(feed([text]))).toMatchObject(wholeFacts);
  });

  test("split at every byte", () => {
    const bytes = Buffer.from(text);
    const expected = facts(feed([bytes]));
    for (let at = 0; at <= bytes.length; at++) {
      expect(facts(feed([bytes.subarray(0, at), bytes.subarray(at)]))).toEqual(expected);
    }
    expect(facts(feed(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(expected);
  });
});

test("the facts never depend on how the bytes are split", () => {
  const events = [
    ...answer,
    ping,
    error,
    ": comment\n\n",
    "data: [DONE]\n\n",
    "event: message_delta\ndata: {broken\n\n",
    `\ufeff`,
    "event: x\r\ndata: 1\r\n\r\n",
    "\n",
    "e",
    "data:\n",
  ];
  const stream = fc.array(fc.constantFrom(...events), { maxLength: 60 }).map((list) => list.join(""));
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (text, sizes) => {
      const bytes = Buffer.from(text);
      const chunks: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      const byByte = Array.from(bytes, (byte) => Uint8Array.of(byte));
      const expected = facts(feed(byByte));
      expect(facts(feed(chunks))).toEqual(expected);
      expect(facts(feed([bytes]))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

describe("a fault in reading never hurts the stream", () => {
  test("an event that cannot be read is noted, the next ones are read", () => {
    const broken = "event: message_start\ndata: {broken\n\n";
    expect(facts(feed([broken, answer.slice(1).join("")]))).toMatchObject({
      first: "ok",
      faulty: true,
      stopped: true,
      stopReason: "tool_use",
    });
  });

  test("arbitrary bytes throw nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        const tap = feed(chunks);
        tap.end();
        expect(tap.bytes).toBe(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
        expect(tap.stopped).toBe(false);
      }),
    );
  });

  test("lines without end are not gathered without bound", () => {
    const tap = feed(["event: error\ndata: "]);
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    for (let count = 0; count < 8; count++) tap.push(megabyte);
    feed(["\n\n"], tap);
    expect(tap.first).toBe("error");
    expect(tap.errorData?.length).toBeLessThanOrEqual(256 * 1024);
    const whole = feed([`event: error\ndata: ${"y".repeat(1024 * 1024)}\n\n`]);
    expect(whole.errorData?.length).toBeLessThanOrEqual(256 * 1024);
  });

  test("a long block that nobody reads is not kept at all, and the events behind it are read", () => {
    const long = sseEvent("content_block_start", {
      index: 0,
      content_block: { type: "web_search_tool_result", content: "z".repeat(700_000) },
    });
    const bytes = Buffer.from((answer[0] ?? "") + long + answer.slice(1).join(""));
    expect(facts(feed([bytes.subarray(0, 500_000), bytes.subarray(500_000)]))).toMatchObject({
      ...wholeFacts,
      faulty: false,
    });
  });
});
