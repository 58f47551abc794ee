import { describe, expect, test } from "bun:test";
import { mergeUsage, noUsage, readUsageFromJson } from "../../src/proxy/usage";
import { messageBody } from "../support/anthropic-answers";
import { toBytes } from "./loose-json";

const nothing = { usage: noUsage(), stopReason: null, model: null, messageId: null, containerId: null };

test("a non-streamed answer: usage, stop reason, model and id from the top level only", () => {
  const decoy = {
    type: "tool_use" as const,
    id: "toolu_1",
    name: "t",
    input: { usage: { input_tokens: 9999 }, stop_reason: "x", model: "y" },
  };
  const body = messageBody({
    blocks: [decoy],
    stopReason: "tool_use",
    usage: {
      input_tokens: 3,
      cache_read_input_tokens: 50_000,
      cache_creation_input_tokens: 7,
      output_tokens: 11,
    },
  });
  expect(readUsageFromJson(toBytes(JSON.stringify(body, null, 2)))).toEqual({
    usage: { inputTokens: 3, cacheReadTokens: 50_000, cacheWriteTokens: 7, outputTokens: 11 },
    stopReason: "tool_use",
    model: "claude-opus-4-6",
    messageId: "msg_01TestTestTestTestTest",
    containerId: null,
  });
});

test("what is not reported is null, not zero", () => {
  expect(readUsageFromJson(toBytes('{"usage":{"output_tokens":0},"stop_reason":null}'))).toEqual({
    ...nothing,
    usage: { ...noUsage(), outputTokens: 0 },
  });
});

test.each([
  "",
  "<html>",
  "[]",
  "null",
  '{"usage":',
  '{"usage":{"input_tokens":1',
  '{"usage":[1]}',
  '{"usage":null,"model":5}',
  '{"usage":{1}}',
  '{"a" "b"}',
  '{"type":"error","error":{"type":"api_error"}}',
])("%j reports nothing", (body) => {
  expect(readUsageFromJson(toBytes(body))).toEqual(nothing);
});

describe("counters of a later report", () => {
  const known = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: null };

  test("replace those before, the others stay", () => {
    expect(mergeUsage(known, { output_tokens: 20, cache_creation_input_tokens: 4 })).toEqual({
      inputTokens: 1,
      outputTokens: 20,
      cacheReadTokens: 3,
      cacheWriteTokens: 4,
    });
  });

  test.each([
    "null",
    "5",
    "[]",
    '{"output_tokens":"9"}',
    '{"output_tokens":-1}',
    '{"output_tokens":1.5}',
    '{"output_tokens":null}',
    '{"output_tokens":1e300}',
  ])("nonsense such as %s is passed over", (report) => {
    expect(mergeUsage(known, JSON.parse(report))).toEqual(known);
  });
});
