// Upstreams and clients that use HTTP in its odd but legal ways, or break it: nothing may hang, leak or get lost.
import { expect, setDefaultTimeout, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { errorBody, messageBody, messageEvents } from "../support/anthropic-answers";
import { within } from "../support/gate";
import { opus, startProxy } from "../support/proxy-setup";
import { begin, sendRaw } from "../support/raw-client";
import { json, raw, respond, sse, text } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";

setDefaultTimeout(30_000);

const body = JSON.stringify(messageBody());
const shortTimeouts = { timeouts: { connectMs: 1000, firstByteMs: 2000, idleMs: 2000 } };

const rawAnswers: [string, string, boolean][] = [
  [
    "chunk extensions and trailers",
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: Chunked\r\n\r\n` +
      `a;name="v"\r\n${body.slice(0, 10)}\r\n${(body.length - 10).toString(16).toUpperCase()} ;x\r\n${body.slice(10)}\r\n` +
      "0\r\nx-trailer: 1\r\n\r\n",
    false,
  ],
  ["HTTP/1.0 and no length", `HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${body}`, true],
  [
    "no reason phrase",
    `HTTP/1.1 200 \r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    false,
  ],
  [
    "headers with odd spacing",
    `HTTP/1.1 200 OK\r\nContent-Type:application/json\r\nCONTENT-LENGTH:   ${body.length}  \r\nx-empty:\r\n\r\n${body}`,
    false,
  ],
  [
    "an answer that closes the connection",
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    true,
  ],
];

test.concurrent.each(rawAnswers)("an upstream with %s is understood", async (_name, answer, closes) => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, async (exchange) => {
    await raw(answer)(exchange);
    if (closes) exchange.close();
  });
  for (let count = 0; count < 3; count++) {
    const received = await proxy.message();
    expect(received.status).toBe(200);
    expect(received.text).toBe(body);
    expect(received.complete).toBe(true);
    expect(received.header("content-type")).toBe("application/json");
    expect(received.header("x-cf-key")).toBe("alpha");
  }
});

test.concurrent("a head that arrives byte by byte is understood", async () => {
  await using proxy = await startProxy();
  const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-note: 1\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  proxy.upstream.always({}, async (exchange) => {
    for (const character of answer) {
      await exchange.write(character);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const received = await proxy.message();
  expect(received.text).toBe(body);
  expect(received.header("x-note")).toBe("1");
});

test.concurrent("an answer before the request body was taken is delivered", async () => {
  await using proxy = await startProxy();
  const refusal = '{"type":"error","error":{"type":"request_too_large","message":"Too large"}}';
  // Never reads the rest: only the answer can end this.
  proxy.upstream.holdBodies = new Promise(() => undefined);
  proxy.upstream.earlyReply = text(413, refusal, { "content-type": "application/json" });
  const pending = proxy.message({ fields: { padding: "x".repeat(24 << 20) } });
  const answer = await within(10_000, "the answer", pending);
  expect(answer.status).toBe(413);
  expect(answer.text).toBe(refusal);
  expect(proxy.upstream.requests).toHaveLength(1);
});

const failedBodies: [string, Reply][] = [
  [
    "429 whose body never comes",
    respond({ status: 429, text: "", length: 500, headers: { "retry-after": "30" }, ending: "stall" }),
  ],
  [
    "429 whose body never ends",
    respond({ status: 429, parts: ["{"], headers: { "retry-after": "30" }, ending: "stall" }),
  ],
  ["401 whose body never ends", respond({ status: 401, parts: ["{"], ending: "stall" })],
  ["500 whose body is cut", respond({ status: 500, text: "{", length: 500, ending: "reset" })],
  [
    "429 with 8 MB of body",
    respond({ status: 429, text: "x".repeat(8 << 20), headers: { "retry-after": "30" } }),
  ],
];

test.concurrent.each(failedBodies)("%s does not keep another key from serving", async (_name, reply) => {
  await using proxy = await startProxy({ config: shortTimeouts });
  proxy.upstream.always({ key: "alpha" }, reply);
  const answer = await within(12_000, "the answer", proxy.message());
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-key")).toBe("beta");
});

test.concurrent("connections of failed attempts do not pile up", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "x".repeat(100_000)), { "x-should-retry": "true" }),
  );
  for (let count = 0; count < 40; count++) expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.requests).toHaveLength(80);
  expect(proxy.upstream.openConnections).toBeLessThan(12);
});

test.concurrent("a compressed stream that is cut is never passed off as whole", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, sse(messageEvents().slice(0, 4), { gzip: true, ending: "cut" }));
  const answer = await proxy.message({
    stream: true,
    headers: { "accept-encoding": "gzip, deflate, br, zstd" },
  });
  if (!answer.complete) return;
  const plain = answer.header("content-encoding") === "gzip" ? gunzipSync(answer.body) : answer.body;
  expect(plain.toString()).toContain("event: error");
});

test.concurrent("answers without a body are not waited for", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next(
    {},
    raw("HTTP/1.1 204 No Content\r\n\r\n"),
    raw("HTTP/1.1 304 Not Modified\r\netag: x\r\n\r\n"),
  );
  for (const status of [204, 304]) {
    const answer = await within(5000, "the answer", proxy.send("/v1/files/file_1", { method: "GET" }));
    expect(answer.status).toBe(status);
    expect(answer.body.length).toBe(0);
  }
  expect((await proxy.message()).status).toBe(200);
});

test.concurrent("HEAD on a passed-through route has no body", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, respond({ json: { ok: true } }));
  const answer = await within(5000, "the answer", proxy.send("/v1/files/file_1", { method: "HEAD" }));
  expect(answer.status).toBe(200);
  expect(proxy.upstream.last.method).toBe("HEAD");
  expect((await proxy.message()).status).toBe(200);
});

test.concurrent("an upload that breaks off makes no call", async () => {
  await using proxy = await startProxy();
  const request = JSON.stringify({ model: opus, max_tokens: 1, messages: [] });
  const head = `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:${proxy.port}\r\ncontent-type: application/json\r\n`;
  await sendRaw(proxy.port, `${head}content-length: ${request.length + 10}\r\n\r\n${request}`, 200);
  await sendRaw(
    proxy.port,
    `${head}transfer-encoding: chunked\r\n\r\n${request.length.toString(16)}\r\n${request}\r\n`,
    200,
  );
  await sendRaw(proxy.port, `${head}content-length: 5000000000\r\n\r\n${request}`, 200);
  expect((await proxy.message()).status).toBe(200);
  expect(proxy.upstream.requests).toHaveLength(1);
});

test.concurrent("many clients that leave at once do no harm", async () => {
  await using proxy = await startProxy();
  const [start = ""] = messageEvents();
  proxy.upstream.always({ model: "stalling" }, sse([start], { ending: "stall" }));
  const requestBody = JSON.stringify({ model: "stalling", max_tokens: 1, messages: [], stream: true });
  const pending = Array.from({ length: 100 }, () =>
    begin(`${proxy.url}/v1/messages`, { body: requestBody, headers: { "content-type": "application/json" } }),
  );
  await proxy.upstream.received(100);
  for (const request of pending) request.abort();
  await proxy.upstream.waitFor("all closed", () =>
    proxy.upstream.requests.every((request) => request.abandonedAt !== null),
  );
  expect((await proxy.health()).status).toBe("ok");
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});
