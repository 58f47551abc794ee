// Upstreams that misbehave on purpose: nothing they send may end the proxy, hang a client or lose what they said.
import { expect, setDefaultTimeout, test } from "bun:test";
import { errorBody, messageBody, messageEvents, sseEvent } from "../support/anthropic-answers";
import { within } from "../support/gate";
import { msFromNow, type ProxySetup, startProxy } from "../support/proxy-setup";
import { type Ending, json, raw, respond, sse } from "../support/replies";
import { eventNames, parseEvents } from "../support/sse-events";

setDefaultTimeout(60_000);

const events = messageEvents({ blocks: [{ type: "text", text: "one two three " }] });
const [start = "", blockStart = ""] = events;
const overloaded = sseEvent("error", errorBody("overloaded_error", "Said by the upstream"));

async function expectNobodyServing(proxy: ProxySetup): Promise<void> {
  for (const key of (await proxy.health()).keys) expect(key.state).not.toBe("serving");
}

test.concurrent.each([
  ["a NUL", "\0"],
  ["a bare LF", "\n"],
  ["a bare CR", "\r"],
])("%s in a response header ends neither the proxy nor the request", async (_name, character) => {
  await using proxy = await startProxy();
  const body = JSON.stringify(messageBody());
  const answer = raw(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-odd: a${character}b\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  proxy.upstream.next({}, answer, answer);
  const message = await proxy.message();
  expect(message.status).toBe(200);
  expect(message.header("x-odd")).toBe("a b");
  expect(message.text).toBe(body);
  const passed = await proxy.send("/v1/files");
  expect(passed.status).toBe(200);
  expect(passed.header("x-odd")).toBe("a b");
  await expectNobodyServing(proxy);
});

test.concurrent("a stream whose upstream stays connected after message_stop ends all the same", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({}, sse(events, { ending: "stall" }));
  const open = await proxy.openMessage({ stream: true });
  const answer = await within(10_000, "the end of a whole answer", open.rest());
  expect(answer.complete).toBe(true);
  expect(answer.text).toBe(events.join(""));
  await proxy.upstream.waitFor(
    "the connection is given up",
    () => proxy.upstream.requests[0]?.abandonedAt != null,
  );
  await expectNobodyServing(proxy);
});

test.concurrent.each(["clean", "cut", "reset", "stall"] as Ending[])(
  "an error event in mid-stream stays the only one (%s)",
  async (ending) => {
    await using proxy = await startProxy();
    proxy.upstream.next({}, sse([start, blockStart, overloaded], { ending }));
    const open = await proxy.openMessage({ stream: true });
    const answer = await within(10_000, "the end of a failed answer", open.rest());
    expect(answer.complete).toBe(true);
    expect(eventNames(answer.text)).toEqual(["message_start", "content_block_start", "error"]);
    expect(answer.text).toContain("Said by the upstream");
  },
);

test.concurrent("an idle limit below the interval of pings holds", async () => {
  const timeouts = { connectMs: 1000, firstByteMs: 5000, idleMs: 1000 };
  await using proxy = await startProxy({ config: { timeouts } });
  proxy.upstream.next({}, sse([start, blockStart], { ending: "stall" }));
  const open = await proxy.openMessage({ stream: true });
  const answer = await within(8000, "the end of a silent answer", open.rest());
  expect(eventNames(answer.text)).toEqual(["message_start", "content_block_start", "error"]);
});

test.concurrent("a 429 whose body never ends still rests its key until the stated time", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always(
    { key: "alpha" },
    respond({
      status: 429,
      headers: { "content-type": "application/json", "retry-after": "300" },
      parts: ['{"type":"error",'],
      ending: "stall",
    }),
  );
  const answer = await within(20_000, "the next key's answer", proxy.message());
  expect(answer.header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls({ key: "alpha" })).toHaveLength(1);
  expect(msFromNow(await proxy.restsUntil("alpha"))).toBeGreaterThan(250_000);
});

test.concurrent("JSON instead of a stream, after pings went out, is told as an error and not as the message", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 60_000 } });
  const limited = json(429, errorBody("rate_limit_error", "Slow down"), { "retry-after": "16" });
  proxy.upstream.next({}, limited, json(200, messageBody()));
  const answer = await proxy.message({ stream: true });
  const [ping, error] = parseEvents(answer.text);
  expect(ping?.event).toBe("ping");
  expect(error?.event).toBe("error");
  expect(error?.data.type).toBe("error");
});

test.concurrent("every answer to a model list says what served it", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({ path: "/v1/models/nope" }, json(404, errorBody("not_found_error", "model: nope")));
  const answer = await proxy.send("/v1/models/nope");
  expect(answer.status).toBe(404);
  expect(answer.header("x-cf-request-id")).toStartWith("req_cf_");
  expect(answer.header("x-cf-key")).toBe("alpha");
});

test.concurrent("a token of any shape that the upstream echoes shows up nowhere but in its own answer", async () => {
  const token = "gateway_0123456789_secret_of_any_shape";
  const keys = { alpha: { token, type: "api-key" as const, provider: "anthropic" } };
  // The check of the log and of all output is in `stop`.
  await using proxy = await startProxy({ keys, config: { logLevel: "debug" } });
  proxy.upstream.always({}, json(401, errorBody("authentication_error", `nobody knows ${token} here`)));
  const rejected = await proxy.message();
  expect(rejected.status).toBe(401);
  expect(rejected.text).toContain("nobody knows");
  expect(rejected.text).not.toContain(token);
  expect((await proxy.send("/health")).text).not.toContain(token);
  expect((await proxy.send("/v1/files")).text).not.toContain(token);
});
