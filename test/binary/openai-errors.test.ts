// What the client hears when an OpenAI server refuses, and what is learnt from it (translation.md sections 1 and 4).
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorBody } from "../support/anthropic-answers";
import { until } from "../support/gate";
import {
  openAiAnswer,
  openAiError,
  openAiErrorBody,
  openAiStream,
  responsesEvent,
} from "../support/openai-answers";
import {
  dialects,
  gpt,
  readAnswer,
  readMessage,
  startLimited,
  startMixed,
  startOpenAi,
} from "../support/openai-setup";
import { type ErrorAnswer, errorOf, openAiKey, opus, type ProxySetup } from "../support/proxy-setup";
import type { Answer } from "../support/raw-client";
import { htmlError, json } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";

setDefaultTimeout(30_000);

const weather = { name: "get_weather", description: "Weather", input_schema: { type: "object" } };

function expectError(answer: Answer, status: number, type: string): ErrorAnswer["error"] {
  expect(answer.status).toBe(status);
  expect(answer.header("content-type")).toBe("application/json");
  const body = answer.json<ErrorAnswer>();
  expect(body.type).toBe("error");
  expect(body.error.type).toBe(type);
  expect(body.request_id).toMatch(/^req_/);
  return body.error;
}

// --- Context overflow: clients parse these words.

const overflows: [string, Reply, string][] = [
  [
    "both counts known",
    openAiError(
      400,
      "This model's maximum context length is 128000 tokens. However, you requested 135000 tokens (119000 in the messages, 16000 in the completion).",
      { code: "context_length_exceeded", param: "messages" },
    ),
    "input length and `max_tokens` exceed context limit: 119000 + 16000 > 128000",
  ],
  [
    "the prompt alone is too long",
    openAiError(
      400,
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130512 tokens.",
      { code: "context_length_exceeded", param: "messages" },
    ),
    "prompt is too long: 130512 tokens > 128000 maximum",
  ],
  [
    "llama.cpp",
    json(400, {
      error: {
        code: 400,
        type: "exceed_context_size_error",
        message: "too big",
        n_prompt_tokens: 9001,
        n_ctx: 4096,
      },
    }),
    "prompt is too long: 9001 tokens > 4096 maximum",
  ],
];

test.concurrent.each(overflows)("context overflow, %s: Anthropic's words", async (_title, reply, words) => {
  await using proxy = await startOpenAi("chat");
  proxy.upstream.always({}, reply);
  for (const stream of [false, true]) {
    const error = expectError(await proxy.message({ stream }), 400, "invalid_request_error");
    expect(error.message).toBe(words);
  }
  expect((await proxy.keyHealth("gpt")).state).toBe("ready");
});

test.concurrent("an overflow inside a stream's first event says the same", async () => {
  await using proxy = await startOpenAi("responses");
  const error = {
    code: "context_length_exceeded",
    message: "Your input exceeds the context window of this model.",
  };
  const failed = responsesEvent("response.failed", { response: { status: "failed", error } });
  proxy.upstream.always({}, openAiStream([failed]));
  const answer = await proxy.message({ stream: true });
  expect(expectError(answer, 400, "invalid_request_error").message).toStartWith("prompt is too long:");
});

test.concurrent("a request that cannot fit the OpenAI model is not sent there", async () => {
  await using proxy = await startLimited("chat", { config: { openaiModelMapping: { "*": "gpt-4o" } } });
  const answer = await proxy.message({ prompt: "word ".repeat(150_000) });
  expect(answer.status).toBe(429);
  expect(errorOf(answer).message).toContain("gpt-4o");
  expect(proxy.upstream.calls({ key: "gpt" })).toEqual([]);
});

test.concurrent("a request that fits no model there is: the words on which Claude Code compacts", async () => {
  await using proxy = await startOpenAi("chat", { config: { openaiModelMapping: { "*": "gpt-4o" } } });
  for (const stream of [false, true]) {
    const answer = await proxy.message({ prompt: "word ".repeat(150_000), stream });
    const { message } = expectError(answer, 400, "invalid_request_error");
    expect(message).toMatch(/^prompt is too long: \d+ tokens > 128000 maximum$/);
  }
  expect(proxy.upstream.requests).toEqual([]);
});

// --- Refusals.

const refusals: [number, Reply, number, string][] = [
  [
    400,
    openAiError(400, "Invalid value for 'messages'", { param: "messages" }),
    400,
    "invalid_request_error",
  ],
  [422, json(422, { detail: [{ loc: ["body", "messages"], msg: "bad" }] }), 400, "invalid_request_error"],
  [413, openAiError(413, "Too large"), 413, "request_too_large"],
  [413, htmlError(413), 413, "request_too_large"],
];

test.concurrent.each(refusals)(
  "a %d is delivered in Anthropic's shape",
  async (_status, reply, status, type) => {
    await using proxy = await startOpenAi("chat");
    proxy.upstream.always({}, reply);
    for (const stream of [false, true]) {
      const answer = await proxy.message({ stream });
      expect(expectError(answer, status, type).message).not.toBe("");
      expect(answer.header("x-cf-provider")).toBe("openai");
      expect(answer.header("x-cf-model")).toBe(gpt);
    }
    expect((await proxy.keyHealth("gpt")).state).toBe("ready");
  },
);

test.concurrent("a refusal that is the translation's fault is logged with the field at fault", async () => {
  await using proxy = await startOpenAi("responses");
  const refusal = openAiError(400, "Invalid schema", { param: "tools[0].parameters" });
  proxy.upstream.always({}, refusal);
  const { message } = expectError(await proxy.message(), 400, "invalid_request_error");
  expect(message).toBe("Invalid schema");
  const log = await until("the request is logged", async () => {
    const written = await readFile(join(proxy.cf.home, "logs", "cf.log"), "utf8").catch(() => "");
    return written.includes('"request"') && written;
  });
  expect(log).toContain("refused (400): Invalid schema (tools[0].parameters)");
});

test.concurrent("a model that no key has: 404 in Anthropic's shape", async () => {
  await using proxy = await startOpenAi("chat");
  proxy.upstream.always(
    {},
    openAiError(404, "The model `gpt-5.4` does not exist", { code: "model_not_found" }),
  );
  const error = expectError(await proxy.message(), 404, "not_found_error");
  expect(error.message).toContain("gpt-5.4");
});

// --- Nothing is left, of either provider.

const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "90" });
const mixed: [string, Reply, number, string][] = [
  [
    "rejected",
    openAiError(401, "Incorrect API key provided", { code: "invalid_api_key" }),
    429,
    "rate_limit_error",
  ],
  ["limited longer", openAiError(429, "Slow down", {}, { "retry-after": "900" }), 429, "rate_limit_error"],
  ["limited shorter", openAiError(429, "Slow down", {}, { "retry-after": "20" }), 429, "rate_limit_error"],
  ["down", openAiError(500, "boom", { type: "server_error" }), 429, "rate_limit_error"],
  ["without credit", openAiError(429, "quota", { code: "insufficient_quota" }), 429, "rate_limit_error"],
];

test.concurrent.each(mixed)(
  "Claude limited, GPT %s: one answer that names both",
  async (title, reply, status, type) => {
    await using proxy = await startMixed("chat");
    proxy.upstream.always({ key: "alpha" }, limited).always({ key: "gpt" }, reply);
    const answer = await proxy.message();
    const { message, details } = expectError(answer, status, type);
    expect(message).toContain("alpha:");
    expect(message).toContain("gpt:");
    expect(message).toContain("All keys are cooling down");
    const attempts = details?.attempts ?? [];
    expect(attempts.map(({ key, model }) => [key, model])).toEqual([
      ["alpha", opus],
      ["gpt", gpt],
    ]);
    expect(attempts.every(({ until }) => until === null || until.endsWith("Z"))).toBe(true);
    const seconds = Number(answer.header("retry-after"));
    if (title === "limited shorter") expect(seconds).toBeLessThan(30);
    else if (title !== "down") expect(seconds).toBeGreaterThan(80);
  },
);

test.concurrent("both rejected: 401 that names both", async () => {
  await using proxy = await startMixed("chat");
  proxy.upstream.always({ key: "alpha" }, json(401, errorBody("authentication_error", "invalid x-api-key")));
  proxy.upstream.always({ key: "gpt" }, openAiError(401, "Incorrect API key provided"));
  const { message } = expectError(await proxy.message(), 401, "authentication_error");
  expect(message).toContain("invalid x-api-key");
  expect(message).toContain("Incorrect API key provided");
});

test.concurrent("the client's own mistake is Anthropic's to tell: OpenAI is not asked", async () => {
  await using proxy = await startMixed("chat");
  const refusal = errorBody("invalid_request_error", "max_tokens: Field required");
  proxy.upstream.always({ key: "alpha" }, json(400, refusal));
  const answer = await proxy.message();
  expect(answer.json()).toEqual(refusal);
  expect(proxy.upstream.requests).toHaveLength(1);
});

// --- Requests that only Claude can take.

const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
const unsuitable: [string, Record<string, unknown>, string][] = [
  ["an image by file id", user([{ type: "image", source: { type: "file", file_id: "file_1" } }]), "file id"],
  ["a container", { container: "container_1" }, "container"],
  [
    "only a tool that runs at Anthropic",
    { tools: [{ type: "code_execution_20250825", name: "code_execution" }] },
    "runs at Anthropic",
  ],
];

test.concurrent.each(unsuitable)(
  "%s: not sent to OpenAI, and the client hears why",
  async (_title, fields, words) => {
    await using proxy = await startOpenAi("chat");
    const answer = await proxy.message({ fields });
    const { message, details } = expectError(answer, 400, "invalid_request_error");
    expect(message).toContain(words);
    expect(details?.attempts?.[0]).toMatchObject({ key: "gpt", reason: "unsuitable", status: null });
    expect(proxy.upstream.requests).toEqual([]);
    expect((await proxy.keyHealth("gpt")).state).toBe("ready");
  },
);

test.concurrent("the same while Claude is limited: the limit is what will pass", async () => {
  await using proxy = await startLimited("chat");
  const answer = await proxy.message({ fields: unsuitable[0]?.[1] ?? {} });
  const { message } = expectError(answer, 429, "rate_limit_error");
  expect(message).toContain("file id");
  expect(proxy.upstream.calls({ key: "gpt" })).toEqual([]);
});

test.concurrent("a thread that Anthropic holds: the code on which SDKs send everything", async () => {
  await using proxy = await startOpenAi("chat");
  const thread = { type: "continue", previous_message_id: "msg_1" };
  const answer = await proxy.message({ fields: { thread } });
  const { details } = expectError(answer, 400, "invalid_request_error");
  expect(details?.error_code).toBe("thread_unsupported_request");
  expect(proxy.upstream.requests).toEqual([]);
  // What they send then is the beginning of a new one.
  expect((await proxy.message({ fields: { thread: { type: "create" } } })).status).toBe(200);
});

test.concurrent("a body that only a parser would choke on", async () => {
  await using proxy = await startOpenAi("chat");
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const body = `{"model":"${opus}","max_tokens":9,"messages":[{"role":"user","content":${deep}}]}`;
  const headers = { "content-type": "application/json" };
  const answer = await proxy.send("/v1/messages", { method: "POST", headers, body });
  expectError(answer, 400, "invalid_request_error");
  expect(readMessage(await proxy.message()).content).toHaveLength(1);
});

// --- Learning.

type Body = Record<string, unknown>;

/** A server that refuses what `refuses` finds wrong, and answers else. */
function picky(refuses: (body: Body) => Reply | null): Reply {
  return (exchange) => {
    const body = JSON.parse(exchange.request.body.toString()) as Body;
    return (refuses(body) ?? openAiAnswer({ text: "Fine." }))(exchange);
  };
}

function refuse(
  param: string,
  words = `Unsupported parameter: '${param}' is not supported with this model.`,
): Reply {
  return openAiError(400, words, { param, code: "unsupported_parameter" });
}

const lessons: [string, string, (body: Body) => Reply | null, string][] = [
  [
    "max_completion_tokens",
    "gpt-5.4",
    (body) => ("max_completion_tokens" in body ? refuse("max_completion_tokens") : null),
    "wants max_tokens",
  ],
  [
    "max_tokens",
    "local-model",
    (body) =>
      "max_tokens" in body
        ? refuse("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        : null,
    "wants max_completion_tokens",
  ],
  [
    "stream_options",
    "local-model",
    (body) =>
      "stream_options" in body
        ? json(422, {
            detail: [
              {
                type: "extra_forbidden",
                loc: ["body", "stream_options"],
                msg: "Extra inputs are not permitted",
              },
            ],
          })
        : null,
    "does not take stream_options",
  ],
  [
    "temperature",
    "local-model",
    (body) => ("temperature" in body ? refuse("temperature") : null),
    "does not take temperature",
  ],
  [
    "reasoning_effort",
    "gpt-5.4",
    (body) =>
      "reasoning_effort" in body
        ? json(400, openAiErrorBody("Unrecognized request argument supplied: reasoning_effort"))
        : null,
    "does not take reasoning_effort",
  ],
];

test.concurrent.each(lessons)(
  "a server that refuses %s is asked once more, once",
  async (name, model, refuses, lesson) => {
    await using proxy = await startOpenAi("chat", { config: { openaiModelMapping: { "*": model } } });
    tolerate(proxy);
    proxy.upstream.always({}, picky(refuses));
    const fields = { temperature: 0.5, output_config: { effort: "high" } };
    const first = await proxy.message({ stream: true, fields });
    expect(readAnswer(first).content).toEqual([{ type: "text", text: "Fine." }]);
    expect(first.header("x-cf-attempts")).toBe("2");
    for (let turn = 0; turn < 2; turn++) {
      const next = await proxy.message({ stream: true, fields });
      expect(readAnswer(next).usage.input_tokens).toBeGreaterThan(0);
      expect(next.header("x-cf-attempts")).toBe("1");
    }
    expect(proxy.upstream.requests).toHaveLength(4);
    expect(JSON.parse(proxy.upstream.last.body.toString())).not.toHaveProperty(name);
    const { learnt, keys } = await proxy.health();
    expect(learnt).toEqual([{ baseUrl: proxy.upstream.url, model, lessons: [lesson] }]);
    expect(keys[0]?.state).toBe("ready");
    await until("the lesson is logged", async () =>
      (await readFile(join(proxy.cf.home, "logs", "cf.log"), "utf8").catch(() => "")).includes(lesson),
    );
  },
);

test.concurrent("several lessons in a row, and what was learnt of one model says nothing of another", async () => {
  await using proxy = await startOpenAi("chat", {
    config: { openaiModelMapping: { [opus]: "one", "*": "two" } },
  });
  tolerate(proxy);
  const names = ["temperature", "stream_options", "max_tokens"];
  const refuses = (body: Body) => {
    const wrong = body.model === "one" ? names.find((name) => name in body) : undefined;
    return wrong === undefined ? null : refuse(wrong);
  };
  proxy.upstream.always({}, picky(refuses));
  const fields = { temperature: 0.5 };
  expect((await proxy.message({ stream: true, fields })).header("x-cf-attempts")).toBe("4");
  await proxy.message({ model: "claude-haiku-4-5", stream: true, fields });
  for (const name of names) expect(JSON.parse(proxy.upstream.last.body.toString())).toHaveProperty(name);
});

test.concurrent("a server that refuses whatever it is sent is not asked for ever", async () => {
  await using proxy = await startOpenAi("chat");
  tolerate(proxy);
  const refuses = (body: Body) => refuse(Object.keys(body).find((name) => name !== "model") ?? "model");
  proxy.upstream.always({}, picky(refuses));
  expectError(
    await proxy.message({ stream: true, fields: { temperature: 1 } }),
    400,
    "invalid_request_error",
  );
  expect(proxy.upstream.requests.length).toBeLessThan(8);
});

test.concurrent("a refusal that teaches nothing is delivered after one call", async () => {
  await using proxy = await startOpenAi("responses");
  proxy.upstream.always(
    {},
    openAiError(400, "Invalid schema for function 'get_weather'", {
      param: "tools[0].parameters",
      code: "invalid_function_parameters",
    }),
  );
  expectError(await proxy.message({ fields: { tools: [weather] } }), 400, "invalid_request_error");
  expect(proxy.upstream.requests).toHaveLength(1);
});

/** These servers speak a dialect of their own: what OpenAI would say of the requests is not the question. */
function tolerate(proxy: ProxySetup): void {
  proxy.tolerant = true;
}

// --- Counting.

test.concurrent.each(dialects)("%s: tokens are counted without a call", async (api) => {
  await using proxy = await startOpenAi(api);
  const prompt = "The quick brown fox jumps over the lazy dog. ".repeat(100);
  const answer = await proxy.countTokens({ prompt });
  expect(answer.header("x-cf-fallback")).toBe(`${opus} -> ${answer.header("x-cf-model")}`);
  expect(answer.status).toBe(200);
  const { input_tokens: tokens } = answer.json<{ input_tokens: number }>();
  expect(tokens).toBeGreaterThan(800);
  expect(tokens).toBeLessThan(1600);
  expect(answer.header("x-cf-provider")).toBe("openai");
  expect(proxy.upstream.requests).toEqual([]);
});

test.concurrent("tokens are counted while Claude's count is limited and the fallback is on", async () => {
  await using proxy = await startMixed("chat", { config: { queueWaitMs: 20_000 } });
  const brief = json(429, errorBody("rate_limit_error", "x"), { "retry-after": "5" });
  proxy.upstream.always({ path: "/v1/messages/count_tokens" }, brief);
  const answer = await proxy.countTokens();
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-provider")).toBe("openai");
  expect(answer.header("x-cf-queued-ms")).toBeNull();
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("tokens are counted even while the OpenAI key itself is out", async () => {
  await using proxy = await startOpenAi("chat");
  proxy.upstream.always({}, openAiError(401, "Incorrect API key provided"));
  expect((await proxy.message()).status).toBe(401);
  expect((await proxy.countTokens()).status).toBe(200);
  expect((await proxy.countTokens({ model: "nobody-knows-this" })).status).toBe(200);
});

test.concurrent("models are listed from the config with OpenAI keys only", async () => {
  await using proxy = await startOpenAi("chat", {
    config: { openaiModelMapping: { [opus]: gpt, "*": gpt } },
  });
  const answer = await proxy.send("/v1/models?limit=1000");
  expect(answer.status).toBe(200);
  expect(answer.json<{ data: { id: string }[] }>().data.map(({ id }) => id)).toContain(opus);
  expect(proxy.upstream.requests).toEqual([]);
});

test.concurrent("other routes never go to OpenAI", async () => {
  await using proxy = await startOpenAi("chat");
  const answer = await proxy.send("/v1/files");
  expect(answer.status).toBe(401);
  expect(errorOf(answer).message).toContain("Only an Anthropic key can serve this route");
  expect(proxy.upstream.requests).toEqual([]);
});

// --- Bases.

test.concurrent.each([
  ["", "/v1/chat/completions"],
  ["/v1", "/v1/chat/completions"],
  ["/v1/", "/v1/chat/completions"],
  ["/api/v1", "/api/v1/chat/completions"],
  ["/openai/v1/", "/openai/v1/chat/completions"],
  ["/api/paas/v4", "/api/paas/v4/chat/completions"],
  ["/v1beta/openai", "/v1beta/openai/chat/completions"],
])("a base URL that ends in %p", async (suffix, path) => {
  await using proxy = await startMixed("chat");
  const base = { baseUrl: `${proxy.upstream.url}${suffix}` };
  await using second = await startOpenAi("chat", {
    keys: { gpt: openAiKey("gpt", { api: "chat", ...base }) },
  });
  readMessage(await second.message());
  expect(proxy.upstream.last.path).toBe(path);
});

test.concurrent("nothing of the client's or Anthropic's own goes to OpenAI", async () => {
  await using proxy = await startOpenAi("chat");
  const headers = {
    "x-api-key": "sk-ant-api03-client",
    "anthropic-beta": "claude-code-20250219",
    "x-claude-code-session-id": "s1",
    "x-stainless-lang": "js",
    "user-agent": "claude-cli/2.1.330",
    cookie: "a=b",
  };
  await proxy.message({ headers });
  const names = proxy.upstream.last.headers.map(([name]) => name.toLowerCase()).toSorted();
  expect(names).toEqual(
    [
      "accept",
      "accept-encoding",
      "authorization",
      "content-length",
      "content-type",
      "host",
      "user-agent",
    ].toSorted(),
  );
  expect(proxy.upstream.last.header("user-agent")).toMatch(/^claude-failover\/\d/);
});
