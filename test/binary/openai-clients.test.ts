// Official clients on the OpenAI path: they must not notice who answers, through whole tool loops.
import { expect, setDefaultTimeout, test } from "bun:test";
import { createAnthropic } from "@ai-sdk/anthropic";
import Anthropic from "@anthropic-ai/sdk";
import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { type Block, messageBody } from "../support/anthropic-answers";
import { openAiAnswer } from "../support/openai-answers";
import { dialects, gpt, limitedForAnHour, startLimited, startMixed } from "../support/openai-setup";
import { openAiKey, opus, type ProxySetup, startProxy } from "../support/proxy-setup";
import { readRecordedRequests } from "../support/recorded-requests";
import { json } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";

setDefaultTimeout(60_000);

const cities = ["Zürich", "東京"];
const calls = cities.map((city, index) => ({
  id: `call_Ab${index}Cd`,
  name: "get_weather",
  arguments: JSON.stringify({ city }),
}));
const schema = { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] };

/** Two calls at once, then the answer that repeats what the tools said. */
const weatherModel: Reply = (exchange) => {
  const asked = JSON.parse(exchange.request.body.toString("utf8"));
  const items: Record<string, unknown>[] = asked.messages ?? asked.input;
  const results = items.filter(({ role, type }) => role === "tool" || type === "function_call_output");
  const texts = results.map(({ content, output }) => String(content ?? output));
  const content =
    results.length === 0
      ? { reasoning: "Two cities.", text: "Let me look. ", calls }
      : { text: `It is ${texts.join(" and ")}.` };
  return openAiAnswer(content, { splitEvery: 17 })(exchange);
};

function report(city: string): string {
  return `sunny in ${city}`;
}

const conclusion = "It is sunny in Zürich and sunny in 東京.";

async function startWeather(api: (typeof dialects)[number]): Promise<ProxySetup> {
  const proxy = await startLimited(api);
  proxy.upstream.always({ key: "gpt" }, weatherModel);
  return proxy;
}

// --- @anthropic-ai/sdk

function sdkOf(proxy: ProxySetup): Anthropic {
  return new Anthropic({ baseURL: proxy.url, apiKey: "sk-ant-api03-client", maxRetries: 0 });
}

const sdkTools: Anthropic.Tool[] = [{ name: "get_weather", description: "Weather", input_schema: schema }];

async function loopWithSdk(
  ask: (params: Anthropic.MessageCreateParamsNonStreaming) => Promise<Anthropic.Message>,
) {
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: "Weather?" }];
  const answers: Anthropic.Message[] = [];
  for (;;) {
    const answer = await ask({ model: opus, max_tokens: 2000, tools: sdkTools, messages });
    answers.push(answer);
    messages.push({ role: "assistant", content: answer.content });
    if (answer.stop_reason !== "tool_use" || answers.length > 9) return answers;
    const uses = answer.content.filter((block) => block.type === "tool_use");
    messages.push({
      role: "user",
      content: uses.map(({ id, input }) => ({
        type: "tool_result",
        tool_use_id: id,
        content: report((input as { city: string }).city),
      })),
    });
  }
}

test.concurrent.each(dialects)("%s: a tool loop with messages.create", async (api) => {
  await using proxy = await startWeather(api);
  const client = sdkOf(proxy);
  const [first, last] = await loopWithSdk((params) => client.messages.create(params));
  expect(first?.content.map(({ type }) => type)).toEqual(["thinking", "text", "tool_use", "tool_use"]);
  expect(last?.content).toEqual([{ type: "text", text: conclusion } as Anthropic.TextBlock]);
  expect(last?.stop_reason).toBe("end_turn");
});

test.concurrent.each(dialects)("%s: a tool loop with the stream helpers", async (api) => {
  await using proxy = await startWeather(api);
  const client = sdkOf(proxy);
  const seen: string[] = [];
  const answers = await loopWithSdk((params) =>
    client.messages
      .stream(params)
      .on("text", (text) => seen.push(text))
      .on("thinking", (text) => seen.push(`(${text})`))
      .on("inputJson", (_part, snapshot) => expect(snapshot).toBeObject())
      .finalMessage(),
  );
  expect(seen.join("")).toBe(`(Two )(cities.)Let me look. ${conclusion}`);
  expect(answers[0]?.content.filter(({ type }) => type === "tool_use")).toEqual(
    calls.map(
      ({ id, name }, index) => ({ type: "tool_use", id, name, input: { city: cities[index] } }) as never,
    ),
  );
  expect(answers[0]?.usage.input_tokens).toBe(200);
});

test.concurrent.each(dialects)("%s: the SDK's own tool runner", async (api) => {
  await using proxy = await startWeather(api);
  const runner = sdkOf(proxy).beta.messages.toolRunner({
    model: opus,
    max_tokens: 2000,
    messages: [{ role: "user", content: "Weather?" }],
    tools: [
      {
        type: "custom",
        name: "get_weather",
        input_schema: schema,
        run: (input: unknown) => report((input as { city: string }).city),
        parse: (input: unknown) => input,
      },
    ],
  });
  const last = await runner;
  expect(last.content).toMatchObject([{ type: "text", text: conclusion }]);
});

test.concurrent("the SDK's errors on the OpenAI path", async () => {
  await using proxy = await startLimited("chat");
  proxy.upstream.always({ key: "gpt" }, json(400, { error: { message: "Bad image", param: "messages" } }));
  const request = { model: opus, max_tokens: 9, messages: [{ role: "user" as const, content: "Hi" }] };
  const failure = await sdkOf(proxy)
    .messages.create(request)
    .then(
      () => null,
      (error: unknown) => error,
    );
  expect(failure).toBeInstanceOf(Anthropic.BadRequestError);
  expect(String(failure)).toContain("Bad image");
});

test.concurrent.each(dialects)("%s: a loop that changes the provider twice in the middle", async (api) => {
  await using proxy = await startMixed(api, { config: { stickySessions: true } });
  const brief = json(
    429,
    { type: "error", error: { type: "rate_limit_error", message: "x" } },
    { "retry-after": "1" },
  );
  const blocks = (id: string): Block[] => [
    { type: "thinking", thinking: "Signed.", signature: "EqQBCkYIBRgCKkA=" },
    { type: "tool_use", id, name: "get_weather", input: { city: "Bern" } },
  ];
  const call = { id: "call_XyZ", name: "get_weather", arguments: '{"city":"Rom"}' };
  const served: (string | null)[] = [];
  proxy.upstream.next(
    { key: "alpha" },
    json(200, messageBody({ blocks: blocks("toolu_A1"), stopReason: "tool_use" })),
    brief,
  );
  proxy.upstream.next(
    { key: "alpha" },
    json(200, messageBody({ blocks: [{ type: "text", text: "Done." }] })),
  );
  proxy.upstream.next({ key: "gpt" }, openAiAnswer({ reasoning: "Unsigned.", calls: [call] }));
  const client = sdkOf(proxy);
  const answers = await loopWithSdk(async (params) => {
    const { data, response } = await client.messages.create({ ...params, stream: false }).withResponse();
    served.push(response.headers.get("x-cf-provider"));
    if (served.length === 2) await proxy.untilReady("alpha");
    return data;
  });
  expect(served).toEqual(["anthropic", "openai", "anthropic"]);
  expect(answers.at(-1)?.content).toMatchObject([{ type: "text", text: "Done." }]);
  const history = JSON.parse(proxy.upstream.last.body.toString()).messages;
  expect(history).toHaveLength(5);
  expect(history[1].content).toEqual(blocks("toolu_A1"));
  expect(history[3].content).toEqual([
    { type: "tool_use", id: "call_XyZ", name: "get_weather", input: { city: "Rom" } },
  ]);
});

// --- Vercel AI SDK

// Its remark that it does not send foreign reasoning back to Anthropic is no news here.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

function aiModel(proxy: ProxySetup) {
  return createAnthropic({ baseURL: `${proxy.url}/v1`, apiKey: "sk-ant-api03-client" })(opus);
}

const aiTools = {
  get_weather: tool({
    description: "Weather",
    inputSchema: jsonSchema<{ city: string }>(schema),
    execute: async ({ city }) => report(city),
  }),
};

test.concurrent.each(dialects)("%s: the AI SDK's generateText goes through the loop", async (api) => {
  await using proxy = await startWeather(api);
  const result = await generateText({
    model: aiModel(proxy),
    prompt: "Weather?",
    tools: aiTools,
    stopWhen: stepCountIs(5),
    maxRetries: 0,
  });
  expect(result.steps).toHaveLength(2);
  expect(result.steps[0]?.toolCalls.map(({ input }) => input)).toEqual(cities.map((city) => ({ city })));
  expect(result.text).toContain("sunny in Zürich");
  expect(result.text).toContain("sunny in 東京");
});

test.concurrent.each(dialects)("%s: the AI SDK's streamText goes through the loop", async (api) => {
  await using proxy = await startWeather(api);
  const result = streamText({
    model: aiModel(proxy),
    prompt: "Weather?",
    tools: aiTools,
    stopWhen: stepCountIs(5),
    maxRetries: 0,
    onError: ({ error }) => {
      throw error;
    },
  });
  let text = "";
  for await (const piece of result.textStream) text += piece;
  expect(text).toStartWith("Let me look. ");
  expect(text).toContain("sunny in 東京");
  expect(await result.finishReason).toBe("stop");
  expect((await result.steps)[0]?.reasoningText).toBe("Two cities.");
});

// --- The recorded requests of Claude Code

const recorded = readRecordedRequests().filter(({ method, body }) => method === "POST" && body !== null);

test.concurrent.each(dialects)(
  "%s: all recorded requests of Claude Code are served, as strictly as OpenAI takes them",
  async (api) => {
    await using proxy = await startProxy({
      keys: { gpt: openAiKey("gpt", { api }) },
      config: { openaiModelMapping: { "*": gpt } },
    });
    for (const { name, url, headers, bytes, body } of recorded) {
      // This one asks for a GPT model itself, which takes tools only through Responses.
      if (api === "chat" && name === "model-gpt-id-direct") continue;
      const answer = await proxy.send(url, { method: "POST", headers: headersOf(headers), body: bytes });
      expect({ name, status: answer.status }).toEqual({ name, status: 200 });
      if (url.includes("count_tokens"))
        expect(answer.json<{ input_tokens: number }>().input_tokens).toBeGreaterThan(0);
      else if (body?.stream === true)
        expect(answer.text).toEndWith('event: message_stop\ndata: {"type":"message_stop"}\n\n');
      else expect(answer.json()).toMatchObject({ type: "message", model: body?.model });
    }
    expect(recorded.length).toBeGreaterThan(20);
    expect(proxy.upstream.requests.every(({ refusal }) => refusal === null)).toBe(true);
  },
);

/** The client's own, but for what belongs to its connection. */
function headersOf(headers: Record<string, string>): Record<string, string> {
  const hop = ["host", "content-length", "connection", "accept-encoding"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.includes(name.toLowerCase())));
}

test.concurrent("a request after Claude has served is the same to GPT in every turn: its cache goes on", async () => {
  await using proxy = await startLimited("responses");
  proxy.upstream.always({ path: "/v1/messages" }, limitedForAnHour);
  const [hello] = recorded.filter(({ name }) => name === "tool-bash-result");
  const send = () =>
    proxy.send(hello?.url ?? "", {
      method: "POST",
      headers: headersOf(hello?.headers ?? {}),
      body: hello?.bytes ?? "",
    });
  await send();
  await send();
  const [one, two] = proxy.upstream.requests.filter(({ key }) => key === "gpt");
  expect(one?.body.toString()).toBe(two?.body.toString() ?? "");
});
