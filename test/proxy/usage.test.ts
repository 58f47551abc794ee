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
    usage: { ...noUsage(), inputTokens: 3, cacheReadTokens: 50_000, cacheWriteTokens: 7, outputTokens: 11 },
    stopReason: "tool_use",
    model: "claude-opus-4-6",
    messageId: "msg_01TestTestTestTestTest",
    containerId: null,
  });
});

test("compactions and the advisor's part are not in the counts of an answer; its own iterations are", () => {
  const iteration = { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 5 };
  const iterations = [
    { ...iteration, type: "message" },
    {
      ...iteration,
      type: "compaction",
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_1h_input_tokens: 20 },
    },
    { ...iteration, type: "compaction", cache_creation: null },
    { ...iteration, type: "advisor_message", model: "claude-opus-5" },
    { ...iteration, type: "fallback_message", model: "claude-haiku-4-5" },
    { type: "compaction", input_tokens: -1, output_tokens: "many" },
    null,
  ];
  const start = mergeUsage(noUsage(), { input_tokens: 200, output_tokens: 1, iterations: [] });
  const end = mergeUsage(start, { output_tokens: 20, iterations });
  expect(end).toMatchObject({ inputTokens: 200, outputTokens: 20 });
  expect(end.beside).toEqual([
    {
      model: null,
      inputTokens: 200,
      outputTokens: 20,
      cacheReadTokens: 10,
      cacheWriteTokens: 30,
      cacheWrite1hTokens: 20,
    },
    {
      model: "claude-opus-5",
      inputTokens: 100,
      outputTokens: 10,
      cacheReadTokens: 5,
      cacheWriteTokens: 0,
      cacheWrite1hTokens: 0,
    },
  ]);
  expect(mergeUsage(end, { output_tokens: 21 }).beside).toEqual(end.beside);
  expect(mergeUsage(noUsage(), { iterations: null }).beside).toBeNull();
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

test("what stands deeper: writes for an hour, thinking, searches, and what changes the price", () => {
  const body = {
    usage: {
      input_tokens: 1,
      output_tokens: 50,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      output_tokens_details: { thinking_tokens: 40 },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
      service_tier: "standard",
      speed: "fast",
      inference_geo: "us",
    },
  };
  expect(readUsageFromJson(toBytes(JSON.stringify(body))).usage).toEqual({
    inputTokens: 1,
    outputTokens: 50,
    cacheReadTokens: null,
    cacheWriteTokens: 30,
    cacheWrite1hTokens: 20,
    reasoningTokens: 40,
    webSearches: 2,
    beside: null,
    tier: "fast",
    geo: "us",
    estimated: false,
  });
});

describe("counters of a later report", () => {
  const known = { ...noUsage(), inputTokens: 1, outputTokens: 2, cacheReadTokens: 3 };

  test("replace those before, the others stay", () => {
    expect(mergeUsage(known, { output_tokens: 20, cache_creation_input_tokens: 4 })).toEqual({
      ...known,
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
    '{"cache_creation":5,"output_tokens_details":[],"server_tool_use":null,"service_tier":7,"speed":"","inference_geo":"a b"}',
  ])("nonsense such as %s is passed over", (report) => {
    expect(mergeUsage(known, JSON.parse(report))).toEqual(known);
  });
});
