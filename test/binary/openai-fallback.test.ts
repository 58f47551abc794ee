// The last resort: OpenAI keys serve when no Anthropic key can, and Claude takes over again (routing.md section 1).
import { expect, setDefaultTimeout, test } from "bun:test";
import { type Block, errorBody, messageBody } from "../support/anthropic-answers";
import { awaitRows } from "../support/ledger-rows";
import { type OpenAiContent, openAiAnswer } from "../support/openai-answers";
import {
  dialects,
  gpt,
  limitedForAnHour,
  readAnswer,
  startLimited,
  startMixed,
  startOpenAi,
} from "../support/openai-setup";
import { errorOf, openAiKey, opus, sonnet, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";

setDefaultTimeout(30_000);

const forms = dialects.flatMap((dialect) => [true, false].map((stream) => [dialect, stream] as const));
const weather = {
  name: "get_weather",
  description: "Weather",
  input_schema: { type: "object", properties: { city: { type: "string" } } },
};

test.concurrent.each(forms)(
  "%s, stream %p: the OpenAI key serves when Claude is out",
  async (api, stream) => {
    await using proxy = await startLimited(api);
    const answer = await proxy.message({ stream });
    const message = readAnswer(answer);
    expect(message.content).toEqual([{ type: "text", text: `served by gpt with ${gpt} through ${api}` }]);
    expect(message.model).toBe(opus);
    expect(message.stop_reason).toBe("end_turn");
    expect(message.usage).toMatchObject({
      input_tokens: 200,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 0,
      output_tokens: 50,
    });
    expect(answer.header("x-cf-key")).toBe("gpt");
    expect(answer.header("x-cf-provider")).toBe("openai");
    expect(answer.header("x-cf-model")).toBe(gpt);
    expect(answer.header("x-cf-fallback")).toBe(`${opus} -> ${gpt}`);
    expect(answer.header("x-cf-attempts")).toBe("2");
    expect(answer.header("request-id")).toMatch(/^req_/);
    const again = await proxy.message({ stream });
    expect(again.header("x-cf-attempts")).toBe("1");
    expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `gpt ${gpt} (${api})`, `gpt ${gpt} (${api})`]);
  },
);

const answers: [string, OpenAiContent, Record<string, unknown>[], string][] = [
  [
    "thinking, text and a call",
    {
      reasoning: "The user asks for the weather.",
      text: "Let me look, 東京 🗼. ",
      calls: [{ id: "call_Xw7", name: "get_weather", arguments: '{"city":"Zürich","days":3}' }],
    },
    [
      { type: "thinking", thinking: "The user asks for the weather.", signature: "" },
      { type: "text", text: "Let me look, 東京 🗼. " },
      { type: "tool_use", id: "call_Xw7", name: "get_weather", input: { city: "Zürich", days: 3 } },
    ],
    "tool_use",
  ],
  [
    "parallel calls, one without arguments",
    {
      calls: [
        { id: "call_Xw7", name: "get_weather", arguments: '{"city":"Bern"}' },
        { id: "call_Yz8", name: "get_weather", arguments: "" },
      ],
    },
    [
      { type: "tool_use", id: "call_Xw7", name: "get_weather", input: { city: "Bern" } },
      { type: "tool_use", id: "call_Yz8", name: "get_weather", input: {} },
    ],
    "tool_use",
  ],
  [
    "a cut at the limit",
    { text: "Once upon", cutBy: "length" },
    [{ type: "text", text: "Once upon" }],
    "max_tokens",
  ],
  ["a refusal", { refusal: "No. Never." }, [{ type: "text", text: "No. Never." }], "refusal"],
];

for (const [title, content, blocks, stopReason] of answers) {
  test.concurrent.each(forms)(
    `%s, stream %p: ${title} arrives as Claude would say it`,
    async (api, stream) => {
      await using proxy = await startLimited(api);
      proxy.upstream.always({ key: "gpt" }, openAiAnswer(content, { splitEvery: 13 }));
      const message = readAnswer(await proxy.message({ stream, fields: { tools: [weather] } }));
      expect(message.content).toEqual(blocks);
      expect(message.stop_reason).toBe(stopReason);
    },
  );
}

test.concurrent.each(dialects)("%s: back to Claude, with the history that GPT wrote", async (api) => {
  await using proxy = await startMixed(api);
  proxy.upstream.next(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "x"), { "retry-after": "1" }),
  );
  const call = { id: "call_abc", name: "get_weather", arguments: '{"city":"Bern"}' };
  proxy.upstream.next({ key: "gpt" }, openAiAnswer({ reasoning: "Think.", text: "Looking.", calls: [call] }));
  const ask = { role: "user", content: "Weather in Bern?" };
  const first = await proxy.message({ stream: true, fields: { messages: [ask], tools: [weather] } });
  expect(first.header("x-cf-provider")).toBe("openai");
  const said = readAnswer(first).content;
  expect(said.map(({ type }) => type)).toEqual(["thinking", "text", "tool_use"]);
  await proxy.untilReady("alpha");
  const result = { type: "tool_result", tool_use_id: "call_abc", content: "Sunny" };
  const messages = [ask, { role: "assistant", content: said }, { role: "user", content: [result] }];
  const blocks: Block[] = [{ type: "thinking", thinking: "Claude's own.", signature: "EqQBCkYIBRgCKkA=" }];
  const blocksToo: Block[] = [...blocks, { type: "tool_use", id: "toolu_1", name: "get_weather", input: {} }];
  proxy.upstream.next(
    { key: "alpha" },
    json(200, messageBody({ blocks: blocksToo, stopReason: "tool_use" })),
  );
  const second = await proxy.message({ fields: { messages, tools: [weather] } });
  expect(second.header("x-cf-provider")).toBe("anthropic");
  expect(second.header("x-cf-fallback")).toBeNull();
  const sent = JSON.parse(proxy.upstream.last.body.toString());
  expect(sent.messages[1].content).toEqual(said.slice(1));
  expect(sent.messages[2]).toEqual(messages[2]);

  // And once more to OpenAI, with what Claude has thought.
  proxy.upstream.always({ path: "/v1/messages" }, limitedForAnHour);
  messages.push({ role: "assistant", content: readAnswer(second).content });
  messages.push({ role: "user", content: [{ ...result, tool_use_id: "toolu_1" }] });
  const third = await proxy.message({ fields: { messages, tools: [weather] } });
  expect(third.header("x-cf-provider")).toBe("openai");
  expect(proxy.upstream.last.body.toString()).not.toContain("Claude's own.");
  expect(proxy.upstream.last.body.toString()).toContain("toolu_1");
});

test.concurrent("warming Claude's prompt cache: by Claude while it can, else an empty message, and nobody is asked", async () => {
  await using proxy = await startMixed("chat");
  const warm = { fields: { max_tokens: 0 } };
  expect((await proxy.message(warm)).header("x-cf-key")).toBe("alpha");
  proxy.upstream.always({ key: "alpha" }, limitedForAnHour);
  await proxy.message();
  const before = proxy.upstream.requests.length;
  const answer = await proxy.message(warm);
  expect(answer.status).toBe(200);
  expect([answer.header("x-cf-key"), answer.header("x-cf-model")]).toEqual(["gpt", gpt]);
  expect(answer.json()).toMatchObject({
    id: expect.stringMatching(/^msg_/),
    type: "message",
    role: "assistant",
    model: opus,
    content: [],
    stop_reason: "max_tokens",
    usage: { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0 },
  });
  expect(proxy.upstream.requests).toHaveLength(before);
  const [row] = await awaitRows(proxy.cf.home, 3);
  expect(row).toMatchObject({
    service: "fell_back",
    state: "complete",
    costUsd: 0,
    stopReason: "max_tokens",
  });
  // Which no API takes: Claude would say so.
  expect((await proxy.message({ ...warm, stream: true })).status).toBe(429);
});

test.concurrent("the queue comes before the last resort", async () => {
  await using proxy = await startMixed("chat", { config: { queueWaitMs: 20_000 } });
  const brief = json(429, errorBody("rate_limit_error", "x"), { "retry-after-ms": "600" });
  proxy.upstream.next({ key: "alpha" }, brief);
  const answer = await proxy.message();
  expect(answer.header("x-cf-provider")).toBe("anthropic");
  expect(Number(answer.header("x-cf-queued-ms"))).toBeGreaterThan(400);
  expect(proxy.upstream.calls({ key: "gpt" })).toEqual([]);
});

test.concurrent("a return beyond the patience of the queue: the last resort at once", async () => {
  await using proxy = await startLimited("chat", { config: { queueWaitMs: 20_000 } });
  const answer = await proxy.message();
  expect(answer.header("x-cf-provider")).toBe("openai");
  expect(answer.header("x-cf-queued-ms")).toBeNull();
});

test.concurrent("an OpenAI key in front of an Anthropic one is asked at its place, the switch off or on", async () => {
  await using proxy = await startMixed("chat", {
    config: { openaiModelFallback: false },
    profile: { keyOrder: ["gpt", "alpha"] },
  });
  expect((await proxy.message()).header("x-cf-key")).toBe("gpt");
  proxy.upstream.always({ key: "gpt" }, json(429, { error: { message: "slow" } }, { "retry-after": "60" }));
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("a chain is gone through before the last resort, which stands in for the asked model", async () => {
  const openaiModelMapping = { [opus]: "gpt-5.4", [sonnet]: "gpt-5.4-mini" };
  await using proxy = await startLimited("chat", {
    config: { modelFallback: { [opus]: sonnet }, openaiModelMapping },
  });
  const answer = await proxy.message();
  expect(answer.header("x-cf-fallback")).toBe(`${opus} -> gpt-5.4`);
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `alpha ${sonnet}`, "gpt gpt-5.4 (chat)"]);
});

test.concurrent("OpenAI keys only: no switch and no queue", async () => {
  await using proxy = await startOpenAi("chat", { config: { queueWaitMs: 20_000 } });
  const answer = await proxy.message();
  expect(answer.header("x-cf-provider")).toBe("openai");
  expect(answer.header("x-cf-queued-ms")).toBeNull();
  expect((await proxy.health()).status).toBe("ok");
});

test.concurrent("OpenAI keys only, and limited: the queue waits for them", async () => {
  await using proxy = await startOpenAi("chat", { config: { queueWaitMs: 20_000 } });
  proxy.upstream.next({}, json(429, { error: { message: "slow" } }, { "retry-after-ms": "500" }));
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(Number(answer.header("x-cf-queued-ms"))).toBeGreaterThan(300);
});

test.concurrent("the switch off: the last resort is none", async () => {
  await using proxy = await startLimited("chat", { config: { openaiModelFallback: false } });
  const answer = await proxy.message();
  expect(answer.status).toBe(429);
  expect(errorOf(answer).message).not.toContain("gpt");
  expect(proxy.upstream.calls({ key: "gpt" })).toEqual([]);
});

test.concurrent("x-cf-fallback: off keeps a request with Claude", async () => {
  await using proxy = await startLimited("chat");
  const answer = await proxy.message({ headers: { "x-cf-fallback": "off" } });
  expect(answer.status).toBe(429);
  expect(proxy.upstream.calls({ key: "gpt" })).toEqual([]);
});

test.concurrent("x-cf-key names an OpenAI key: it serves although Claude could, the switch off", async () => {
  await using proxy = await startMixed("responses", { config: { openaiModelFallback: false } });
  const answer = await proxy.message({ headers: { "x-cf-key": "gpt" } });
  expect(answer.header("x-cf-key")).toBe("gpt");
  expect(answer.header("x-cf-provider")).toBe("openai");
  expect(proxy.upstream.calls()).toEqual([`gpt ${gpt} (responses)`]);
});

test.concurrent("back to Claude after a web search that OpenAI made: Claude would refuse to read it", async () => {
  await using proxy = await startMixed("responses");
  proxy.upstream.next(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "x"), { "retry-after": "1" }),
  );
  const sources = [{ type: "url", url: "https://a.example" }];
  const action = { type: "search", query: "a", sources };
  const search = { type: "web_search_call", id: "ws_1", status: "completed", action };
  const part = { type: "output_text", text: "As a.example says.", annotations: [] };
  const said = { type: "message", id: "msg_1", role: "assistant", status: "completed", content: [part] };
  const response = { id: "resp_1", object: "response", status: "completed", model: gpt, usage: null };
  proxy.upstream.next({ key: "gpt" }, json(200, { ...response, output: [search, said] }));
  const ask = { role: "user", content: "What does a.example say?" };
  const tools = [{ type: "web_search_20250305", name: "web_search" }];
  const first = await proxy.message({ fields: { messages: [ask], tools } });
  const { content } = readAnswer(first);
  expect(content.map(({ type }) => type)).toEqual(["server_tool_use", "web_search_tool_result", "text"]);
  await proxy.untilReady("alpha");
  const messages = [ask, { role: "assistant", content }, { role: "user", content: "And now?" }];
  const second = await proxy.message({ fields: { messages, tools } });
  expect(second.header("x-cf-provider")).toBe("anthropic");
  expect(JSON.parse(proxy.upstream.last.body.toString()).messages[1].content).toEqual(content.slice(2));

  // GPT itself still hears what its search has found.
  proxy.upstream.always({ path: "/v1/messages" }, limitedForAnHour);
  await proxy.message({ fields: { messages, tools } });
  expect(proxy.upstream.last.key).toBe("gpt");
  expect(proxy.upstream.last.body.toString()).toContain("https://a.example");
});

test.concurrent.each(["gpt-5.4-mini", "o3", "my-local-model", "gpt-5.4-mini[1m]"])(
  "a client that asks for %s itself gets it, from OpenAI keys alone",
  async (model) => {
    await using proxy = await startMixed("chat", {
      config: { openaiModelFallback: false, openaiModelMapping: { "*": "my-local-model" } },
    });
    const answer = await proxy.message({ model });
    const plain = model.replace("[1m]", "");
    expect(answer.header("x-cf-model")).toBe(plain);
    expect(readAnswer(answer).model).toBe(model);
    expect(proxy.upstream.calls()).toEqual([`gpt ${plain} (chat)`]);
  },
);

test.concurrent("a client that asks for a GPT model without an OpenAI key hears Anthropic's refusal", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const refusal = errorBody("not_found_error", "model: gpt-5.4");
  proxy.upstream.always({}, json(404, refusal));
  const answer = await proxy.message({ model: "gpt-5.4" });
  expect(answer.status).toBe(404);
  expect(answer.json()).toEqual(refusal);
});

test.concurrent.each([
  ["claude-opus-4-6", "exact"],
  ["claude-opus-4-6[1m]", "exact"],
  ["claude-opus-9-20300101", "family"],
  ["claude-opusculum-1", "rest"],
  ["constructor", "rest"],
])("the mapping takes %s to the %s entry", async (model, expected) => {
  await using proxy = await startOpenAi("chat", {
    config: { openaiModelMapping: { "claude-opus": "family", "claude-opus-4-6": "exact", "*": "rest" } },
  });
  const answer = await proxy.message({ model });
  expect(answer.header("x-cf-model")).toBe(expected);
  expect(readAnswer(answer).model).toBe(model);
});

test.concurrent("a mapping that has no model for the asked one says so", async () => {
  await using proxy = await startOpenAi("chat", { config: { openaiModelMapping: { [opus]: "gpt-5.4" } } });
  const answer = await proxy.message({ model: sonnet });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(errorOf(answer).message).toContain("openaiModelMapping");
});

test.concurrent("a conversation that GPT has served goes back to Claude as soon as it can", async () => {
  await using proxy = await startMixed("chat");
  proxy.upstream.next(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "x"), { "retry-after": "1" }),
  );
  const prompt = "The same conversation";
  expect((await proxy.message({ prompt })).header("x-cf-key")).toBe("gpt");
  await proxy.untilReady("alpha");
  expect((await proxy.message({ prompt })).header("x-cf-key")).toBe("alpha");
});

test.concurrent("several OpenAI keys are asked in their order", async () => {
  await using proxy = await startMixed("chat", {
    keys: { alpha: {}, one: openAiKey("one", { api: "chat" }), two: openAiKey("two", { api: "responses" }) },
  });
  proxy.upstream.always({ path: "/v1/messages" }, limitedForAnHour);
  expect((await proxy.message()).header("x-cf-key")).toBe("one");
  proxy.upstream.always({ key: "one" }, json(401, { error: { message: "Incorrect API key provided" } }));
  const answer = await proxy.message({ stream: true });
  expect(readAnswer(answer).content).toEqual([
    { type: "text", text: `served by two with ${gpt} through responses` },
  ]);
});
