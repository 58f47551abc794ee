// The official SDK as the client, while the first key is limited: it must not notice anything.
import { expect, setDefaultTimeout, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { type Block, errorBody, messageBody, messageEvents } from "../support/anthropic-answers";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { json, sse, stall } from "../support/replies";

setDefaultTimeout(30_000);

const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" });
const toolCall: Block[] = [
  { type: "thinking", thinking: "The weather is asked for.", signature: "EqQBCkYIBRgCKkA=" },
  { type: "text", text: "Let me look. " },
  { type: "tool_use", id: "toolu_01A", name: "get_weather", input: { city: "Zürich", days: 3 } },
];
const tools: Anthropic.Tool[] = [
  {
    name: "get_weather",
    description: "The weather in a city",
    input_schema: { type: "object", properties: { city: { type: "string" } } },
  },
];
const request = { model: opus, max_tokens: 64, messages: [{ role: "user" as const, content: "Hello" }] };

function clientOf(proxy: ProxySetup, maxRetries = 0): Anthropic {
  return new Anthropic({ baseURL: proxy.url, apiKey: "sk-ant-api03-client", maxRetries });
}

/** Two keys, the first of which is limited. */
async function startLimited(): Promise<ProxySetup> {
  const proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, limited);
  return proxy;
}

/** What a call threw; fails if it did not throw. */
async function failureOf(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("The call did not fail");
}

test.concurrent("messages.create", async () => {
  await using proxy = await startLimited();
  const { data, response } = await clientOf(proxy).messages.create(request).withResponse();
  expect(data.content).toMatchObject([{ type: "text", text: `served by beta with ${opus}` }]);
  expect(data.usage.output_tokens).toBe(7);
  expect(response.headers.get("x-cf-key")).toBe("beta");
});

test.concurrent("messages.create with stream: true", async () => {
  await using proxy = await startLimited();
  const stream = await clientOf(proxy).messages.create({ ...request, stream: true });
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  expect(types.at(0)).toBe("message_start");
  expect(types.at(-1)).toBe("message_stop");
});

test.concurrent("messages.stream with its helpers, thinking and a tool call", async () => {
  await using proxy = await startLimited();
  proxy.upstream.always(
    { key: "beta" },
    sse(messageEvents({ blocks: toolCall, stopReason: "tool_use" }), { splitEvery: 11 }),
  );
  let text = "";
  let thinking = "";
  const stream = clientOf(proxy)
    .messages.stream({ ...request, tools })
    .on("text", (delta) => {
      text += delta;
    })
    .on("thinking", (delta) => {
      thinking += delta;
    });
  const message = await stream.finalMessage();
  expect(text).toBe("Let me look. ");
  expect(thinking).toBe("The weather is asked for.");
  expect(message.stop_reason).toBe("tool_use");
  expect(message.content).toMatchObject(toolCall);
});

test.concurrent("a conversation with tools, turn by turn", async () => {
  await using proxy = await startLimited();
  proxy.upstream.next({ key: "beta" }, json(200, messageBody({ blocks: toolCall, stopReason: "tool_use" })));
  const client = clientOf(proxy);
  const first = await client.messages.create({ ...request, tools });
  const call = first.content.find((block) => block.type === "tool_use");
  const second = await client.messages.create({
    ...request,
    tools,
    messages: [
      ...request.messages,
      { role: "assistant", content: first.content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: call?.id ?? "", content: "Sunny" }] },
    ],
  });
  expect(second.stop_reason).toBe("end_turn");
  const sent = JSON.parse(proxy.upstream.last.body.toString());
  expect(sent.messages[1].content).toEqual(toolCall);
});

test.concurrent("messages.countTokens and models.list", async () => {
  await using proxy = await startLimited();
  const client = clientOf(proxy);
  expect((await client.messages.countTokens({ model: opus, messages: request.messages })).input_tokens).toBe(
    42,
  );
  const ids: string[] = [];
  for await (const model of client.models.list()) ids.push(model.id);
  expect(ids.length).toBeGreaterThan(0);
});

test.concurrent("what the SDK sends goes through: version, betas, stainless headers", async () => {
  await using proxy = await startLimited();
  await clientOf(proxy).messages.create(request, { headers: { "anthropic-beta": "effort-2025-11-24" } });
  const sent = proxy.upstream.last;
  expect(sent.header("anthropic-version")).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(sent.header("anthropic-beta")).toBe("effort-2025-11-24");
  expect(sent.header("x-stainless-lang")).toBe("js");
  expect(JSON.parse(sent.body.toString())).toEqual(request);
});

test.concurrent("RateLimitError when every key is out, with the headers and details of ours", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, limited);
  const error = await failureOf(clientOf(proxy).messages.create(request));
  if (!(error instanceof Anthropic.RateLimitError)) throw error;
  expect(error.status).toBe(429);
  expect(Number(error.headers.get("retry-after"))).toBeGreaterThan(20);
  expect(error.headers.get("x-cf-request-id")).toBeString();
  expect(error.message).toContain("alpha");
  expect(JSON.stringify(error.error)).toContain('"attempts"');
});

test.concurrent("the SDK's own retry waits as told and then succeeds", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  proxy.upstream.next({}, json(429, errorBody("rate_limit_error", "Limited"), { "retry-after-ms": "200" }));
  const message = await clientOf(proxy, 3).messages.create(request);
  expect(message.stop_reason).toBe("end_turn");
});

test.concurrent("BadRequestError, NotFoundError, AuthenticationError, InternalServerError", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const client = clientOf(proxy);
  proxy.upstream.next({}, json(400, errorBody("invalid_request_error", "max_tokens: Field required")));
  const bad = await failureOf(client.messages.create(request));
  expect(bad).toBeInstanceOf(Anthropic.BadRequestError);
  expect((bad as Error).message).toContain("max_tokens: Field required");
  proxy.upstream.next({ model: "nonesuch" }, json(404, errorBody("not_found_error", "model: nonesuch")));
  const missing = await failureOf(client.messages.create({ ...request, model: "nonesuch" }));
  expect(missing).toBeInstanceOf(Anthropic.NotFoundError);
  proxy.upstream.always({ model: sonnet }, json(500, errorBody("api_error", "Broken")));
  const broken = await failureOf(client.messages.create({ ...request, model: sonnet }));
  expect(broken).toBeInstanceOf(Anthropic.InternalServerError);
  proxy.upstream.always({}, json(401, errorBody("authentication_error", "invalid x-api-key")));
  const refused = await failureOf(client.messages.create(request));
  expect(refused).toBeInstanceOf(Anthropic.AuthenticationError);
});

test.concurrent("an upstream that dies in mid-stream is an error for the SDK, never a finished message", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, sse(messageEvents().slice(0, 4), { ending: "reset" }));
  const error = await failureOf(clientOf(proxy).messages.stream(request).finalMessage());
  expect(error).toBeInstanceOf(Anthropic.APIError);
});

test.concurrent("an abort by the user reaches the upstream", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({}, stall, sse(messageEvents().slice(0, 3), { ending: "stall" }));
  const client = clientOf(proxy);
  const controller = new AbortController();
  const call = failureOf(client.messages.create(request, { signal: controller.signal }));
  await proxy.upstream.received(1);
  controller.abort();
  expect(await call).toBeInstanceOf(Anthropic.APIUserAbortError);
  await proxy.upstream.waitFor("the close", () => proxy.upstream.last.abandonedAt !== null, 3000);

  const stream = client.messages.stream(request);
  stream.on("text", () => stream.abort());
  expect(await failureOf(stream.finalMessage())).toBeInstanceOf(Anthropic.APIUserAbortError);
  await proxy.upstream.waitFor("the close", () => proxy.upstream.last.abandonedAt !== null, 3000);
  expect((await proxy.keyHealth("alpha")).cooldowns).toEqual([]);
});
