// The same answer in the words of each upstream, so that one suite can ask for it whoever serves.
import {
  errorBody,
  type MessageContent,
  messageBody,
  messageEvents,
  sseEvent,
} from "../support/anthropic-answers";
import {
  type Dialect,
  type OpenAiContent,
  openAiAnswer,
  openAiError,
  openAiEvents,
  responsesEvent,
} from "../support/openai-answers";
import { json, sse } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";

export interface Wire {
  /** A whole answer, streamed or not as the request says. */
  answer(content: MessageContent): Reply;
  /** The events of a streamed answer, one string each. */
  events(content: MessageContent): string[];
  /** "Overloaded" in mid-stream. */
  overloaded: string;
  error(status: number, type: string, message: string): Reply;
}

export const anthropicWire: Wire = {
  answer: (content) => (exchange) => {
    const { stream } = JSON.parse(exchange.request.body.toString("utf8"));
    return (stream === true ? sse(messageEvents(content)) : json(200, messageBody(content)))(exchange);
  },
  events: messageEvents,
  overloaded: sseEvent("error", errorBody("overloaded_error", "Overloaded")),
  error: (status, type, message) => json(status, errorBody(type, message)),
};

export function openAiWire(dialect: Dialect): Wire {
  const overload = { message: "Overloaded", code: "server_is_overloaded", param: null };
  return {
    answer: (content) => openAiAnswer(toOpenAi(content)),
    events: (content) => openAiEvents(dialect, toOpenAi(content)),
    overloaded:
      dialect === "chat"
        ? `data: ${JSON.stringify({ error: overload })}\n\n`
        : responsesEvent("error", overload),
    error: (status, type, message) => {
      const [, used, limit] = /^prompt is too long: (\d+) tokens > (\d+) maximum$/.exec(message) ?? [];
      if (used === undefined) return openAiError(status, message, { code: codes[type] ?? null });
      const words = `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${used} tokens.`;
      return openAiError(status, words, { code: "context_length_exceeded", param: "messages" });
    },
  };
}

const codes: Record<string, string> = { not_found_error: "model_not_found" };

function toOpenAi({ blocks = [], stopReason, usage }: MessageContent): OpenAiContent {
  const content: OpenAiContent = { calls: [] };
  for (const block of blocks) {
    if (block.type === "thinking") content.reasoning = block.thinking;
    else if (block.type === "text") content[stopReason === "refusal" ? "refusal" : "text"] = block.text;
    else content.calls?.push({ id: block.id, name: block.name, arguments: JSON.stringify(block.input) });
  }
  if (stopReason === "max_tokens") content.cutBy = "length";
  const cached = usage?.cache_read_input_tokens ?? 0;
  return { ...content, usage: { input: 12 + cached, cached, output: 7 } };
}
