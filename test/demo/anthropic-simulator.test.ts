// The simulated API over HTTP: what it refuses, what it answers, and that official clients understand it.
import { afterEach, describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import {
  type Simulator,
  type SimulatorOptions,
  startAnthropicSimulator,
} from "../../src/demo/anthropic-simulator";
import { parseStrictEvents, validateEvents } from "../support/anthropic-stream-validator";
import { readRecordedRequests } from "../support/recorded-requests";
import { ManualClock } from "./manual-clock";

const first = { token: "sk-ant-api03-demo-first", organization: "org-first" };
const second = { token: "sk-ant-api03-demo-second", organization: "org-second" };
const oauth = { token: "sk-ant-oat01-demo", organization: "org-oauth" };
const good = { "x-api-key": first.token, "anthropic-version": "2023-06-01" };
const hello = { model: "claude-opus-4-6", max_tokens: 100, messages: [{ role: "user", content: "Hello" }] };

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

function start(options: Partial<SimulatorOptions> = {}): Simulator {
  const simulator = startAnthropicSimulator({ keys: [first, second, oauth], ...options });
  running.push(simulator);
  return simulator;
}

function post(
  simulator: Simulator,
  body: unknown,
  headers: Record<string, string> = good,
  path = "/v1/messages",
) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(simulator.url + path, { method: "POST", headers, body: text });
}

async function refusal(response: Response) {
  const body = (await response.json()) as { type: string; error: { type: string; message: string } };
  expect(body.type).toBe("error");
  expect((body as { request_id?: string }).request_id).toBe(response.headers.get("request-id") ?? "none");
  return { status: response.status, type: body.error.type, message: body.error.message };
}

describe("what it refuses", () => {
  const version = { "anthropic-version": "2023-06-01" };
  const credentials: [string, Record<string, string>, string][] = [
    ["no credentials", version, "x-api-key header is required"],
    ["an unknown key", { ...version, "x-api-key": "sk-ant-api03-other" }, "invalid x-api-key"],
    [
      "an unknown bearer token",
      { ...version, authorization: "Bearer sk-ant-api03-other" },
      "Invalid bearer token",
    ],
    ["an OAuth token as an API key", { ...version, "x-api-key": oauth.token }, "invalid x-api-key"],
    [
      "an OAuth token without its beta header",
      { ...version, authorization: `Bearer ${oauth.token}` },
      "OAuth authentication is currently not supported.",
    ],
  ];
  test.each(credentials)("401 for %s", async (_, headers, message) => {
    const answer = await refusal(await post(start(), hello, headers));
    expect(answer).toEqual({ status: 401, type: "authentication_error", message });
  });

  test.each([
    ["none", { "x-api-key": first.token }, "anthropic-version: header is required"],
    [
      "an unknown one",
      { "x-api-key": first.token, "anthropic-version": "2020-01-01" },
      'anthropic-version: "2020-01-01" is not a valid version',
    ],
  ] as [string, Record<string, string>, string][])(
    "400 for anthropic-version: %s",
    async (_, headers, message) => {
      const answer = await refusal(await post(start(), hello, headers));
      expect(answer).toEqual({ status: 400, type: "invalid_request_error", message });
    },
  );

  const toolUse = [{ type: "tool_use", id: "toolu_1", name: "get_weather", input: {} }];
  test.each([
    ["broken JSON", '{"model":', "The request body is not valid JSON."],
    ["a list", [], "Input should be a valid dictionary"],
    ["no model", { ...hello, model: undefined }, "model: Field required"],
    ["no max_tokens", { ...hello, max_tokens: undefined }, "max_tokens: Field required"],
    ["a wrong max_tokens", { ...hello, max_tokens: "many" }, "max_tokens: Input should be a valid integer"],
    ["no messages", { ...hello, messages: undefined }, "messages: Field required"],
    ["an empty conversation", { ...hello, messages: [] }, "messages: at least one message is required"],
    [
      "a message without a role",
      { ...hello, messages: [{ content: "x" }] },
      "messages.0.role: Field required",
    ],
    [
      "an empty text block",
      { ...hello, messages: [{ role: "user", content: [{ type: "text", text: "" }] }] },
      "messages: text content blocks must be non-empty",
    ],
    ["a wrong stream", { ...hello, stream: "yes" }, "stream: Input should be a valid boolean"],
    [
      "an unanswered tool call",
      { ...hello, messages: [...hello.messages, { role: "assistant", content: toolUse }] },
      "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
    ],
    [
      "thinking that nobody signed",
      {
        ...hello,
        messages: [
          ...hello.messages,
          { role: "assistant", content: [{ type: "thinking", thinking: "Hm.", signature: "" }] },
        ],
      },
      "messages.1.content.0: Invalid `signature` in `thinking` block",
    ],
    [
      "more output than the model can give",
      { ...hello, model: "claude-haiku-4-5", max_tokens: 64_001 },
      "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5",
    ],
  ] as [string, unknown, string][])("400 for %s", async (_, body, message) => {
    const answer = await refusal(await post(start(), body));
    expect(answer).toEqual({ status: 400, type: "invalid_request_error", message });
  });

  test("404 for an unknown model and an unknown path", async () => {
    const simulator = start();
    const model = await refusal(await post(simulator, { ...hello, model: "constructor" }));
    expect(model).toEqual({ status: 404, type: "not_found_error", message: "model: constructor" });
    const path = await refusal(await fetch(`${simulator.url}/v1/nothing`, { headers: good }));
    expect(path.status).toBe(404);
  });

  test("529 where the script says so, without charging the limit", async () => {
    const simulator = start({
      overloadedAt: (requestNumber) => requestNumber === 1,
      limitFor: () => ({ requests: 1, refillMs: 60_000 }),
    });
    expect(await refusal(await post(simulator, hello))).toEqual({
      status: 529,
      type: "overloaded_error",
      message: "Overloaded",
    });
    expect((await post(simulator, hello)).status).toBe(200);
  });
});

describe("rate limits", () => {
  test("429 per key and model, over when the stated time has passed", async () => {
    const clock = new ManualClock();
    const simulator = start({ clock, limitFor: () => ({ requests: 2, refillMs: 10_000 }) });
    expect((await post(simulator, hello)).status).toBe(200);
    expect((await post(simulator, hello)).status).toBe(200);

    const limited = await post(simulator, hello);
    expect(limited.headers.get("anthropic-organization-id")).toBe("org-first");
    const seconds = Number(limited.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(await refusal(limited)).toMatchObject({ status: 429, type: "rate_limit_error" });

    expect((await post(simulator, { ...hello, model: "claude-sonnet-4-6" })).status).toBe(200);
    const other = await post(simulator, hello, { ...good, "x-api-key": second.token });
    expect([other.status, other.headers.get("anthropic-organization-id")]).toEqual([200, "org-second"]);

    clock.advance(seconds * 1000 - 1001);
    expect((await post(simulator, hello)).status).toBe(429);
    clock.advance(1001);
    expect((await post(simulator, hello)).status).toBe(200);
  });
});

describe("accounts", () => {
  test("out for every model until the stated time, in the words and headers of a subscription", async () => {
    const clock = new ManualClock();
    const outUntil = clock.now() + 10_000;
    const simulator = start({
      clock,
      accountOut: (keyIndex, now) => (keyIndex === 2 && now < outUntil ? outUntil : null),
    });
    const asOauth = {
      authorization: `Bearer ${oauth.token}`,
      "anthropic-beta": "oauth-2025-04-20",
      "anthropic-version": "2023-06-01",
    };
    for (const model of ["claude-opus-4-6", "claude-haiku-4-5"]) {
      const limited = await post(simulator, { ...hello, model }, asOauth);
      const unified = (name: string) => limited.headers.get(`anthropic-ratelimit-unified-${name}`);
      expect([unified("status"), unified("5h-status"), unified("7d-status")]).toEqual([
        "rejected",
        "rejected",
        "allowed",
      ]);
      expect(unified("5h-reset")).toBe(String(outUntil / 1000));
      expect(limited.headers.get("retry-after")).toBe("10");
      expect(await refusal(limited)).toMatchObject({ status: 429, type: "rate_limit_error" });
    }
    const other = await post(simulator, hello);
    expect([other.status, other.headers.get("anthropic-ratelimit-unified-status")]).toEqual([200, null]);
    clock.advance(10_000);
    const back = await post(simulator, hello, asOauth);
    expect([back.status, back.headers.get("anthropic-ratelimit-unified-status")]).toEqual([200, "allowed"]);
  });
});

describe("answers", () => {
  test("a message in one piece, with usage", async () => {
    const response = await post(start(), hello);
    expect(response.headers.get("request-id")).toStartWith("req_");
    expect(await response.json()).toMatchObject({
      type: "message",
      role: "assistant",
      model: "claude-opus-4-6",
      content: [{ type: "text", text: expect.stringContaining('You wrote: "Hello"') }],
      stop_reason: "end_turn",
      usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    });
  });

  const tool = {
    name: "get_weather",
    input_schema: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer", minimum: 2 } },
      required: ["city", "days"],
    },
  };
  test.each([
    ["text", hello],
    ["a tool call", { ...hello, tools: [tool], tool_choice: { type: "any" } }],
    ["a cut answer", { ...hello, max_tokens: 5 }],
    ["no content at all", { ...hello, max_tokens: 0 }],
  ])("streams legal events: %s", async (_, body) => {
    const response = await post(start(), { ...body, stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = parseStrictEvents(await response.text());
    validateEvents(events);
  });

  test("calls a tool that the person names, and answers in words once it has the result", async () => {
    const simulator = start();
    const asked = [{ role: "user", content: "Please use the get_weather tool." }];
    const call = (await (await post(simulator, { ...hello, tools: [tool], messages: asked })).json()) as {
      stop_reason: string;
      content: { type: string; id: string }[];
    };
    expect(call.stop_reason).toBe("tool_use");
    expect(call.content[1]).toMatchObject({
      type: "tool_use",
      name: "get_weather",
      input: { city: "demo", days: 2 },
    });

    const result = [{ type: "tool_result", tool_use_id: call.content[1]?.id, content: "sunny" }];
    const messages = [
      ...asked,
      { role: "assistant", content: call.content },
      { role: "user", content: result },
    ];
    const answer = await (await post(simulator, { ...hello, tools: [tool], messages })).json();
    expect(answer).toMatchObject({ stop_reason: "end_turn", content: [{ type: "text" }] });
  });

  test("calls several tools at once unless told not to", async () => {
    const simulator = start();
    const tools = [tool, { ...tool, name: "read_file" }];
    const messages = [{ role: "user", content: "use get_weather and read_file" }];
    const names = async (tool_choice: object) => {
      const response = await post(simulator, { ...hello, tools, messages, tool_choice });
      const { content } = (await response.json()) as { content: { type: string; name?: string }[] };
      return content.flatMap((block) => block.name ?? []);
    };
    expect(await names({ type: "auto" })).toEqual(["get_weather", "read_file"]);
    expect(await names({ type: "auto", disable_parallel_tool_use: true })).toEqual(["get_weather"]);
  });

  test("a given JSON schema is satisfied", async () => {
    const schema = { type: "object", properties: { title: { type: "string" } }, required: ["title"] };
    const body = { ...hello, output_config: { format: { type: "json_schema", schema } } };
    const answer = (await (await post(start(), body)).json()) as { content: { text: string }[] };
    expect(JSON.parse(answer.content[0]?.text ?? "")).toEqual({ title: "demo" });
  });

  test("a growing conversation reads more and more from the cache of its key only", async () => {
    const simulator = start();
    const system = [{ type: "text", text: "word ".repeat(1000), cache_control: { type: "ephemeral" } }];
    const usage = async (messages: unknown[], key = first) => {
      const response = await post(
        simulator,
        { ...hello, system, messages },
        { ...good, "x-api-key": key.token },
      );
      return ((await response.json()) as { usage: Record<string, number> }).usage;
    };
    const longer = [
      ...hello.messages,
      { role: "assistant", content: "Hi" },
      { role: "user", content: "And?" },
    ];
    const written = await usage(hello.messages);
    const read = await usage(longer);
    const foreign = await usage(longer, second);
    expect(written.cache_read_input_tokens).toBe(0);
    expect(written.cache_creation_input_tokens).toBeGreaterThan(1000);
    expect(read.cache_read_input_tokens).toBe(written.cache_creation_input_tokens ?? 0);
    expect(read.cache_creation_input_tokens).toBeGreaterThan(0);
    expect(foreign.cache_read_input_tokens).toBe(0);
  });

  test("counts tokens without max_tokens and lists models", async () => {
    const simulator = start();
    const counted = await post(
      simulator,
      { ...hello, max_tokens: undefined },
      good,
      "/v1/messages/count_tokens",
    );
    expect(await counted.json()).toEqual({ input_tokens: expect.any(Number) });
    const list = await fetch(`${simulator.url}/v1/models?limit=2`, { headers: good });
    expect(await list.json()).toMatchObject({
      data: [{ type: "model" }, { type: "model" }],
      has_more: true,
      first_id: "claude-fable-5-2",
    });
    const model = await fetch(`${simulator.url}/v1/models/claude-haiku-4-5`, { headers: good });
    expect(await model.json()).toMatchObject({ id: "claude-haiku-4-5-20251001" });
    expect((await fetch(`${simulator.url}/v1/models/none`, { headers: good })).status).toBe(404);
  });

  test("text comes at the given pace, piece by piece", async () => {
    const clock = new ManualClock();
    const simulator = start({ clock, pace: { firstByteMs: 0, deltaMs: 50 } });
    const response = await post(simulator, { ...hello, stream: true });
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let seen = "";
    let moved = 0;
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) break;
      seen += decoder.decode(chunk.value, { stream: true });
      const waiting = seen.endsWith("\n\n") && !seen.includes("event: message_stop");
      if (waiting && seen.includes("event: ping")) {
        clock.advance(50);
        moved++;
      }
    }
    expect(moved).toBeGreaterThan(5);
    validateEvents(parseStrictEvents(seen));
  });

  test("answers what the real client sends", async () => {
    const simulator = start();
    for (const recorded of readRecordedRequests().filter((request) => request.url.startsWith("/v1/"))) {
      const response = await fetch(simulator.url + recorded.url, {
        method: recorded.method,
        headers: { ...recorded.headers, authorization: "", "x-api-key": first.token },
        ...(recorded.body === null ? {} : { body: recorded.bytes }),
      });
      const unknown = recorded.body !== null && !String(recorded.body.model).startsWith("claude-");
      // The client echoes a signature that another provider left empty; the real API refuses it.
      const unsigned = recorded.name === "thinking-empty-signature-echoed";
      expect([recorded.name, response.status]).toEqual([recorded.name, unknown ? 404 : unsigned ? 400 : 200]);
      const text = await response.text();
      if (recorded.body?.stream === true && response.ok) validateEvents(parseStrictEvents(text));
    }
  });

  test("the official SDK streams from it", async () => {
    const client = new Anthropic({ baseURL: start().url, apiKey: first.token, maxRetries: 0 });
    const stream = client.messages.stream({
      model: "claude-opus-4-6",
      max_tokens: 100,
      tools: [{ ...tool, input_schema: { ...tool.input_schema, type: "object" as const } }],
      messages: [{ role: "user", content: "use get_weather" }],
    });
    const message = await stream.finalMessage();
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content.at(-1)).toMatchObject({ name: "get_weather", input: { city: "demo", days: 2 } });
  });

  test("the official SDK recognises its errors", async () => {
    const client = new Anthropic({ baseURL: start().url, apiKey: "sk-ant-api03-wrong", maxRetries: 0 });
    const request = client.messages.create({ ...hello, messages: [{ role: "user", content: "Hi" }] });
    const error = await request.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
  });
});
