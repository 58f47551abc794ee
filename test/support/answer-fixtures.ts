// Runs upstream bytes through a translation, in any cut, and writes the events down briefly for comparison.
import type { AnswerFacts, AnswerOptions } from "../../src/translate/answer";
import type { CreateStream } from "../../src/translate/answer-stream";
import type { AnthropicMessage } from "../../src/translate/anthropic";
import { MessageFold } from "../../src/translate/collect-message";
import { formatEvent, type StreamEvent } from "../../src/translate/stream-event";
import { parseStrictEvents, readEnd } from "./anthropic-stream-validator";

export interface StreamFixture {
  name: string;
  /** What of the request bears on the answer. */
  request?: Partial<AnswerOptions>;
  /** The body of the upstream's answer. */
  upstream: string;
  /** The connection breaks where `upstream` ends. */
  broken?: boolean;
  /** As `describeEvents` writes them. */
  events: string[];
  facts?: Partial<AnswerFacts>;
}

export const answerOptions: AnswerOptions = {
  model: "claude-opus-4-6",
  requestId: "req_1",
  idSeed: "seed",
  inputTokensEstimate: 120,
  toolNames: { toClient: (name) => name },
  stopSequences: [],
};

export interface Translated {
  events: StreamEvent[];
  facts: AnswerFacts;
}

/** Translates `chunks`, one push each. */
export function translate(create: CreateStream, fixture: StreamFixture, chunks: Uint8Array[]): Translated {
  const events: StreamEvent[] = [];
  const stream = create({ ...answerOptions, ...fixture.request }, (event) => events.push(event));
  for (const chunk of chunks) stream.push(chunk);
  if (fixture.broken) stream.fail("the connection was closed");
  else stream.end();
  return { events, facts: stream.facts };
}

/** Translates the parsed body of an answer that is not streamed; `message` is null if it is none. */
export function collectAnswer(
  create: CreateStream,
  body: unknown,
  options: AnswerOptions,
): { message: AnthropicMessage | null; facts: AnswerFacts } {
  const fold = new MessageFold();
  const stream = create(options, (event) => fold.add(event));
  stream.readWhole(body);
  return { message: stream.facts.stopped ? fold.message : null, facts: stream.facts };
}

/** Throws unless the events are, as bytes, a legal stream of Anthropic's that ends as the facts say. */
export function checkLegal({ events, facts }: Translated): void {
  const end = readEnd(parseStrictEvents(events.map(formatEvent).join("")));
  if ((end === "complete") !== facts.stopped) throw new Error(`${end}, but stopped: ${facts.stopped}`);
  if ((end === "error") !== (facts.failure !== null))
    throw new Error(`${end}, but failure: ${facts.failure}`);
}

/** One line for each event; `message_stop` is the validator's business. */
export function describeEvents(events: readonly StreamEvent[]): string[] {
  return events.filter(({ type }) => type !== "message_stop").map(describeEvent);
}

/** `+text`, `text Hel`, `+tool_use call_1 get_weather`, `json {"a":`, `-`, `end tool_use 20+0>5`, `error …`. */
function describeEvent(event: StreamEvent): string {
  switch (event.type) {
    case "message_start":
      return `start ${event.message.id} ${event.message.usage.input_tokens}`;
    case "content_block_start": {
      const block = event.content_block;
      if (block.type === "tool_use" || block.type === "server_tool_use") {
        return `+${block.type} ${block.id} ${block.name}`;
      }
      if (block.type !== "web_search_tool_result") return `+${block.type}`;
      return `+${block.type} ${block.tool_use_id} ${block.content.map(({ title, url }) => `${title}=${url}`).join(" ")}`;
    }
    case "content_block_delta": {
      const { delta } = event;
      if (delta.type === "text_delta") return `text ${delta.text}`;
      return delta.type === "thinking_delta" ? `think ${delta.thinking}` : `json ${delta.partial_json}`;
    }
    case "content_block_stop":
      return "-";
    case "message_delta": {
      const { delta, usage } = event;
      const sequence = delta.stop_sequence === null ? "" : ` ${JSON.stringify(delta.stop_sequence)}`;
      const counts = `${usage.input_tokens}+${usage.cache_read_input_tokens}>${usage.output_tokens}`;
      return `end ${delta.stop_reason}${sequence} ${counts}`;
    }
    case "error":
      return `error ${event.error.type}: ${event.error.message}`;
    default:
      return event.type;
  }
}

/** Each data as an event of its own; strings stand as they are, objects as JSON. */
export function sseBody(...data: unknown[]): string {
  return data.map((item) => `data: ${typeof item === "string" ? item : JSON.stringify(item)}\n\n`).join("");
}

export function cutAt(bytes: Uint8Array, positions: number[]): Uint8Array[] {
  const edges = [0, ...[...positions].sort((left, right) => left - right), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

export const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
