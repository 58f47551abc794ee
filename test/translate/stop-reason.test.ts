// What ended an answer, in Anthropic's words.
import { expect, test } from "bun:test";
import { mapStopReason, readFinish } from "../../src/translate/stop-reason";

const plain = { calls: 0, cutCalls: 0, refused: false };

test.each([
  ["stop", plain, "end_turn"],
  ["length", plain, "max_tokens"],
  ["max_tokens", plain, "max_tokens"],
  ["max_output_tokens", plain, "max_tokens"],
  ["content_filter", plain, "refusal"],
  ["tool_calls", plain, "end_turn"],
  ["function_call", plain, "end_turn"],
  ["something new", plain, "end_turn"],
  ["stop", { ...plain, refused: true }, "refusal"],
  ["stop", { ...plain, calls: 1 }, "tool_use"],
  ["tool_calls", { ...plain, calls: 2 }, "tool_use"],
  ["length", { ...plain, calls: 1 }, "tool_use"],
  ["content_filter", { ...plain, calls: 1 }, "tool_use"],
  ["length", { ...plain, calls: 2, cutCalls: 1 }, "max_tokens"],
  ["content_filter", { ...plain, calls: 1, cutCalls: 1 }, "refusal"],
] as const)("%s %j: %s", (word, end, reason) => {
  expect(mapStopReason({ finish: readFinish(word), ...end })).toBe(reason);
});
