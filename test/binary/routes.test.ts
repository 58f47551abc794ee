// Every route of a profile's port beside the messages themselves: product.md sections 4 and 6.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { version } from "../../package.json";
import { errorBody, modelList } from "../support/anthropic-answers";
import { makeGate } from "../support/gate";
import { errorOf, opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { open } from "../support/raw-client";
import { json, respond, sse, stall } from "../support/replies";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

const rejected = json(401, errorBody("authentication_error", "invalid x-api-key"));
const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" });

test.concurrent("HEAD / answers 200 without a body, GET / leads to the dashboard", async () => {
  await using proxy = await startProxy();
  const head = await proxy.send("/", { method: "HEAD" });
  expect(head.status).toBe(200);
  expect(head.body.length).toBe(0);
  const get = await proxy.send("/");
  expect([301, 302, 303, 307, 308]).toContain(get.status);
  expect(new URL(get.header("location") ?? "", proxy.url).href).toBe(`${proxy.url}/dashboard/`);
  expect(proxy.upstream.requests).toEqual([]);
});

test.concurrent("/health: shape, and ok, degraded, unavailable", async () => {
  await using proxy = await startProxy({
    keys: { alpha: { label: "Personal" }, beta: {}, gamma: { enabled: false } },
  });
  const fresh = await proxy.send("/health");
  expect(fresh.status).toBe(200);
  expect(fresh.header("content-type")).toStartWith("application/json");
  const health = await proxy.health();
  expect(health.version).toBe(version);
  expect(health.uptimeSeconds).toBeNumber();
  expect(health.configError).toBeNull();
  expect(JSON.stringify(health.profiles)).toContain(String(proxy.port));
  expect(health.keys.map((key) => key.id)).toEqual(["alpha", "beta", "gamma"]);
  expect(health.keys[0]).toMatchObject({
    label: "Personal",
    provider: "anthropic",
    until: null,
    cooldowns: [],
  });
  expect(["ready", "serving"]).toContain(health.keys[0]?.state ?? "");
  expect(health.keys[2]?.state).toBe("disabled");

  proxy.upstream.always({ key: "alpha" }, rejected);
  await proxy.message();
  const degraded = await proxy.send("/health");
  expect(degraded.status).toBe(200);
  expect(degraded.json().status).toBe("degraded");

  proxy.upstream.always({ key: "beta" }, rejected);
  await proxy.message();
  const unavailable = await proxy.send("/health");
  expect(unavailable.status).toBe(503);
  expect(unavailable.json().status).toBe("unavailable");
  for (const id of ["alpha", "beta", "gamma"]) expect(unavailable.text).not.toContain(tokenFor(id));
});

test.concurrent("/health is ok when every key is ready, and unavailable without any", async () => {
  await using full = await startProxy();
  expect((await full.health()).status).toBe("ok");
  await using none = await startProxy({ keys: [] });
  const answer = await none.send("/health");
  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({ status: "unavailable", keys: [] });
});

test.concurrent("/health names the model and the end of a cooldown", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, limited);
  await proxy.message();
  const [rest] = (await proxy.keyHealth("alpha")).cooldowns;
  expect(rest?.model).toBe(opus);
  expect(rest?.reason).toBeString();
  expect(new Date(rest?.until ?? 0).getTime()).toBeGreaterThan(Date.now() + 20_000);
});

// --- Models.

test.concurrent("the model list comes from the upstream, once", async () => {
  await using proxy = await startProxy();
  for (let count = 0; count < 3; count++) {
    const answer = await proxy.send("/v1/models?limit=1000");
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual(modelList);
  }
  expect(proxy.upstream.requests).toHaveLength(1);
  expect(proxy.upstream.last.target).toBe("/v1/models?limit=1000");
});

test.concurrent("different queries of the model list are not mixed up", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, (exchange) =>
    json(200, { ...modelList, query: exchange.request.query })(exchange),
  );
  expect((await proxy.send("/v1/models?limit=1")).json().query).toBe("?limit=1");
  expect((await proxy.send("/v1/models?limit=2")).json().query).toBe("?limit=2");
});

test.concurrent("one model is looked up upstream", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ path: "/v1/models/claude-opus-4-6" }, json(200, modelList.data[0]));
  const answer = await proxy.send("/v1/models/claude-opus-4-6");
  expect(answer.json()).toEqual({ ...modelList.data[0] });
});

test.concurrent("another key lists the models when the first is rejected", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, rejected);
  const answer = await proxy.send("/v1/models");
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual(modelList);
});

/** A list in the Anthropic shape that names the models of the config. */
function expectListFromConfig(list: Record<string, unknown>, names: string[]): void {
  const { data, has_more, first_id, last_id } = list as typeof modelList;
  const ids = data.map((model) => model.id);
  expect(ids).toEqual(expect.arrayContaining(names));
  expect(new Set(ids).size).toBe(ids.length);
  expect({ has_more, first_id, last_id }).toEqual({
    has_more: false,
    first_id: ids.at(0) ?? "",
    last_id: ids.at(-1) ?? "",
  });
  for (const model of data) {
    expect(model.type).toBe("model");
    expect(model.display_name).toBeString();
    expect(Date.parse(model.created_at)).not.toBeNaN();
  }
}

const chain = { [opus]: sonnet, "my-own-model": "claude-haiku-4-5" };

test.concurrent("no key that answers: a list from the config within 3 s", async () => {
  await using proxy = await startProxy({ config: { modelFallback: chain } });
  proxy.upstream.always({}, stall);
  const begun = Date.now();
  const answer = await proxy.send("/v1/models?limit=1000");
  expect(Date.now() - begun).toBeLessThan(3800);
  expect(answer.status).toBe(200);
  expectListFromConfig(answer.json(), [opus, sonnet, "my-own-model", "claude-haiku-4-5"]);
});

test.concurrent("keys rejected, or none: a list from the config; the upstream's own when it is back", async () => {
  await using none = await startProxy({ keys: [], config: { modelFallback: chain } });
  const listed = await none.send("/v1/models");
  expectListFromConfig(listed.json(), [opus, sonnet]);
  expect(listed.header("x-cf-attempts")).toBe("0");
  await using proxy = await startProxy({ keys: ["alpha"], config: { modelFallback: chain } });
  proxy.upstream.next(
    {},
    json(500, errorBody("api_error", "Broken")),
    json(500, errorBody("api_error", "Broken")),
  );
  expectListFromConfig((await proxy.send("/v1/models")).json(), [opus, sonnet]);
});

test.concurrent("a list from the config names models that can be asked for, no families", async () => {
  await using proxy = await startProxy({ keys: [] });
  const { data } = (await proxy.send("/v1/models")).json<typeof modelList>();
  const ids = data.map((model) => model.id);
  expect(ids).toEqual(expect.arrayContaining([opus, sonnet, "claude-haiku-4-5"]));
  expect(ids.filter((id) => !/\d$/.test(id))).toEqual([]);
  expect(ids).not.toContain("claude-3-opus");
});

test.concurrent("a list from the config holds only what an explicit mapping leads somewhere", async () => {
  const config = { openaiModelMapping: { [opus]: "gpt-5.4", "claude-haiku": "gpt-5.4-mini" } };
  await using proxy = await startProxy({ keys: [], config });
  const { data } = (await proxy.send("/v1/models")).json<typeof modelList>();
  const ids = data.map((model) => model.id);
  expect(ids).toEqual([opus, expect.stringMatching(/^claude-haiku-\d/), "claude-haiku-4-5"]);
});

test.concurrent("refusals of our own say that nothing was asked", async () => {
  await using proxy = await startProxy();
  const headers = { "x-cf-key": "nobody" };
  const refused = await Promise.all([
    proxy.message({ headers }),
    proxy.countTokens({ headers }),
    proxy.send("/v1/models", { headers }),
    proxy.send("/v1/files", { headers }),
    proxy.send("/v1/messages", { method: "POST", body: "{" }),
  ]);
  expect(refused.map((answer) => answer.status)).toEqual([400, 400, 400, 400, 400]);
  expect(refused.map((answer) => answer.header("x-cf-attempts"))).toEqual(["0", "0", "0", "0", "0"]);
  expect(proxy.upstream.requests).toEqual([]);
});

// --- Pass-through.

test.concurrent.each([
  ["GET", "/v1/messages/batches?limit=20"],
  ["GET", "/v1/messages/batches/msgbatch_01/results"],
  ["DELETE", "/v1/files/file_01"],
  ["POST", "/v1/messages/batches/msgbatch_01/cancel"],
  ["PUT", "/v1/something/new"],
  ["PATCH", "/v1/something/new?x=%2f"],
  ["POST", "/v1/complete"],
])("%s %s is passed through on the first usable key", async (method, target) => {
  await using proxy = await startProxy();
  const answer = await proxy.send(target, {
    method,
    headers: { "content-type": "application/json", "x-api-key": "client" },
    ...(method === "GET" ? {} : { body: '{"a": 1.0}' }),
  });
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({ ok: true, key: "alpha" });
  expect(answer.header("x-cf-key")).toBe("alpha");
  expect(answer.header("x-cf-request-id")).toBeString();
  expect(proxy.upstream.last.method).toBe(method);
  expect(proxy.upstream.last.target).toBe(target);
  expect(proxy.upstream.last.body.toString()).toBe(method === "GET" ? "" : '{"a": 1.0}');
});

test.concurrent("a multipart upload arrives byte for byte", async () => {
  await using proxy = await startProxy();
  const bytes = Buffer.concat([
    Buffer.from('--x\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'),
    Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256)),
    Buffer.from("\r\n--x--\r\n"),
  ]);
  await proxy.send("/v1/files", {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x", "anthropic-beta": "files-api-2025-04-14" },
    body: bytes,
  });
  expect(proxy.upstream.last.body.equals(bytes)).toBe(true);
  expect(proxy.upstream.last.header("content-type")).toBe("multipart/form-data; boundary=x");
});

test.concurrent("a download arrives byte for byte with its headers", async () => {
  await using proxy = await startProxy();
  const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, index) => (index * 13) % 256));
  const headers = {
    "content-type": "application/octet-stream",
    "content-disposition": 'attachment; filename="a"',
  };
  proxy.upstream.next({}, respond({ parts: [bytes], headers, splitEvery: 60_000 }));
  const answer = await proxy.send("/v1/files/file_01/content");
  expect(answer.body.equals(bytes)).toBe(true);
  for (const [name, value] of Object.entries(headers)) expect(answer.header(name)).toBe(value);
});

test.concurrent("events by GET are streamed, not gathered", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.next({}, sse(["event: one\ndata: {}\n\n", gate.promise, "event: two\ndata: {}\n\n"]));
  const answer = await open(`${proxy.url}/v1/sessions/sesn_01/events/stream`);
  await answer.readUntil("event: one");
  gate.open();
  expect((await answer.rest()).text).toBe("event: one\ndata: {}\n\nevent: two\ndata: {}\n\n");
});

test.concurrent("errors of pass-through routes arrive as they are, and a POST is never repeated", async () => {
  await using proxy = await startProxy();
  for (const [status, type] of [
    [400, "invalid_request_error"],
    [404, "not_found_error"],
    [409, "conflict_error"],
    [500, "api_error"],
  ] as const) {
    const body = errorBody(type, "Said by the upstream");
    proxy.upstream.next({}, json(status, body));
    const before = proxy.upstream.requests.length;
    const answer = await proxy.send("/v1/messages/batches", { method: "POST", body: "{}" });
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(JSON.stringify(body));
    expect(proxy.upstream.requests.length).toBe(before + 1);
  }
});

test.concurrent("a rejected key: GET goes on with the next, POST does not", async () => {
  await using get = await startProxy();
  get.upstream.always({ key: "alpha" }, rejected);
  expect((await get.send("/v1/files")).json()).toEqual({ ok: true, key: "beta" });
  expect(get.upstream.calls()).toEqual(["alpha GET /v1/files", "beta GET /v1/files"]);

  await using post = await startProxy();
  post.upstream.always({ key: "alpha" }, rejected);
  await post.send("/v1/messages/batches", { method: "POST", body: "{}" });
  expect(post.upstream.calls()).toEqual(["alpha POST /v1/messages/batches"]);
});

test.concurrent("pass-through passes over keys that are rejected or disabled", async () => {
  await using proxy = await startProxy({ keys: { alpha: { enabled: false }, beta: {}, gamma: {} } });
  proxy.upstream.always({ key: "beta" }, rejected);
  await proxy.message();
  await proxy.send("/v1/messages/batches", { method: "POST", body: "{}" });
  expect(proxy.upstream.calls().at(-1)).toBe("gamma POST /v1/messages/batches");
});

const openAi = { token: "sk-proj-Zk3xQw8vN5bT1mY7cR4pL9sD2fG6hJ0a", provider: "openai" };

test.concurrent("pass-through never goes to an OpenAI key", async () => {
  await using proxy = await startProxy({ keys: { gpt: openAi } });
  const answer = await proxy.send("/v1/files");
  expect(answer.status).toBe(401);
  expect(errorOf(answer).type).toBe("authentication_error");
  expect(errorOf(answer).message).toContain("Only an Anthropic key can serve this route");
  expect(proxy.upstream.requests).toEqual([]);
});

// --- Pass-through without a key that serves: the final answer of section 6.

test.concurrent("every key limited: 429 with the true return, and each key's reason", async () => {
  await using proxy = await startProxy();
  const unified = {
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-5h-status": "rejected",
    "anthropic-ratelimit-unified-5h-reset": String(Math.ceil(Date.now() / 1000) + 600),
  };
  proxy.upstream.always({}, json(429, errorBody("rate_limit_error", "Limited"), unified));
  await proxy.message();
  const answer = await proxy.send("/v1/files", { method: "POST", body: "{}" });
  expect(answer.status).toBe(429);
  expect(Number(answer.header("retry-after"))).toBeWithin(500, 610);
  const { type, message, details } = errorOf(answer);
  expect(type).toBe("rate_limit_error");
  expect(message).toStartWith("All keys are cooling down for this request. alpha: ");
  expect(details?.attempts).toMatchObject([
    { key: "alpha", model: null, status: 429, reason: "rate_limited", until: expect.any(String) },
    { key: "beta", model: null, status: 429, reason: "rate_limited", until: expect.any(String) },
  ]);
  expect(proxy.upstream.calls().filter((call) => call.includes("files"))).toEqual([]);
});

test.concurrent("every key rejected: our own 401 that names each, asked now or before", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, rejected);
  for (const attempts of ["2", "0"]) {
    const answer = await proxy.send("/v1/files");
    expect([answer.status, answer.header("x-cf-attempts")]).toEqual([401, attempts]);
    expect(errorOf(answer).message).toMatch(/^No key was accepted for this request\. alpha: .*; beta: /);
    expect(errorOf(answer).details?.attempts).toMatchObject([
      { key: "alpha", status: 401, reason: "rejected" },
      { key: "beta", status: 401, reason: "rejected" },
    ]);
  }
});

test.concurrent("no key, and none that is switched on: 401 with what to do", async () => {
  await using none = await startProxy({ keys: [] });
  const unkeyed = await none.send("/v1/files");
  expect([unkeyed.status, errorOf(unkeyed).message]).toEqual([401, expect.stringContaining("cf add-key")]);
  await using paused = await startProxy({ keys: { alpha: { enabled: false }, gpt: openAi } });
  const answer = await paused.send("/v1/files");
  expect(answer.status).toBe(401);
  expect(errorOf(answer).details?.attempts).toMatchObject([{ key: "alpha", reason: "disabled" }]);
});

test.concurrent("an upstream that cannot be reached: 502 with the attempt", async () => {
  await using proxy = await startProxy({ keys: { alpha: { baseUrl: "http://127.0.0.1:9" } } });
  const answer = await proxy.send("/v1/files");
  expect(answer.status).toBe(502);
  expect(errorOf(answer).type).toBe("api_error");
  expect(errorOf(answer).details?.attempts).toMatchObject([
    { key: "alpha", status: null, reason: "network" },
  ]);
});

// --- What is not there, and what is too much.

test.concurrent.each([
  ["GET", "/nowhere"],
  ["POST", "/v2/messages"],
  ["POST", "/v1x/messages"],
  ["GET", "/v1"],
  ["POST", "/messages"],
  ["GET", "/favicon.ico"],
])("%s %s: 404 in the Anthropic shape, no call", async (method, path) => {
  await using proxy = await startProxy();
  const answer = await proxy.send(path, { method, ...(method === "POST" ? { body: "{}" } : {}) });
  expect(answer.status).toBe(404);
  expect(answer.header("content-type")).toStartWith("application/json");
  expect(answer.json().type).toBe("error");
  expect(errorOf(answer).type).toBe("not_found_error");
  expect(errorOf(answer).message).toBeString();
  expect(proxy.upstream.requests).toEqual([]);
});

test.concurrent("HEAD /api/hello, the probe of Claude Code: 404 without a call", async () => {
  await using proxy = await startProxy();
  const answer = await proxy.send("/api/hello", { method: "HEAD" });
  expect(answer.status).toBe(404);
  expect(answer.body.length).toBe(0);
  expect(proxy.upstream.requests).toEqual([]);
});

test.concurrent("methods that our own routes do not know are refused", async () => {
  await using proxy = await startProxy();
  for (const [method, path] of [
    ["POST", "/health"],
    ["DELETE", "/"],
  ] as const) {
    const answer = await proxy.send(path, { method });
    expect([404, 405]).toContain(answer.status);
    expect(answer.json().type).toBe("error");
  }
  expect(proxy.upstream.requests).toEqual([]);
});

function bodyOf(size: number): string {
  const frame = JSON.stringify({ model: opus, max_tokens: 1, messages: [], padding: "" });
  return JSON.stringify({
    model: opus,
    max_tokens: 1,
    messages: [],
    padding: "x".repeat(size - frame.length),
  });
}

async function postSized(proxy: ProxySetup, size: number, chunked?: number) {
  return proxy.send("/v1/messages", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: bodyOf(size),
    ...(chunked === undefined ? {} : { chunked }),
  });
}

test.concurrent("maxBodyBytes: that much passes, one more gets 413 without a call", async () => {
  await using proxy = await startProxy({ config: { maxBodyBytes: 10_000 } });
  expect((await postSized(proxy, 10_000)).status).toBe(200);
  expect((await postSized(proxy, 10_000, 900)).status).toBe(200);
  for (const answer of [await postSized(proxy, 10_001), await postSized(proxy, 10_001, 900)]) {
    expect(answer.status).toBe(413);
    expect(answer.json().type).toBe("error");
    expect(errorOf(answer).type).toBe("request_too_large");
  }
  expect(proxy.upstream.requests).toHaveLength(2);
});

test.concurrent("a compressed request body is passed on as it is or refused with 415, never misread", async () => {
  await using proxy = await startProxy();
  const plain = JSON.stringify({ model: opus, max_tokens: 1, messages: [] });
  const answer = await proxy.send("/v1/messages", {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body: gzipSync(plain),
  });
  if (answer.status === 415) {
    expect(answer.json().type).toBe("error");
    expect(proxy.upstream.requests).toEqual([]);
    return;
  }
  expect(answer.status).toBe(200);
  const sent = proxy.upstream.last;
  const decoded =
    sent.header("content-encoding") === "gzip" ? Bun.gunzipSync(new Uint8Array(sent.body)) : sent.body;
  expect(Buffer.from(decoded).toString()).toBe(plain);
});

test.concurrent("a client that sends Expect: 100-continue is served", async () => {
  await using proxy = await startProxy();
  const answer = await proxy.send("/v1/messages", {
    method: "POST",
    headers: { "content-type": "application/json", expect: "100-continue" },
    body: JSON.stringify({ model: opus, max_tokens: 1, messages: [] }),
  });
  expect(answer.status).toBe(200);
});

test.concurrent("an HTTP/1.0 client is served and sees the end of the stream", async () => {
  await using proxy = await startProxy();
  const answer = await proxy.send("/v1/messages", {
    method: "POST",
    httpVersion: "1.0",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: opus, max_tokens: 1, messages: [], stream: true }),
  });
  expect(answer.status).toBe(200);
  expect(answer.text).toContain("message_stop");
});

test.concurrent("a config of 1.x is served as it is", async () => {
  await using proxy = await startProxy({
    profile: { keyOrder: undefined, priorityOrder: ["anthropic:beta", "openai:gpt", "anthropic:alpha"] },
    config: { openaiKeys: { gpt: { token: "sk-proj-Zk3xQw8vN5bT1mY7cR4pL9sD2fG6hJ0a", label: "GPT" } } },
  });
  const before = await readFile(join(proxy.cf.home, "config.json"), "utf8");
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.health()).keys.map((key) => key.id).sort()).toEqual(["alpha", "beta", "gpt"]);
  expect(await readFile(join(proxy.cf.home, "config.json"), "utf8")).toBe(before);
});
