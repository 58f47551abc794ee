// What the upstream of a soak run does: mostly its job, and now and then every fault that streams are known to have.
import { answerLegally, errorBody, messageEvents, sseEvent } from "../../test/support/anthropic-answers";
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

const events = messageEvents({ blocks: [{ type: "text", text: "word ".repeat(40) }] });
const halfOfThem = events.slice(0, events.length / 2);
const overloaded = errorBody("overloaded_error", "Overloaded");

/** About 2 MB, which no socket buffer holds: only this shows whether a slow reader slows the upstream. */
const longStream = [
  ...messageEvents().slice(0, 2),
  ...Array<string>(64).fill(longDelta(32_768)),
  ...messageEvents().slice(-3),
];

const faults: readonly (readonly [weight: number, reply: Reply])[] = [
  [60, answerLegally],
  [12, forStreams(sse(longStream))],
  [4, json(429, errorBody("rate_limit_error", "Slow down"), { "retry-after": "1" })],
  [3, json(529, overloaded)],
  [2, json(500, errorBody("api_error", "Internal server error"))],
  [4, forStreams(sse(halfOfThem, { ending: "cut" }))],
  [3, forStreams(sse(halfOfThem, { ending: "reset" }))],
  [2, forStreams(sse(halfOfThem, { ending: "stall" }))],
  [2, forStreams(sse([sseEvent("error", { error: overloaded.error })]))],
  [2, forStreams(sse([...halfOfThem, sseEvent("error", { error: overloaded.error })]))],
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

/** Whoever did not ask for a stream gets a plain answer. */
function forStreams(reply: Reply): Reply {
  return (exchange: Exchange) =>
    exchange.request.body.includes('"stream":true') ? reply(exchange) : answerLegally(exchange);
}

function longDelta(bytes: number): string {
  return sseEvent("content_block_delta", {
    index: 0,
    delta: { type: "text_delta", text: "x".repeat(bytes) },
  });
}
