// Tokens of ChatGPT subscriptions: always streamed, with their account, and honest about their end (translation.md section 1).
import { expect, setDefaultTimeout, test } from "bun:test";
import { openAiAnswer, openAiEvents } from "../support/openai-answers";
import { gpt, limitedForAnHour, readAnswer, readMessage } from "../support/openai-setup";
import { msFromNow, openAiKey, opus, type ProxySetup, startProxy } from "../support/proxy-setup";
import { json, sse } from "../support/replies";
import { chatGptTokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

function start(expiresAt?: number): Promise<ProxySetup> {
  return startProxy({
    keys: { alpha: {}, plus: { token: chatGptTokenFor("plus", expiresAt) } },
    config: { openaiModelFallback: true, openaiModelMapping: { "*": gpt } },
  }).then((proxy) => {
    proxy.upstream.always({ key: "alpha" }, limitedForAnHour);
    return proxy;
  });
}

test.concurrent.each([true, false])(
  "stream %p: asked as a stream, answered as the client likes",
  async (stream) => {
    await using proxy = await start();
    proxy.upstream.always({ key: "plus" }, openAiAnswer({ reasoning: "Hm.", text: "Hello there." }));
    const fields = { temperature: 0.4, stop_sequences: ["XYZ"], system: "Be brief." };
    const answer = await proxy.message({ stream, fields });
    const message = readAnswer(answer);
    expect(message.content).toEqual([
      { type: "thinking", thinking: "Hm.", signature: "" },
      { type: "text", text: "Hello there." },
    ]);
    expect(message.usage.input_tokens).toBe(200);
    expect(answer.header("content-type")).toStartWith(stream ? "text/event-stream" : "application/json");
    expect(answer.header("x-cf-key")).toBe("plus");
    const sent = proxy.upstream.last;
    expect(sent.path).toBe("/codex/responses");
    expect(sent.header("chatgpt-account-id")).toBe("account-plus");
    expect(sent.header("accept")).toBe("text/event-stream");
    expect(sent.header("user-agent")).toStartWith("claude-failover/");
    const body = JSON.parse(sent.body.toString());
    expect(body).toMatchObject({ model: gpt, stream: true, store: false, instructions: "Be brief." });
    expect(body).not.toHaveProperty("max_output_tokens");
    expect(body).not.toHaveProperty("temperature");
  },
);

test.concurrent("a tool call is collected whole for a client that does not stream", async () => {
  await using proxy = await start();
  const calls = [{ id: "call_Xw7", name: "look", arguments: '{"at":"東京"}' }];
  const events = openAiEvents("responses", { calls });
  proxy.upstream.always({ key: "plus" }, sse(events, { splitEvery: 7 }));
  const tools = [{ name: "look", input_schema: { type: "object" } }];
  const message = readMessage(await proxy.message({ fields: { tools } }));
  expect(message.content).toEqual([
    { type: "tool_use", id: "call_Xw7", name: "look", input: { at: "東京" } },
  ]);
  expect(message.stop_reason).toBe("tool_use");
});

test.concurrent("a cut in a collected answer is a failure, and not half an answer", async () => {
  await using proxy = await start();
  const events = openAiEvents("responses", { text: "one two three" }).slice(0, 7);
  proxy.upstream.always({ key: "plus" }, sse(events, { ending: "cut" }));
  const answer = await proxy.message();
  expect(answer.status).toBe(429);
  expect(answer.text).toContain("plus:");
});

test.concurrent("an expired token is a rejected key that says when it expired, without a call", async () => {
  await using proxy = await start(Date.UTC(2026, 0, 2, 3, 4));
  const answer = await proxy.message();
  expect(answer.text).toContain("expired on 2026-01-02 03:04 UTC");
  const health = await proxy.keyHealth("plus");
  expect(health.state).toBe("rejected");
  expect(health.reason).toContain("expired on 2026-01-02 03:04 UTC");
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`]);
});

test.concurrent("the limit of a subscription rests the whole key until it resets", async () => {
  await using proxy = await start();
  const error = {
    type: "usage_limit_reached",
    message: "The usage limit has been reached",
    plan_type: "plus",
    resets_in_seconds: 5000,
  };
  proxy.upstream.always({ key: "plus" }, json(429, { error }));
  await proxy.message();
  const health = await proxy.keyHealth("plus");
  expect(health.state).toBe("cooling");
  expect(health.cooldowns.map(({ model }) => model)).toEqual(["*"]);
  const rest = msFromNow(await proxy.restsUntil("plus"));
  expect(rest).toBeGreaterThan(4_990_000);
  expect(rest).toBeLessThan(5_010_000);
});

test.concurrent("beside an API key: each to its own server", async () => {
  const keys = { plus: { token: chatGptTokenFor("plus") }, gpt: openAiKey("gpt", { api: "chat" as const }) };
  await using proxy = await startProxy({ keys, config: { openaiModelMapping: { "*": gpt } } });
  expect((await proxy.message()).header("x-cf-key")).toBe("plus");
  proxy.upstream.always({ key: "plus" }, json(401, { detail: "Unauthorized" }));
  expect((await proxy.message()).header("x-cf-key")).toBe("gpt");
  expect(proxy.upstream.requests.map(({ path }) => path)).toEqual([
    "/codex/responses",
    "/codex/responses",
    "/v1/chat/completions",
  ]);
});
