// Writes a simulated answer as Anthropic stream events, in legal order and at the pace of a person's reading.

import type { Clock } from "./clock";
import type { Answer, AnswerBlock } from "./compose-answer";
import type { InputUsage } from "./prompt-cache";

export interface Pace {
  /** Milliseconds until the first event. */
  firstByteMs: number;
  /** Milliseconds before each piece of text. */
  deltaMs: number;
}

/** No waiting at all: for tests and measurements. */
export const noDelay: Pace = { firstByteMs: 0, deltaMs: 0 };

export interface Message {
  id: string;
  model: string;
  answer: Answer;
  input: InputUsage;
}

export interface StreamEvent {
  type: string;
  [field: string]: unknown;
}

/** The `message` object of an answer, as sent without streaming. */
export function messageBody(message: Message): Record<string, unknown> {
  const { id, model, answer, input } = message;
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: answer.content,
    stop_reason: answer.stopReason,
    stop_sequence: null,
    usage: usageOf(input, answer.outputTokens),
  };
}

/** Event order: https://docs.claude.com/en/docs/build-with-claude/streaming */
export function* answerEvents(message: Message): Generator<StreamEvent> {
  const { answer, input } = message;
  yield {
    type: "message_start",
    message: { ...messageBody(message), content: [], stop_reason: null, usage: usageOf(input, 1) },
  };
  for (const [index, block] of answer.content.entries()) {
    yield { type: "content_block_start", index, content_block: emptyBlock(block) };
    if (index === 0) yield { type: "ping" };
    for (const delta of blockDeltas(block)) yield { type: "content_block_delta", index, delta };
    yield { type: "content_block_stop", index };
  }
  yield {
    type: "message_delta",
    delta: { stop_reason: answer.stopReason, stop_sequence: null },
    usage: usageOf(input, answer.outputTokens),
  };
  yield { type: "message_stop" };
}

/** Server-sent events of the whole answer; ends early, without `message_stop`, when `signal` aborts. */
export function streamAnswer(
  message: Message,
  pace: Pace,
  clock: Clock,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const events = answerEvents(message);
  return new ReadableStream({
    async pull(controller) {
      const next = events.next();
      if (next.done || signal.aborted) return controller.close();
      const event = next.value;
      if (event.type === "content_block_delta") await clock.sleep(pace.deltaMs, signal);
      controller.enqueue(encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
    },
  });
}

function usageOf(input: InputUsage, outputTokens: number): Record<string, unknown> {
  return {
    ...input,
    cache_creation: {
      ephemeral_5m_input_tokens: input.cache_creation_input_tokens,
      ephemeral_1h_input_tokens: 0,
    },
    output_tokens: outputTokens,
    service_tier: "standard",
  };
}

function emptyBlock(block: AnswerBlock): Record<string, unknown> {
  return block.type === "text" ? { type: "text", text: "" } : { ...block, input: {} };
}

function blockDeltas(block: AnswerBlock): Record<string, unknown>[] {
  if (block.type === "text") return pieces(block.text).map((text) => ({ type: "text_delta", text }));
  const parts = ["", ...pieces(JSON.stringify(block.input))];
  return parts.map((partial_json) => ({ type: "input_json_delta", partial_json }));
}

/** One or two words at a time, as a model's tokens arrive. */
function pieces(text: string): string[] {
  return text.match(/\S+\s*(?:\S+\s*)?/gu) ?? [text];
}
