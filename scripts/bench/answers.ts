// The answers of the simulated upstream, laid out once: what is written in which pieces, and how long the body is.
import { chatEvents, responsesEvents } from "./openai-events";

const wires = { events: anthropicEvents, chat: chatEvents, responses: responsesEvents };
/** How an upstream streams: `events` are Anthropic's, the others are the dialects of OpenAI. */
export type Wire = keyof typeof wires;
/**
 * json: a small message. many: 500 events, one write each. one: the same in a single write. late: the head at once, the first
 * event after `lateMs`.
 */
export type AnswerKind = "json" | `${Wire}-${"many" | "one" | "late"}`;

export interface Answer {
  /** Each is written on its own, as the bytes go over the wire. */
  pieces: readonly Buffer[];
  /** How many pieces are written before `lateMs` passes; null: all at once. */
  piecesBeforePause: number | null;
  /** Without head and chunk framing: what a client must count. */
  bodyBytes: number;
}

export const eventCount = 500;
/** Every wire needs some around its first word. */
const fewEvents = 12;
export const lateMs = 20;

/** Asked for in the query, which a proxy passes on. */
export function targetFor(kind: AnswerKind): string {
  return `/v1/messages?answer=${kind}`;
}

/** The same for a proxy that makes up the request itself: the beginning of the path. */
export function basePathFor(kind: AnswerKind): string {
  return `/answer=${kind}/v1`;
}

export function composeAnswers(): Map<AnswerKind, Answer> {
  const answers = new Map<AnswerKind, Answer>([["json", wholeAnswer(JSON.stringify(message("Done.")))]]);
  for (const wire of ["events", "chat", "responses"] as const) {
    const events = wires[wire](eventCount);
    answers.set(`${wire}-many`, streamAnswer(events));
    answers.set(`${wire}-one`, inOnePiece(streamAnswer(events)));
    answers.set(`${wire}-late`, { ...streamAnswer(wires[wire](fewEvents)), piecesBeforePause: 1 });
  }
  return answers;
}

function wholeAnswer(body: string): Answer {
  const head = `${commonHead}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return { pieces: [Buffer.from(head + body)], piecesBeforePause: null, bodyBytes: Buffer.byteLength(body) };
}

function streamAnswer(events: string[]): Answer {
  const head = `${commonHead}content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n`;
  const chunks = events.map((event) => `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`);
  return {
    pieces: [head, ...chunks, "0\r\n\r\n"].map((text) => Buffer.from(text)),
    piecesBeforePause: null,
    bodyBytes: Buffer.byteLength(events.join("")),
  };
}

function inOnePiece(answer: Answer): Answer {
  return { ...answer, pieces: [Buffer.concat(answer.pieces)] };
}

const commonHead =
  "HTTP/1.1 200 OK\r\n" +
  "date: Thu, 01 Jan 2026 00:00:00 GMT\r\n" +
  "request-id: req_011CBenchBenchBenchBench\r\n" +
  "anthropic-organization-id: 00000000-0000-4000-8000-000000000000\r\n" +
  "anthropic-ratelimit-requests-limit: 4000\r\n" +
  "anthropic-ratelimit-requests-remaining: 3999\r\n" +
  "anthropic-ratelimit-requests-reset: 2099-01-01T00:00:00Z\r\n";

/** `count` events from message_start to message_stop, in legal order. */
function anthropicEvents(count: number): string[] {
  const opening = [
    event("message_start", { message: { ...message(""), content: [], stop_reason: null } }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
  ];
  const closing = [
    event("content_block_stop", { index: 0 }),
    event("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: count },
    }),
    event("message_stop", {}),
  ];
  const delta = event("content_block_delta", { index: 0, delta: { type: "text_delta", text: " seven wo" } });
  return [...opening, ...Array(count - opening.length - closing.length).fill(delta), ...closing];
}

function event(type: string, data: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function message(text: string): Record<string, unknown> {
  return {
    id: "msg_01BenchBenchBenchBench",
    type: "message",
    role: "assistant",
    model: "claude-opus-5-5",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: 250,
      output_tokens: 4,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    },
  };
}
