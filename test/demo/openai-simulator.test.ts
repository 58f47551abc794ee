// The simulated OpenAI API over HTTP: as strict as the real one, legal in both dialects, understood by the official client.
import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { simulatedOpenAiModels } from "../../src/demo/openai/openai-models";
import { findStrictModel } from "../../src/demo/openai/strict/models";
import {
  type OpenAiSimulator,
  type OpenAiSimulatorOptions,
  startOpenAiSimulator,
} from "../../src/demo/openai-simulator";
import { ManualClock } from "./manual-clock";
import { type ChatCall, type ResponsesEvent, readChatStream, readResponsesStream } from "./openai-streams";

const key = { token: "sk-proj-demo-first", organization: "org-first" };
const other = { token: "sk-proj-demo-second", organization: "org-second" };
const good = { authorization: `Bearer ${key.token}`, "content-type": "application/json" };
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const hi = { role: "user", content: "Hello" };
const chatHello = { model: "gpt-4o", messages: [hi] };
const chatTools = ["get_weather", "read_file"].map((name) => ({
  type: "function" as const,
  function: { name, parameters },
}));
const hello = { model: "gpt-6.1-sol", input: [hi], store: false };
const tools = ["get_weather", "read_file"].map((name) => ({
  type: "function" as const,
  name,
  parameters,
  strict: false,
}));

const running: OpenAiSimulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

function start(options: Partial<OpenAiSimulatorOptions> = {}): OpenAiSimulator {
  const simulator = startOpenAiSimulator({ keys: [key, other], ...options });
  running.push(simulator);
  return simulator;
}

function officialClient(simulator: OpenAiSimulator, apiKey = key.token): OpenAI {
  return new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey, maxRetries: 0 });
}

function post(
  simulator: OpenAiSimulator,
  path: string,
  body: unknown,
  headers: Record<string, string> = good,
) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${simulator.url}/v1${path}`, { method: "POST", headers, body: text });
}

const postChat = (simulator: OpenAiSimulator, body: unknown) => post(simulator, "/chat/completions", body);
const postResponses = (simulator: OpenAiSimulator, body: unknown) => post(simulator, "/responses", body);

async function refusal(response: Response) {
  expect(response.headers.get("x-request-id")).toStartWith("req_");
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  expect(Object.keys(error).toSorted()).toEqual(["code", "message", "param", "type"]);
  return { status: response.status, ...error };
}

describe("what it refuses", () => {
  test.each([
    ["no key", { "content-type": "application/json" }, { status: 401, code: null }],
    [
      "an unknown key",
      { ...good, authorization: "Bearer sk-other" },
      { status: 401, code: "invalid_api_key" },
    ],
    ["plain text", { ...good, "content-type": "text/plain" }, { status: 415, code: null }],
  ] as [string, Record<string, string>, object][])("%s", async (_, headers, expected) => {
    const answer = await refusal(await post(start(), "/responses", hello, headers));
    expect(answer).toMatchObject({ type: "invalid_request_error", ...expected });
    expect(JSON.stringify(answer)).not.toContain("sk-other");
  });

  test("unknown paths and methods", async () => {
    const simulator = start();
    expect(await refusal(await post(simulator, "/messages", hello))).toMatchObject({
      status: 404,
      message: "Invalid URL (POST /v1/messages)",
    });
    expect((await fetch(`${simulator.url}/v1/responses`, { headers: good })).status).toBe(404);
  });

  const thirtyWords = "word ".repeat(90_000);
  test.each<[string, string, unknown, Record<string, unknown>]>([
    [
      "broken JSON",
      "/responses",
      '{"model":',
      { status: 400, message: expect.stringContaining("parse the JSON") },
    ],
    ["no object", "/responses", [], { status: 400, message: expect.stringContaining("parse the JSON") }],
    ["no model", "/chat/completions", { messages: [hi] }, { status: 400, param: "model" }],
    [
      "an unknown model",
      "/responses",
      { ...hello, model: "gpt-0" },
      { status: 404, code: "model_not_found" },
    ],
    [
      "an unknown parameter",
      "/responses",
      { ...hello, stop: ["a"] },
      { status: 400, param: "stop", code: "unknown_parameter" },
    ],
    [
      "max_tokens for a reasoning model",
      "/chat/completions",
      { ...chatHello, model: "gpt-5.1", max_tokens: 5 },
      { status: 400, param: "max_tokens", code: "unsupported_parameter" },
    ],
    [
      "an effort that the model lacks",
      "/responses",
      { ...hello, reasoning: { effort: "none" } },
      { status: 400, param: "reasoning.effort", code: "unsupported_value" },
    ],
    [
      "tools with reasoning in Chat Completions",
      "/chat/completions",
      { ...chatHello, model: "gpt-6.1-sol", tools: chatTools },
      { status: 400, param: "reasoning_effort", message: expect.stringContaining("use /v1/responses") },
    ],
    [
      "a call without its result",
      "/responses",
      { ...hello, input: [{ type: "function_call", call_id: "a", name: "x", arguments: "{}" }] },
      { status: 400, message: "No tool output found for function call a." },
    ],
    [
      "a prompt beyond the window in chat",
      "/chat/completions",
      { ...chatHello, messages: [{ role: "user", content: thirtyWords }] },
      {
        status: 400,
        code: "context_length_exceeded",
        message: expect.stringMatching(/is 128000 tokens.* in 128\d+ tokens/),
      },
    ],
    [
      "a prompt beyond the window in responses",
      "/responses",
      { ...hello, model: "gpt-4o", input: thirtyWords },
      { status: 400, code: "context_length_exceeded", param: "input" },
    ],
  ])("%s", async (_, path, body, expected) => {
    const answer = await refusal(await post(start(), path, body));
    expect(answer).toMatchObject({ type: "invalid_request_error", ...expected });
  });

  test("its judge shares nothing with the translator that it judges", () => {
    const folder = join(import.meta.dir, "../../src/demo/openai");
    const judges = readdirSync(join(folder, "strict")).map((name) => join("strict", name));
    const imports = ["strict-checker.ts", ...judges].flatMap((name) =>
      new Bun.Transpiler({ loader: "ts" }).scanImports(readFileSync(join(folder, name), "utf8")),
    );
    const foreign = imports.map(({ path }) => path).filter((path) => !/^\.\/|json-value$/.test(path));
    expect(imports.length).toBeGreaterThan(10);
    expect(foreign).toEqual([]);
  });

  test("the judge knows every model that is served", () => {
    const unknown = simulatedOpenAiModels.filter(({ id }) => findStrictModel(id) === undefined);
    expect(unknown).toEqual([]);
  });
});

describe("limits", () => {
  test("429 per key, over when the stated time has passed", async () => {
    const clock = new ManualClock();
    const simulator = start({ clock, limitFor: () => ({ requests: 2, refillMs: 10_000 }) });
    const allowed = await postResponses(simulator, hello);
    expect(allowed.headers.get("x-ratelimit-reset-tokens")).toMatch(/^[\d.]+m?s$/);
    expect(Number(allowed.headers.get("x-ratelimit-remaining-tokens"))).toBeGreaterThan(0);
    expect((await postResponses(simulator, hello)).status).toBe(200);

    const limited = await postResponses(simulator, hello);
    const waitMs = Number(limited.headers.get("retry-after-ms"));
    expect(Math.ceil(waitMs / 1000)).toBe(Number(limited.headers.get("retry-after")));
    expect(limited.headers.get("x-ratelimit-remaining-tokens")).toBe("0");
    expect(await refusal(limited)).toMatchObject({
      status: 429,
      type: "tokens",
      code: "rate_limit_exceeded",
      message: expect.stringContaining(`Please try again in ${waitMs / 1000}s.`),
    });
    const another = await post(simulator, "/responses", hello, {
      ...good,
      authorization: `Bearer ${other.token}`,
    });
    expect([another.status, another.headers.get("openai-organization")]).toEqual([200, "org-second"]);

    clock.advance(waitMs - 1);
    expect((await postResponses(simulator, hello)).status).toBe(429);
    clock.advance(1);
    expect((await postResponses(simulator, hello)).status).toBe(200);
  });

  test("fails where the script says so, and only there", async () => {
    const quota = {
      status: 429,
      type: "insufficient_quota",
      param: null,
      code: "insufficient_quota",
      message: "No.",
    };
    const simulator = start({ failAt: (requestNumber) => (requestNumber === 2 ? quota : null) });
    expect((await postChat(simulator, chatHello)).status).toBe(200);
    expect(await refusal(await postResponses(simulator, hello))).toEqual(quota);
    expect((await postResponses(simulator, hello)).status).toBe(200);
  });

  test("the official client sees a rate limit and a wrong key as what they are", async () => {
    const simulator = start({ limitFor: () => ({ requests: 0, refillMs: 10_000 }) });
    const errorOf = (client: OpenAI) =>
      client.responses.create({ model: "gpt-6.1-sol", input: "hi" }).then(
        () => null,
        (error: unknown) => error,
      );
    expect(await errorOf(officialClient(simulator))).toBeInstanceOf(OpenAI.RateLimitError);
    expect(await errorOf(officialClient(simulator, "sk-wrong"))).toBeInstanceOf(OpenAI.AuthenticationError);
  });
});

describe("answers", () => {
  test("in words, in both dialects, with usage", async () => {
    const simulator = start();
    expect(await (await postChat(simulator, chatHello)).json()).toMatchObject({
      object: "chat.completion",
      choices: [
        {
          message: { role: "assistant", content: expect.stringContaining('You wrote: "Hello"') },
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
    });
    const whole = await (await postResponses(simulator, hello)).json();
    expect(whole).toMatchObject({
      object: "response",
      status: "completed",
      output: [
        { type: "reasoning", summary: [] },
        { type: "message", content: [{ type: "output_text" }] },
      ],
      usage: { output_tokens_details: { reasoning_tokens: 64 } },
    });
  });

  test("reminders of the client are not the person's words", async () => {
    const content = "<system-reminder>\nuse get_weather\n</system-reminder>\n\nWhat is new?";
    const body = { ...hello, tools, input: [{ role: "user", content }] };
    const answer = await (await postResponses(start(), body)).text();
    expect(answer).toContain('You wrote: \\"What is new?\\"');
  });

  test("a JSON schema is satisfied in both dialects", async () => {
    const simulator = start();
    const schema = { type: "object", properties: { title: { type: "string" } }, required: ["title"] };
    const chat = {
      ...chatHello,
      response_format: { type: "json_schema", json_schema: { name: "o", schema } },
    };
    const responses = { ...hello, text: { format: { type: "json_schema", name: "o", schema } } };
    expect(await (await postChat(simulator, chat)).json()).toMatchObject({
      choices: [{ message: { content: '{"title":"demo"}' } }],
    });
    expect(await (await postResponses(simulator, responses)).json()).toMatchObject({
      output: [{ type: "reasoning" }, { content: [{ text: '{"title":"demo"}' }] }],
    });
  });

  test("an answer that is too long for its limit is cut, and says so", async () => {
    const simulator = start();
    expect(await (await postChat(simulator, { ...chatHello, max_tokens: 5 })).json()).toMatchObject({
      choices: [{ finish_reason: "length" }],
      usage: { completion_tokens: 5 },
    });
    const thinking = { ...hello, max_output_tokens: 20, reasoning: { effort: "high" } };
    expect(await (await postResponses(simulator, thinking)).json()).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      output: [{ type: "reasoning" }],
      usage: { output_tokens: 20 },
    });
  });

  test("a growing conversation is read from the cache of its organization only", async () => {
    const simulator = start();
    const instructions = "word ".repeat(2000);
    const cached = async (input: unknown[], token = key.token) => {
      const headers = { ...good, authorization: `Bearer ${token}` };
      const response = await post(simulator, "/responses", { ...hello, instructions, input }, headers);
      const { usage } = (await response.json()) as {
        usage: { input_tokens_details: { cached_tokens: number } };
      };
      return usage.input_tokens_details.cached_tokens;
    };
    const longer = [hi, { role: "assistant", content: "Yes?" }, { role: "user", content: "And?" }];
    expect(await cached([hi])).toBe(0);
    const read = await cached(longer);
    expect(read).toBeGreaterThan(1024);
    expect(read % 128).toBe(0);
    expect(await cached(longer, other.token)).toBe(0);
  });

  test("the list of models, and one of them", async () => {
    const client = officialClient(start());
    const ids = (await client.models.list()).data.map((model) => model.id);
    expect(ids).toContain("gpt-6.1-sol");
    expect((await client.models.retrieve("gpt-4o")).object).toBe("model");
    const unknown = await client.models.retrieve("gpt-0").then(
      () => null,
      (error: unknown) => error,
    );
    expect(unknown).toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe("tools", () => {
  const asks: [string, object, string[]][] = [
    ["one that the person names", { ask: "Please use the get_weather tool." }, ["get_weather"]],
    ["several at once", { ask: "Use get_weather and read_file." }, ["get_weather", "read_file"]],
    ["one twice", { ask: "use get_weather twice" }, ["get_weather", "get_weather"]],
    ["not in parallel", { ask: "use get_weather, read_file", parallel_tool_calls: false }, ["get_weather"]],
    ["any", { ask: "Hello", tool_choice: "required" }, ["get_weather"]],
    ["none", { ask: "use get_weather", tool_choice: "none" }, []],
    ["no tool of that name", { ask: "use your head" }, []],
  ];
  test.each(asks)("calls %s, alike in both dialects", async (_, asked, expected) => {
    const simulator = start();
    const { ask, ...settings } = asked as { ask: string };
    const user = { role: "user", content: ask };
    const chat = (await (
      await postChat(simulator, { ...chatHello, ...settings, tools: chatTools, messages: [user] })
    ).json()) as {
      choices: { finish_reason: string; message: { tool_calls?: { function: { name: string } }[] } }[];
    };
    const calls = chat.choices[0]?.message.tool_calls?.map((call) => call.function.name) ?? [];
    expect(calls).toEqual(expected);
    expect(chat.choices[0]?.finish_reason).toBe(expected.length > 0 ? "tool_calls" : "stop");
    const responses = (await (
      await postResponses(simulator, { ...hello, ...settings, tools, input: [user] })
    ).json()) as {
      output: { type: string; name?: string }[];
    };
    const items = responses.output.filter((item) => item.type === "function_call");
    expect(items.map((item) => String(item.name))).toEqual(expected);
  });

  test("answers in words once it has the results; its own output is accepted back", async () => {
    const simulator = start();
    const ask = { role: "user", content: "use get_weather and read_file" };
    const first = await officialClient(simulator).responses.create({
      model: "gpt-6.1-sol",
      input: [ask as never],
      tools,
    });
    const calls = first.output.filter((item) => item.type === "function_call");
    expect(new Set(calls.map((call) => call.call_id)).size).toBe(2);
    const history = calls.map(({ call_id, name, arguments: text }) => ({
      type: "function_call",
      call_id,
      name,
      arguments: text,
    }));
    const outputs = calls.map(({ call_id }) => ({ type: "function_call_output", call_id, output: "sunny" }));
    const second = await postResponses(simulator, { ...hello, tools, input: [ask, ...history, ...outputs] });
    expect(await second.json()).toMatchObject({
      output: [{}, { type: "message", content: [{ text: expect.stringContaining("I have its result") }] }],
    });
  });
});

describe("streams", () => {
  const toolAsk = { role: "user", content: "use get_weather and read_file" };
  const thinks = { reasoning: { effort: "high", summary: "auto" }, include: ["reasoning.encrypted_content"] };
  test.each<[string, object]>([
    ["words", {}],
    ["a summary of its reasoning", thinks],
    ["parallel calls", { ...thinks, tools, input: [toolAsk] }],
    ["a cut answer", { max_output_tokens: 20, reasoning: { effort: "low" } }],
    ["nothing at all", { max_output_tokens: 16 }],
  ])("responses: %s, in legal order, and the same as in one piece", async (_, changes) => {
    const simulator = start();
    const body = { ...hello, ...changes };
    const response = await postResponses(simulator, { ...body, stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const streamed = withoutIds(readResponsesStream(await response.text()));
    expect(streamed.output).toEqual(
      withoutIds((await (await postResponses(simulator, body)).json()) as ResponsesEvent).output,
    );
  });

  test.each<[string, object]>([
    ["words", {}],
    ["with usage", { stream_options: { include_usage: true } }],
    ["without padding", { stream_options: { include_obfuscation: false } }],
    ["parallel calls", { messages: [toolAsk], tools: chatTools }],
    ["a cut answer", { max_tokens: 5 }],
  ])("chat: %s, in legal order, and the same as in one piece", async (_, changes) => {
    const simulator = start();
    const body = { ...chatHello, ...changes };
    const response = await postChat(simulator, { ...body, stream: true });
    const { message, finish, usage } = readChatStream(await response.text());
    const { stream_options, ...plain } = body as Record<string, unknown>;
    const whole = (await (await postChat(simulator, plain)).json()) as {
      choices: {
        message: { content: string; tool_calls?: { function: ChatCall }[] };
        finish_reason: string;
      }[];
      usage: object;
    };
    const [choice] = whole.choices;
    expect(message.content).toBe(choice?.message.content ?? "");
    expect(message.calls).toEqual(choice?.message.tool_calls?.map((call) => call.function) ?? []);
    expect(finish).toBe(choice?.finish_reason ?? "none");
    const asked = (stream_options as { include_usage?: boolean } | undefined)?.include_usage === true;
    expect(usage === null).toBe(!asked);
  });

  test("the official client puts both together again", async () => {
    const client = officialClient(start());
    const chat = client.chat.completions.stream({
      model: "gpt-4o",
      messages: [{ role: "user", content: "use get_weather and read_file" }],
      tools: chatTools,
    });
    const { message } = (await chat.finalChatCompletion()).choices[0] ?? {};
    expect(message?.tool_calls?.map((call) => call.type === "function" && call.function.arguments)).toEqual([
      '{"city":"demo"}',
      '{"city":"demo"}',
    ]);
    const responses = client.responses.stream({ model: "gpt-6.1-sol", input: "Hello" });
    expect((await responses.finalResponse()).output_text).toContain('You wrote: "Hello"');
  });

  test("text comes at the given pace, and a client that leaves ends it", async () => {
    const clock = new ManualClock();
    const simulator = start({ clock, pace: { firstByteMs: 0, deltaMs: 50 } });
    const abort = new AbortController();
    const response = await fetch(`${simulator.url}/v1/responses`, {
      method: "POST",
      headers: good,
      body: JSON.stringify({ ...hello, stream: true }),
      signal: abort.signal,
    });
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let seen = "";
    const readUntil = async (words: string) => {
      while (!seen.includes(words)) seen += decoder.decode((await reader?.read())?.value, { stream: true });
    };
    await readUntil("response.content_part.added");
    expect(seen).not.toContain("output_text.delta");
    clock.advance(50);
    await readUntil("output_text.delta");
    expect(seen).not.toContain("response.completed");
    abort.abort();
    await expect(reader?.read()).rejects.toThrow();
  });
});

/** Ids are new in each answer. */
function withoutIds(response: ResponsesEvent): { output: unknown } {
  const text = JSON.stringify(response.output, (field, value) =>
    ["id", "call_id", "encrypted_content"].includes(field) ? field : value,
  );
  return { output: JSON.parse(text) };
}
