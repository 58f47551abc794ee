// What the upstream of a soak run does: mostly its job, and now and then every fault that streams are known to have.
import { answerLegally, errorBody, messageEvents, sseEvent } from "../../test/support/anthropic-answers";
import { chatChunk, dialectOf, openAiEvents, responsesEvent } from "../../test/support/openai-answers";
import {
  closeAtOnce,
  empty,
  garbage,
  json,
  resetAtOnce,
  resetInHead,
  sse,
  stall,
} from "../../test/support/replies";
import type { Exchange, Reply } from "../../test/support/scripted-upstream";

const overloaded = errorBody("overloaded_error", "Overloaded");
const words = "word ".repeat(40);
/** About 2 MB, which no socket buffer holds: only this shows whether a slow reader slows the upstream. */
const longCount = 64;
const longText = "x".repeat(32_768);

/** A whole stream, the same with very much in its middle, and an error as an event. */
interface Stream {
  events: string[];
  long: string[];
  error: string;
}

const chat = openAiEvents("chat", { text: words });
const responses = openAiEvents("responses", { text: words });
const streams: Record<"anthropic" | "chat" | "responses", Stream> = {
  anthropic: {
    events: messageEvents({ blocks: [{ type: "text", text: words }] }),
    long: [
      ...messageEvents().slice(0, 2),
      ...Array<string>(longCount).fill(longDelta()),
      ...messageEvents().slice(-3),
    ],
    error: sseEvent("error", { error: overloaded.error }),
  },
  chat: {
    events: chat,
    long: stretch(chat, chatChunk({ content: longText })),
    error: `data: ${JSON.stringify({ error: { message: "Overloaded", code: "server_is_overloaded" } })}\n\n`,
  },
  responses: {
    events: responses,
    long: stretch(responses, longTextDelta()),
    error: responsesEvent("error", { message: "Overloaded", code: "server_is_overloaded" }),
  },
};

/** With the long piece many times where the first words are. */
function stretch(events: readonly string[], piece: string): string[] {
  const at = events.findIndex((event) => event.includes('"word "'));
  return [...events.slice(0, at + 1), ...Array<string>(longCount).fill(piece), ...events.slice(at + 1)];
}

const faults: readonly (readonly [weight: number, reply: Reply])[] = [
  [60, answerLegally],
  [12, streamed(({ long }) => sse(long))],
  [4, json(429, errorBody("rate_limit_error", "Slow down"), { "retry-after": "1" })],
  [3, json(529, overloaded)],
  [2, json(500, errorBody("api_error", "Internal server error"))],
  [4, streamed(({ events }) => sse(halfOf(events), { ending: "cut" }))],
  [3, streamed(({ events }) => sse(halfOf(events), { ending: "reset" }))],
  [2, streamed(({ events }) => sse(halfOf(events), { ending: "stall" }))],
  [2, streamed(({ error }) => sse([error]))],
  [2, streamed(({ events, error }) => sse([...halfOf(events), error]))],
  [1, stall],
  [1, closeAtOnce],
  [1, resetAtOnce],
  [1, resetInHead],
  [1, garbage],
  [1, empty()],
];

const totalWeight = faults.reduce((sum, [weight]) => sum + weight, 0);

/** Chooses anew for every request. */
export const misbehave: Reply = (exchange) => {
  let ticket = Math.random() * totalWeight;
  for (const [weight, reply] of faults) {
    ticket -= weight;
    if (ticket < 0) return reply(exchange);
  }
  return answerLegally(exchange);
};

/** In the words that the path asks for. Whoever did not ask for a stream gets a plain answer. */
function streamed(makeReply: (stream: Stream) => Reply): Reply {
  return (exchange: Exchange) => {
    const { body, path } = exchange.request;
    if (!body.includes('"stream":true')) return answerLegally(exchange);
    return makeReply(streams[path.endsWith("/messages") ? "anthropic" : dialectOf(path)])(exchange);
  };
}

function halfOf(events: readonly string[]): string[] {
  return events.slice(0, events.length / 2);
}

function longDelta(): string {
  return sseEvent("content_block_delta", { index: 0, delta: { type: "text_delta", text: longText } });
}

function longTextDelta(): string {
  const at = { item_id: "msg_1", output_index: 0, content_index: 0 };
  return responsesEvent("response.output_text.delta", { ...at, delta: longText });
}
