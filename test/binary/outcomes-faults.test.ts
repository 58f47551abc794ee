// Overload, server errors, network faults and rejected keys: routing.md section 2, the rows below the limits.
import { expect, setDefaultTimeout, test } from "bun:test";
import { createServer } from "node:net";
import { errorBody, messageEvents } from "../support/anthropic-answers";
import { findFreePort } from "../support/free-port";
import { msFromNow, opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import {
  closeAtOnce,
  empty,
  garbage,
  htmlError,
  informational,
  json,
  resetAtOnce,
  resetInHead,
  respond,
  sse,
  stall,
  text,
} from "../support/replies";
import type { Reply } from "../support/scripted-upstream";

setDefaultTimeout(30_000);

const alphaOpus = `alpha ${opus}`;
const betaOpus = `beta ${opus}`;
const overloaded = json(529, errorBody("overloaded_error", "Overloaded"));

/** The longest rest that any key has for the model, in milliseconds from now. */
async function longestRest(proxy: ProxySetup, key: string): Promise<number> {
  const end = await proxy.restsUntil(key);
  return end === null ? 0 : msFromNow(end);
}

test.concurrent("529: the same key is tried again, twice", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({ key: "alpha" }, overloaded, overloaded);
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-key")).toBe("alpha");
  expect(answer.header("x-cf-attempts")).toBe("3");
  expect(proxy.upstream.calls()).toEqual([alphaOpus, alphaOpus, alphaOpus]);
  const [first, second, third] = proxy.upstream.requests.map((request) => request.at);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(200);
  expect((third ?? 0) - (second ?? 0)).toBeGreaterThan(400);
});

test.concurrent("529 three times: the next key, and the key is not blamed", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha", model: opus }, overloaded);
  const answer = await proxy.message();
  expect(answer.header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls()).toEqual([alphaOpus, alphaOpus, alphaOpus, betaOpus]);
  expect(await longestRest(proxy, "alpha")).toBeLessThanOrEqual(10_000);
  expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("alpha");
});

test.concurrent("529 on every key: the next model", async () => {
  await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
  proxy.upstream.always({ model: opus }, overloaded);
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-model")).toBe(sonnet);
  expect(answer.header("x-cf-fallback")).toBe(`${opus} -> ${sonnet}`);
  expect(proxy.upstream.calls({ model: opus })).toEqual([
    alphaOpus,
    alphaOpus,
    alphaOpus,
    betaOpus,
    betaOpus,
    betaOpus,
  ]);
});

test.concurrent.each([[500], [502], [503], [504], [520], [521], [522], [523], [524]])(
  "%d: the same key once more, then the next",
  async (status) => {
    await using proxy = await startProxy();
    const reply =
      status === 500 ? json(500, errorBody("api_error", "Internal server error")) : htmlError(status);
    proxy.upstream.always({ key: "alpha", model: opus }, reply);
    const answer = await proxy.message();
    expect(answer.status).toBe(200);
    expect(answer.header("x-cf-key")).toBe("beta");
    expect(answer.header("x-cf-attempts")).toBe("3");
    expect(proxy.upstream.calls()).toEqual([alphaOpus, alphaOpus, betaOpus]);
    expect(await longestRest(proxy, "alpha")).toBeLessThan(15_000);
  },
);

test.concurrent("500 once: the same key serves after all", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({ key: "alpha" }, json(500, errorBody("api_error", "Internal server error")));
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.calls()).toEqual([alphaOpus, alphaOpus]);
});

const networkFaults: [string, Reply][] = [
  ["a reset before the first byte", resetAtOnce],
  ["a close before the first byte", closeAtOnce],
  ["a reset in the head", resetInHead],
  ["something that is not HTTP", garbage],
  ["no answer within firstByteMs", stall],
  ["headers, but no body byte within firstByteMs", sse([], { ending: "stall" })],
];

test.concurrent.each(networkFaults)(
  "%s: once more on a fresh connection, then the next key",
  async (_name, reply) => {
    await using proxy = await startProxy({
      config: { timeouts: { connectMs: 2000, firstByteMs: 1500, idleMs: 20_000 } },
    });
    proxy.upstream.always({ key: "alpha", model: opus }, reply);
    const answer = await proxy.message({ stream: true });
    expect(answer.status).toBe(200);
    expect(answer.header("x-cf-key")).toBe("beta");
    expect(proxy.upstream.calls()).toEqual([alphaOpus, alphaOpus, betaOpus]);
    const [first, second] = proxy.upstream.requests;
    expect(second?.connection).not.toBe(first?.connection);
    expect(await longestRest(proxy, "alpha")).toBeLessThan(15_000);
  },
);

test.concurrent("connection refused: the next key", async () => {
  const closedPort = await findFreePort();
  await using proxy = await startProxy({
    keys: { alpha: { baseUrl: `http://127.0.0.1:${closedPort}` }, beta: {} },
  });
  const answer = await proxy.message();
  expect(answer.header("x-cf-key")).toBe("beta");
  expect(answer.header("x-cf-attempts")).toBe("3");
  expect(await longestRest(proxy, "alpha")).toBeLessThan(15_000);
});

test.concurrent("a host name that does not exist: the next key", async () => {
  await using proxy = await startProxy({
    keys: { alpha: { baseUrl: "http://upstream.invalid" }, beta: {} },
    config: { timeouts: { connectMs: 1500, firstByteMs: 20_000, idleMs: 20_000 } },
  });
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
});

test.concurrent("an upstream that does not speak TLS: the next key", async () => {
  const connected: number[] = [];
  const plain = createServer((socket) => {
    connected.push(Date.now());
    socket.on("error", () => socket.destroy());
    socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"));
  });
  const port = await findFreePort();
  await new Promise<void>((resolve) => plain.listen(port, "127.0.0.1", resolve));
  try {
    await using proxy = await startProxy({
      keys: { alpha: { baseUrl: `https://127.0.0.1:${port}` }, beta: {} },
    });
    expect((await proxy.message()).header("x-cf-key")).toBe("beta");
    expect(connected.length).toBeGreaterThan(0);
  } finally {
    plain.close();
  }
});

test.concurrent("a kept-alive connection that died costs the key nothing", async () => {
  await using proxy = await startProxy();
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  // The upstream has dropped the idle connection; the request that finds out goes out again on a fresh one.
  proxy.upstream.next({ key: "alpha" }, resetAtOnce);
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  expect((await proxy.keyHealth("alpha")).cooldowns).toEqual([]);
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("informational answers before the real one are passed over", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({ key: "alpha" }, informational(103, informational(100, json(200, { id: "msg_1" }))));
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({ id: "msg_1" });
});

test.concurrent("401: the next key, and this one is rejected for every model, with the upstream's words", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, json(401, errorBody("authentication_error", "invalid x-api-key")));
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls({ key: "alpha" })).toEqual([alphaOpus]);
  const health = await proxy.keyHealth("alpha");
  expect(health.state).toBe("rejected");
  expect(health.reason).toContain("invalid x-api-key");
});

test.concurrent("403 permission_error: the next key, and this one rests for that model only", async () => {
  await using proxy = await startProxy();
  const body = errorBody("permission_error", "Your API key does not have permission to use this model.");
  proxy.upstream.always({ key: "alpha", model: opus }, json(403, body));
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.calls({ key: "alpha" })).toEqual([alphaOpus, `alpha ${sonnet}`]);
});

test.concurrent("a 403 challenge page is a network fault, not a rejected key", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha", model: opus }, htmlError(403, "Just a moment..."));
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls()).toEqual([alphaOpus, alphaOpus, betaOpus]);
  const health = await proxy.keyHealth("alpha");
  expect(health.state).not.toBe("rejected");
  expect(await longestRest(proxy, "alpha")).toBeLessThanOrEqual(15_000);
});

const outOfCredit: [string, Reply][] = [
  ["402", json(402, errorBody("billing_error", "Your organization has run out of funds."))],
  [
    "400 with a low balance",
    json(
      400,
      errorBody(
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
      ),
    ),
  ],
  [
    "400 with a reached usage limit",
    json(
      400,
      errorBody(
        "invalid_request_error",
        "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
      ),
    ),
  ],
  [
    "400 with error_code enforced_spend_limit_reached, whatever the wording",
    json(400, errorBody("invalid_request_error", "Nope.", { error_code: "enforced_spend_limit_reached" })),
  ],
  [
    "a compressed 400 with a low balance",
    respond({
      status: 400,
      gzip: true,
      json: errorBody("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
    }),
  ],
];

test.concurrent.each(outOfCredit)("%s: the next key, and this one has no credit", async (_name, reply) => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, reply);
  const headers = { "accept-encoding": "gzip, deflate, br, zstd" };
  const answer = await proxy.message({ headers });
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-key")).toBe("beta");
  expect((await proxy.message({ model: sonnet, headers })).header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls({ key: "alpha" })).toEqual([alphaOpus]);
  expect((await proxy.keyHealth("alpha")).state).toBe("no_credit");
});

test.concurrent.each([
  [
    "error_code organization_on_hold",
    errorBody("invalid_request_error", "On hold.", { error_code: "organization_on_hold" }),
  ],
  ["the wording", errorBody("invalid_request_error", "This organization has been disabled.")],
])(
  "400 for a disabled organization (by %s): the next key, and this one is out whole",
  async (_name, body) => {
    await using proxy = await startProxy();
    proxy.upstream.always({ key: "alpha" }, json(400, body));
    expect((await proxy.message()).header("x-cf-key")).toBe("beta");
    expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("beta");
    expect(proxy.upstream.calls({ key: "alpha" })).toEqual([alphaOpus]);
    expect(["ready", "serving", "cooling"]).not.toContain((await proxy.keyHealth("alpha")).state);
  },
);

const unknownModel = json(404, errorBody("not_found_error", "model: claude-opus-4-6"));

test.concurrent("404 for the model: the next key, and no more requests for that model to this one", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha", model: opus }, unknownModel);
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.calls()).toEqual([alphaOpus, betaOpus, betaOpus, `alpha ${sonnet}`]);
});

test.concurrent("404 for the model on every key: the next model of the chain", async () => {
  await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
  proxy.upstream.always({ model: opus }, unknownModel);
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-model")).toBe(sonnet);
  expect(proxy.upstream.calls()).toEqual([alphaOpus, betaOpus, `alpha ${sonnet}`]);
});

const clientMistakes: [number, string][] = [
  [
    400,
    '{"type":"error", "error":{"type":"invalid_request_error","message":"max_tokens: F\\u00edeld required"}}\n\n',
  ],
  [
    400,
    '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}',
  ],
  [413, '{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}'],
  [413, "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n</html>\r\n"],
  [422, '{"type":"error","error":{"type":"invalid_request_error","message":"unprocessable"}}'],
  [400, "Bad Request"],
];

test.concurrent.each(clientMistakes)("%d %s: delivered at once, byte for byte", async (status, body) => {
  await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
  proxy.upstream.next(
    { key: "alpha" },
    text(status, body, {
      "content-type": "application/json",
      "request-id": "req_7",
      "x-should-retry": "false",
    }),
  );
  const answer = await proxy.message();
  expect(answer.status).toBe(status);
  expect(answer.text).toBe(body);
  expect(answer.header("request-id")).toBe("req_7");
  expect(answer.header("x-should-retry")).toBe("false");
  expect(answer.header("x-cf-key")).toBe("alpha");
  expect(answer.header("x-cf-attempts")).toBe("1");
  expect(proxy.upstream.calls()).toEqual([alphaOpus]);
  expect((await proxy.keyHealth("alpha")).cooldowns).toEqual([]);
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("a client's own mistake that only the second key is asked about is delivered from there", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" }),
  );
  const body = errorBody("invalid_request_error", "max_tokens: Field required");
  proxy.upstream.always({ key: "beta" }, json(400, body));
  const answer = await proxy.message();
  expect(answer.status).toBe(400);
  expect(answer.text).toBe(JSON.stringify(body));
  expect(answer.header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls()).toEqual([alphaOpus, betaOpus]);
});

test.concurrent("a client that goes away is never held against a key", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({ key: "alpha" }, stall, sse([messageEvents()[0] ?? ""], { ending: "stall" }));
  const waiting = proxy.beginMessage();
  const [request] = await proxy.upstream.received(1);
  waiting.abort();
  await proxy.upstream.waitFor("the upstream sees the close", () => request?.abandonedAt !== null, 2000);
  const streaming = await proxy.openMessage({ stream: true });
  await streaming.readUntil("message_start");
  streaming.abort();
  const [, second] = await proxy.upstream.received(2);
  await proxy.upstream.waitFor("the upstream sees the close", () => second?.abandonedAt !== null, 2000);
  const health = await proxy.keyHealth("alpha");
  expect(health.cooldowns).toEqual([]);
  expect(["ready", "serving"]).toContain(health.state);
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.calls({ key: "beta" })).toEqual([]);
});

test.concurrent("an empty 200 is no answer: another key serves", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, empty(200, { "content-type": "application/json" }));
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-key")).toBe("beta");
});

const signatureError = json(
  400,
  errorBody("invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block"),
);

/** The second turn of a conversation whose first answer had a thinking block. */
function secondTurn(prompt: string): Record<string, unknown> {
  return {
    messages: [
      { role: "user", content: prompt },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Let me see.", signature: "EqQBCkYIBRgCKkA=" },
          { type: "text", text: "Hello." },
        ],
      },
      { role: "user", content: "And now?" },
    ],
  };
}

test.concurrent("an invalid thinking signature that is the client's own is delivered unchanged", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({ key: "alpha" }, signatureError);
  const answer = await proxy.message({ fields: secondTurn("one"), prompt: "one" });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain("Invalid `signature` in `thinking` block");
  expect(proxy.upstream.calls()).toEqual([alphaOpus]);
});

test.concurrent("an invalid thinking signature after a change of key: once more without thinking blocks", async () => {
  await using proxy = await startProxy();
  await proxy.message({ prompt: "two" });
  proxy.upstream.always(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" }),
  );
  proxy.upstream.next({ key: "beta" }, signatureError);
  const answer = await proxy.message({ fields: secondTurn("two"), prompt: "two" });
  expect(answer.status).toBe(200);
  expect(proxy.upstream.calls()).toEqual([alphaOpus, alphaOpus, betaOpus, betaOpus]);
  const sent = JSON.parse(proxy.upstream.last.body.toString());
  expect(sent.messages).toEqual([
    { role: "user", content: "two" },
    { role: "assistant", content: [{ type: "text", text: "Hello." }] },
    { role: "user", content: "And now?" },
  ]);
});

test.concurrent("a second refusal of the signature is delivered, not tried a third time", async () => {
  await using proxy = await startProxy();
  await proxy.message({ prompt: "three" });
  proxy.upstream.always(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" }),
  );
  proxy.upstream.always({ key: "beta" }, signatureError);
  const answer = await proxy.message({ fields: secondTurn("three"), prompt: "three" });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain("Invalid `signature`");
  expect(proxy.upstream.calls({ key: "beta" })).toEqual([betaOpus, betaOpus]);
});
