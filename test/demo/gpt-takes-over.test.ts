// The demo's own proxy between both simulators: what a client of the demo sees when it is moved to GPT and back.
import { afterEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { startAnthropicSimulator } from "../../src/demo/anthropic-simulator";
import { demoKeys, demoOpenAiKey, writeDemoConfig } from "../../src/demo/demo-home";
import { startOpenAiSimulator } from "../../src/demo/openai-simulator";
import { startDemoProxy } from "../../src/demo/start-demo-proxy";
import type { RequestRecord } from "../../src/state/record";
import { parseStrictEvents, validateEvents } from "../support/anthropic-stream-validator";
import { readRecordedRequests } from "../support/recorded-requests";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function startAll(claudeIsOut: boolean) {
  const home = await mkdtemp(join(tmpdir(), "cf-demo-test-"));
  undo.push(() => rm(home, { recursive: true, force: true }));
  const anthropic = startAnthropicSimulator({
    keys: demoKeys,
    accountOut: (_, now) => (claudeIsOut ? now + 3_600_000 : null),
  });
  undo.push(() => anthropic.stop());
  const openai = startOpenAiSimulator({ keys: [demoOpenAiKey] });
  undo.push(() => openai.stop());
  await writeDemoConfig(home, { anthropic: anthropic.url, openai: openai.url });
  const proxy = await startDemoProxy({ home, port: 0 });
  undo.push(() => proxy.stop());
  const records: RequestRecord[] = [];
  proxy.onEvent((event) => {
    if (event.type === "finished") records.push(event.record);
  });
  return { url: proxy.url, records };
}

describe("while both Claude accounts are out", () => {
  test("whatever the real client sends is answered by GPT, in legal streams", async () => {
    const { url, records } = await startAll(true);
    const messages = readRecordedRequests().filter(({ method, url: target, body }) => {
      const path = target.split("?")[0];
      return method === "POST" && path === "/v1/messages" && String(body?.model).startsWith("claude-");
    });
    expect(messages.length).toBeGreaterThan(15);
    for (const recorded of messages) {
      const response = await fetch(url + recorded.url, {
        method: "POST",
        headers: { ...recorded.headers, host: new URL(url).host },
        body: recorded.bytes,
      });
      const text = await response.text();
      const served = [response.status, response.headers.get("x-cf-key"), response.headers.get("x-cf-model")];
      expect([recorded.name, ...served]).toEqual([recorded.name, 200, "gpt", "gpt-6.1-sol"]);
      if (recorded.body?.stream === true) validateEvents(parseStrictEvents(text));
    }
    // Nothing had to be learnt from a refusal first.
    const asked = records.flatMap(({ attempts }) => attempts.filter(({ key }) => key === "gpt"));
    expect(asked.map(({ status }) => status)).toEqual(messages.map(() => 200));
    const [first] = records;
    const trail = first?.attempts.filter(({ skipped }) => !skipped);
    expect(trail?.map(({ key, status }) => `${key} ${status}`)).toEqual([
      "personal 429",
      "work 429",
      "gpt 200",
    ]);
  });
});

test("a tool loop with parallel calls begins at GPT, ends at Claude, and the next one the other way round", async () => {
  const { url, records } = await startAll(false);
  const client = new Anthropic({ baseURL: url, apiKey: "demo", maxRetries: 0 });
  const input_schema = {
    type: "object" as const,
    properties: { city: { type: "string" } },
    required: ["city"],
  };
  const messages: Anthropic.MessageParam[] = [];
  const say = async (key: string, content: Anthropic.MessageParam["content"]) => {
    messages.push({ role: "user", content });
    const message = await client.messages
      .stream(
        {
          model: "claude-opus-4-6",
          max_tokens: 8000,
          thinking: { type: "adaptive" },
          tools: [
            { name: "get_weather", input_schema },
            { name: "read_file", input_schema },
          ],
          messages,
        },
        { headers: { "x-cf-key": key } },
      )
      .finalMessage();
    messages.push({ role: "assistant", content: message.content });
    return message;
  };
  const results = ({ content }: Anthropic.Message): Anthropic.ToolResultBlockParam[] =>
    content.flatMap((block) =>
      block.type === "tool_use" ? { type: "tool_result", tool_use_id: block.id, content: "sunny" } : [],
    );

  const asked = await say("gpt", "use get_weather and read_file");
  expect(asked.stop_reason).toBe("tool_use");
  expect(asked.content.map((block) => block.type)).toEqual(["thinking", "text", "tool_use", "tool_use"]);
  expect(asked.model).toBe("claude-opus-4-6");

  const answered = await say("personal", results(asked));
  expect(answered.content).toMatchObject([
    { type: "text", text: expect.stringContaining("I have its result") },
  ]);

  const again = await say("work", "use read_file twice");
  const last = await say("gpt", results(again));
  expect(last.stop_reason).toBe("end_turn");
  expect(records.map((record) => record.key)).toEqual(["gpt", "personal", "work", "gpt"]);
});
