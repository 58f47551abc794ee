import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chatGptToken } from "../support/chatgpt-token";
import { findFreePort } from "../support/free-port";
import { type CliHome, type CliResult, makeCliHome } from "./spawn-cli";

const apiKey = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII1234";
const oauthToken = "sk-ant-oat01-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII9876";
const openAiKey = "sk-proj-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII5678";
/** Of a server's own kind: nothing but the config tells that it is a token. */
const oddToken = "AAAABBBB-odd";

interface Heard {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

interface Upstream extends AsyncDisposable {
  url: string;
  heard: Heard[];
}

let cli: CliHome;

beforeEach(async () => {
  cli = await makeCliHome();
});

afterEach(() => cli[Symbol.asyncDispose]());

function startUpstream(answer: (request: Request) => Response | Promise<Response>): Upstream {
  const heard: Heard[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      heard.push({
        method: request.method,
        path: pathname + search,
        headers: request.headers.toJSON(),
        body: await request.text(),
      });
      return answer(request);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    heard,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

async function writeConfigFile(config: object): Promise<void> {
  await mkdir(cli.home, { recursive: true });
  await writeFile(join(cli.home, "config.json"), JSON.stringify(config), { mode: 0o600 });
}

/** What the commands wrote, after the check that no part of a token is in it. */
function spoken(...results: CliResult[]): string {
  const text = results.map(({ stdout, stderr }) => stdout + stderr).join("");
  expect(text).not.toContain("AAAABBBB");
  expect(text).not.toContain("eyJ");
  return text;
}

const models = { data: [{ id: "one" }] };
const openAiError = (message: string, code: string | null = null) => ({ error: { message, code } });

/** Lists its models to whoever has a token. */
function listForTokens(request: Request): Response {
  return request.headers.has("authorization")
    ? Response.json(models)
    : Response.json(openAiError("missing key"), { status: 401 });
}

test("an Anthropic API key lists one model: ok, with the time it took", async () => {
  await using upstream = startUpstream(() => Response.json(models));
  await writeConfigFile({ anthropicBaseUrl: upstream.url, keys: { work: { token: apiKey } } });
  const result = await cli.run(["test-key", "work"]);
  expect(result.code).toBe(0);
  expect(spoken(result)).toMatch(/work +Anthropic API key +● ok +answered in \d+ ms\n/);
  expect(result.stderr).toContain("Whether credit is left");
  expect(upstream.heard).toHaveLength(1);
  expect(upstream.heard[0]).toMatchObject({ method: "GET", path: "/v1/models?limit=1", body: "" });
  expect(upstream.heard[0]?.headers).toMatchObject({
    "x-api-key": apiKey,
    "anthropic-version": "2023-06-01",
  });
  expect(upstream.heard[0]?.headers).not.toHaveProperty("authorization");
});

test("a subscription's token counts one token, as Bearer and with its beta", async () => {
  await using upstream = startUpstream(() => Response.json({ input_tokens: 8 }));
  await writeConfigFile({ anthropicBaseUrl: upstream.url, keys: { max: { token: oauthToken } } });
  const result = await cli.run(["test-key"]);
  expect(result.code).toBe(0);
  expect(spoken(result)).toContain("● ok");
  expect(upstream.heard[0]).toMatchObject({ method: "POST", path: "/v1/messages/count_tokens" });
  expect(upstream.heard[0]?.headers).toMatchObject({
    authorization: `Bearer ${oauthToken}`,
    "anthropic-beta": "oauth-2025-04-20",
    "content-type": "application/json",
  });
  expect(upstream.heard[0]?.headers).not.toHaveProperty("x-api-key");
  expect(JSON.parse(upstream.heard[0]?.body ?? "")).not.toHaveProperty("max_tokens");
});

test.each([["/v1"], [""], ["/v1/"]])(
  "an OpenAI key lists the models at a base that ends in %j",
  async (end) => {
    await using upstream = startUpstream(listForTokens);
    await writeConfigFile({
      openaiBaseUrl: `${upstream.url}/openai${end}`,
      keys: { gpt: { token: openAiKey } },
    });
    const result = await cli.run(["test-key"]);
    expect(result.code).toBe(0);
    expect(spoken(result)).toMatch(/gpt +OpenAI API key +● ok +answered in \d+ ms\n/);
    expect(upstream.heard[0]).toMatchObject({ method: "GET", path: "/openai/v1/models" });
    expect(upstream.heard.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${openAiKey}`,
      undefined,
    ]);
  },
);

test("a server that answers anybody proves no key, which is said", async () => {
  await using upstream = startUpstream(() => Response.json(models));
  await writeConfigFile({ keys: { local: { token: "any", provider: "openai", baseUrl: upstream.url } } });
  const result = await cli.run(["test-key"]);
  expect(result.code).toBe(0);
  expect(spoken(result)).toMatch(/● ok +answered in \d+ ms; this server answers without a key too/);
});

interface Refusal {
  token: string;
  provider?: string;
  answer: () => Response;
  result: string;
  words: string;
}

const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });
const anthropicError = (type: string, message: string) => ({ type: "error", error: { type, message } });

const failures: Record<string, Refusal> = {
  "a wrong Anthropic key": {
    token: apiKey,
    answer: () => json(401, anthropicError("authentication_error", `invalid x-api-key ${apiKey}`)),
    result: "rejected",
    words: "401: invalid x-api-key [redacted]",
  },
  "a wrong OpenAI key, which the server repeats": {
    token: openAiKey,
    answer: () => json(401, openAiError(`Incorrect API key provided: ${openAiKey}.`, "invalid_api_key")),
    result: "rejected",
    words: "401: Incorrect API key provided: [redacted]",
  },
  "a token of no known shape, which the server repeats": {
    token: oddToken,
    provider: "openai",
    answer: () => json(401, { detail: `no such key: ${oddToken}` }),
    result: "rejected",
    words: "401: no such key: [redacted]",
  },
  "no credit at Anthropic": {
    token: apiKey,
    answer: () => json(400, anthropicError("invalid_request_error", "Your credit balance is too low.")),
    result: "no_credit",
    words: "400: Your credit balance is too low.",
  },
  "no credit at OpenAI": {
    token: openAiKey,
    answer: () => json(429, openAiError("You exceeded your current quota", "insufficient_quota")),
    result: "no_credit",
    words: "429: You exceeded your current quota",
  },
  "an organization that is disabled": {
    token: apiKey,
    answer: () => json(403, anthropicError("permission_error", "This organization has been disabled.")),
    result: "disabled_upstream",
    words: "403: This organization has been disabled.",
  },
  "no permission": {
    token: openAiKey,
    answer: () => json(403, openAiError("Country not supported", "unsupported_country_region_territory")),
    result: "no_permission",
    words: "403: Country not supported",
  },
  "a rate limit": {
    token: apiKey,
    answer: () => json(429, anthropicError("rate_limit_error", "Slow down"), { "retry-after": "3600" }),
    result: "rate_limited",
    words: "429: Slow down",
  },
  "a server in trouble": {
    token: apiKey,
    answer: () => json(529, anthropicError("overloaded_error", "Overloaded")),
    result: "server_error",
    words: "529: Overloaded",
  },
  "a page in between": {
    token: apiKey,
    answer: () => new Response("<!doctype html><title>Just a moment</title>", { status: 403 }),
    result: "unreachable",
    words: "a web page instead of an answer (403)",
  },
  "a base URL that leads elsewhere": {
    token: openAiKey,
    answer: () => new Response("404 page not found\n", { status: 404 }),
    result: "unexpected",
    words: "404: 404 page not found",
  },
  "a web server that answers 200 to anything": {
    token: openAiKey,
    answer: () =>
      new Response("\n<!doctype html><title>Chat</title>", { headers: { "content-type": "text/html" } }),
    result: "unexpected",
    words: "200: a web page instead of an answer",
  },
  "an error inside a 200": {
    token: oddToken,
    provider: "openai",
    answer: () => json(200, openAiError(`unknown key ${oddToken}`)),
    result: "unexpected",
    words: "200: unknown key [redacted]",
  },
  "an answer that is none": {
    token: openAiKey,
    answer: () => new Response("Ollama is running"),
    result: "unexpected",
    words: "200: the answer is not JSON",
  },
  "a redirect, which is not followed": {
    token: oddToken,
    provider: "openai",
    answer: () => Response.redirect(`http://127.0.0.1:9/v1/models?key=${oddToken}`, 308),
    result: "unexpected",
    words: "308: redirected to http://127.0.0.1:9/v1/models",
  },
};

describe("each failure has its own words and exit 1", () => {
  test.each(Object.entries(failures))("%s", async (_, { token, provider, answer, result, words }) => {
    await using upstream = startUpstream(answer);
    const key = { token, ...(provider === undefined ? {} : { provider }), baseUrl: `${upstream.url}/base` };
    await writeConfigFile({ keys: { bad: key } });
    const [table, report] = await Promise.all([
      cli.run(["test-key", "bad"]),
      cli.run(["test-key", "--json"]),
    ]);
    expect([table.code, report.code]).toEqual([1, 1]);
    spoken(table, report);
    expect(table.stdout).toContain(words);
    expect(report.stderr).toBe("");
    expect(JSON.parse(report.stdout)).toEqual([
      expect.objectContaining({ id: "bad", result, words: expect.stringContaining(words) }),
    ]);
    // Once for each command: a refusal is not tried again, nor is a redirect followed.
    expect(upstream.heard).toHaveLength(2);
  });
});

test("a rejected key comes with the command that replaces it, a limit with its end", async () => {
  await using upstream = startUpstream((request) =>
    request.headers.has("x-api-key")
      ? json(429, anthropicError("rate_limit_error", "Slow down"), { "retry-after": "3600" })
      : json(401, openAiError("Incorrect API key")),
  );
  await writeConfigFile({
    anthropicBaseUrl: upstream.url,
    openaiBaseUrl: upstream.url,
    keys: { work: { token: apiKey }, gpt: { token: openAiKey } },
  });
  const result = await cli.run(["test-key"]);
  expect(spoken(result)).toContain("cf remove-key gpt, then cf add-openai-key");
  expect(result.stdout).toMatch(
    /● rate limited +until .*\d\d:\d\d:\d\d \((59 min \d+ s|1 h 0 min)\); 429: Slow down/,
  );
});

test("a restricted OpenAI key that may not list models is accepted, with a word of caution", async () => {
  const message = "You have insufficient permissions for this operation. Missing scopes: api.model.read.";
  await using upstream = startUpstream(() => json(403, openAiError(message)));
  await writeConfigFile({ openaiBaseUrl: upstream.url, keys: { gpt: { token: openAiKey } } });
  const result = await cli.run(["test-key"]);
  expect(result.code).toBe(0);
  expect(spoken(result)).toMatch(/● ok +answered in \d+ ms; the key may not list models/);
});

test("a subscription's token is fine when only the counted model is gone, and open when only its client may count", async () => {
  await using gone = startUpstream(() =>
    json(404, anthropicError("not_found_error", "model: claude-haiku-4-5")),
  );
  await using choosy = startUpstream(() => json(429, anthropicError("rate_limit_error", "Error")));
  await writeConfigFile({
    keys: {
      gone: { token: oauthToken, baseUrl: gone.url },
      choosy: { token: `${oauthToken}b`, baseUrl: choosy.url },
    },
  });
  const result = await cli.run(["test-key"]);
  expect(result.code).toBe(0);
  expect(spoken(result)).toMatch(/gone +Anthropic OAuth token +● ok/);
  expect(result.stdout).toMatch(
    /choosy +Anthropic OAuth token +○ not tested +refused \(429\), not for a limit/,
  );
});

test("an upstream that is not there, stays silent, or cannot prove who it is", async () => {
  const silence = Promise.withResolvers<Response>();
  await using silent = startUpstream(() => silence.promise);
  const tls = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: {
      key: Bun.file(join(import.meta.dir, "../proxy/http1/untrusted.key")),
      cert: Bun.file(join(import.meta.dir, "../proxy/http1/untrusted.pem")),
    },
    fetch: () => Response.json(models),
  });
  const closed = await findFreePort();
  await writeConfigFile({
    timeouts: { firstByteMs: 300 },
    keys: {
      gone: { token: `${apiKey}a`, baseUrl: `http://127.0.0.1:${closed}` },
      silent: { token: `${apiKey}b`, baseUrl: silent.url },
      untrusted: { token: `${apiKey}c`, baseUrl: `https://127.0.0.1:${tls.port}` },
    },
  });
  const result = await cli.run(["test-key"]);
  silence.resolve(new Response());
  await tls.stop(true);
  expect(result.code).toBe(1);
  spoken(result);
  expect(result.stdout).toMatch(/gone .*● unreachable +connection refused\n/);
  expect(result.stdout).toContain(`→ Asked: http://127.0.0.1:${closed}/v1/models?limit=1`);
  expect(result.stdout).toMatch(/silent .*● unreachable +no answer in time\n/);
  expect(result.stdout).toMatch(/untrusted .*● unreachable +TLS handshake failed: \w/);
  expect(result.stderr).toBe("");
});

test("a variable that is not set is named; one that is set is tested under its own provider", async () => {
  await using upstream = startUpstream(listForTokens);
  await writeConfigFile({
    openaiBaseUrl: upstream.url,
    keys: {
      unset: { token: "env:CF_TEST_UNSET" },
      set: { token: "env:CF_TEST_KEY", provider: "openai" },
    },
  });
  const result = await cli.run(["test-key"], { env: { CF_TEST_KEY: oddToken } });
  expect(result.code).toBe(1);
  expect(spoken(result)).toMatch(/unset .*● no token +the variable CF_TEST_UNSET is not set\n/);
  expect(result.stdout).toMatch(/set +OpenAI API key +● ok/);
  expect(upstream.heard[0]?.headers.authorization).toBe(`Bearer ${oddToken}`);
});

test("a ChatGPT token is read and not sent: when it ends, for which account, and what stays open", async () => {
  await using upstream = startUpstream(() => Response.json(models));
  const inAnHour = Date.now() + 3_600_000;
  const accountId = "acc-0123456789-wxyz";
  await writeConfigFile({
    chatgptBaseUrl: upstream.url,
    openaiBaseUrl: upstream.url,
    keys: {
      plus: { token: chatGptToken({ expiresAt: inAnHour, accountId }) },
      endless: { token: chatGptToken({ accountId: "acc-0123456789-abcd" }) },
      behind: { token: "env:CF_TEST_CHATGPT", provider: "openai" },
    },
  });
  const env = { CF_TEST_CHATGPT: chatGptToken({ expiresAt: inAnHour, accountId: "acc-0123456789-efgh" }) };
  const result = await cli.run(["test-key"], { env });
  expect(result.code).toBe(0);
  expect(spoken(result)).toMatch(
    /plus +ChatGPT token \(experimental\) +○ not tested +account …wxyz, good until .*; only a real request/,
  );
  expect(result.stdout).toMatch(/endless .*○ not tested +account …abcd; only a real request/);
  expect(result.stdout).toMatch(/behind .*○ not tested +account …efgh, good until /);
  expect(upstream.heard).toEqual([]);
});

test("a ChatGPT token that has ended, or names no account, fails", async () => {
  await writeConfigFile({
    keys: {
      old: { token: chatGptToken({ expiresAt: Date.now() - 3_600_000 }) },
      other: { token: chatGptToken({ expiresAt: Date.now() + 3_600_000, accountId: null }) },
    },
  });
  const [result, report] = await Promise.all([cli.run(["test-key"]), cli.run(["test-key", "--json"])]);
  expect([result.code, report.code]).toEqual([1, 1]);
  spoken(result, report);
  expect(result.stdout).toMatch(/old .*● expired +it ended: .*\d\d:\d\d:\d\d\n.*Get a new token/);
  expect(result.stdout).toMatch(/other .*● unexpected answer .*names no ChatGPT account/);
  expect(JSON.parse(report.stdout)[0]).toMatchObject({
    result: "expired",
    until: expect.any(String),
    url: null,
  });
});

test("a JSON web token for another server is tested there", async () => {
  await using upstream = startUpstream(listForTokens);
  const token = chatGptToken({ expiresAt: Date.now() - 1000 });
  const key = { token, provider: "openai", type: "api-key", baseUrl: upstream.url };
  await writeConfigFile({ keys: { gateway: key } });
  const result = await cli.run(["test-key"]);
  expect(result.code).toBe(0);
  expect(spoken(result)).toContain("● ok");
  expect(upstream.heard[0]?.path).toBe("/v1/models");
});

test("disabled keys are left out, unless one is asked for by its id", async () => {
  await using upstream = startUpstream(() => Response.json(models));
  const paused = { token: apiKey, enabled: false };
  await writeConfigFile({ anthropicBaseUrl: upstream.url, keys: { paused } });
  const all = await cli.run(["test-key"]);
  expect(all).toMatchObject({ code: 0, stderr: "" });
  expect(all.stdout).toMatch(/paused +Anthropic API key +○ disabled\n/);
  expect(upstream.heard).toEqual([]);
  const one = await cli.run(["test-key", "paused"]);
  expect(one.code).toBe(0);
  expect(spoken(all, one)).toContain("● ok");
  expect(upstream.heard).toHaveLength(1);
});

test("--json has every field, and no token", async () => {
  await using upstream = startUpstream(() => Response.json(models));
  await writeConfigFile({ anthropicBaseUrl: upstream.url, keys: { work: { token: apiKey, label: "Work" } } });
  const result = await cli.run(["test-key", "--json"]);
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: "" });
  spoken(result);
  expect(JSON.parse(result.stdout)).toEqual([
    {
      id: "work",
      label: "Work",
      provider: "anthropic",
      type: "api-key",
      result: "ok",
      words: "",
      status: 200,
      latencyMs: expect.any(Number),
      clockAheadMs: expect.any(Number),
      url: `${upstream.url}/v1/models?limit=1`,
      until: null,
      account: null,
    },
  ]);
});

test("an unknown id is wrong usage, with a suggestion; without keys there is nothing to test", async () => {
  const none = await cli.run(["test-key"]);
  expect(none).toMatchObject({ code: 1, stdout: "" });
  expect(none.stderr).toContain("cf add-openai-key");
  await writeConfigFile({ keys: { work: { token: apiKey } } });
  const wrong = await cli.run(["test-key", "wrok"]);
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain('Did you mean "work"?');
});

test("on a terminal it says that it is at work, and the result has its colour", async () => {
  await using upstream = startUpstream(() => Response.json(models));
  await writeConfigFile({ anthropicBaseUrl: upstream.url, keys: { work: { token: apiKey } } });
  const { code, screen } = await cli.runOnTerminal(["test-key"]);
  expect(code).toBe(0);
  expect(screen).toContain("Testing 1 key …");
  expect(screen).toContain("\x1b[32m● ok");
});
