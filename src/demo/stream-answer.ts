// Writes a simulated answer as Anthropic would: whole, or as stream events in legal order.
import type { Answer, AnswerBlock } from "./compose-answer";
import type { InputUsage } from "./prompt-cache";
import { splitText } from "./split-text";
import type { Frame } from "./stream-frames";

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
function* answerEvents(message: Message): Generator<StreamEvent> {
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

/** Server-sent events of the whole answer. */
export function* answerFrames(message: Message): Generator<Frame> {
  for (const event of answerEvents(message)) {
    const paced = event.type === "content_block_delta";
    yield { text: `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`, paced };
  }
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
  if (block.type === "text") return splitText(block.text).map((text) => ({ type: "text_delta", text }));
  const parts = ["", ...splitText(JSON.stringify(block.input))];
  return parts.map((partial_json) => ({ type: "input_json_delta", partial_json }));
}
