// Waiting for a key to come back: routing.md section 4.
import { expect, setDefaultTimeout, test } from "bun:test";
import { errorBody, messageEvents } from "../support/anthropic-answers";
import { makeGate, until } from "../support/gate";
import { errorOf, opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { after, json, sse } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";
import { eventNames, parseEvents } from "../support/sse-events";

setDefaultTimeout(60_000);

const limitedForMs = (ms: number): Reply =>
  json(429, errorBody("rate_limit_error", "Limited"), { "retry-after-ms": String(ms) });
const queue = { queueWaitMs: 20_000 };
/** Long enough for several requests to be sent one after the other, also on a machine that is busy. */
const longWait = limitedForMs(6000);

/** Sends the requests one after the other, each once the one before waits. */
async function sendInOrder(proxy: ProxySetup, prompts: string[]) {
  const answers = [];
  for (const [place, prompt] of prompts.entries()) {
    answers.push(proxy.message({ prompt }));
    await until(`${prompt} waits`, async () =>
      (await proxy.send("/health")).text.includes(`"waiting":${place + 1}`),
    );
  }
  return answers;
}

function promptsAtUpstream(proxy: ProxySetup): string[] {
  return proxy.upstream.requests.map((request) => JSON.parse(request.body.toString()).messages[0].content);
}

test.concurrent("a request waits for a key that comes back in time", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: queue });
  proxy.upstream.next({}, limitedForMs(700));
  const begun = Date.now();
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(650);
  expect(answer.header("x-cf-key")).toBe("alpha");
  expect(answer.header("x-cf-attempts")).toBe("2");
  expect(answer.header("x-cf-queued-ms")).toMatch(/^\d+$/);
  expect(Number(answer.header("x-cf-queued-ms"))).toBeGreaterThanOrEqual(600);
  expect(proxy.upstream.requests).toHaveLength(2);
  const [first, second] = proxy.upstream.requests;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(650);
});

test.concurrent("a request that did not wait says nothing of a queue", async () => {
  await using proxy = await startProxy({ config: queue });
  proxy.upstream.next({ key: "alpha" }, limitedForMs(5000));
  expect((await proxy.message()).header("x-cf-queued-ms")).toBeNull();
});

test.concurrent("a return beyond queueWaitMs is not waited for at all", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 8000 } });
  proxy.upstream.always({}, limitedForMs(40_000));
  const begun = Date.now();
  const answer = await proxy.message();
  expect(answer.status).toBe(429);
  expect(Number(answer.header("retry-after"))).toBeGreaterThan(30);
  expect(Date.now() - begun).toBeLessThan(4000);
  expect(proxy.upstream.requests).toHaveLength(1);
});

test.concurrent("queueWaitMs: 0 switches the queue off", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 0 } });
  proxy.upstream.next({}, limitedForMs(300));
  expect((await proxy.message()).status).toBe(429);
  expect(proxy.upstream.requests).toHaveLength(1);
});

test.concurrent("a key or a model that can serve now is taken instead of waiting", async () => {
  await using proxy = await startProxy({
    keys: ["alpha"],
    config: { ...queue, modelFallback: { [opus]: sonnet } },
  });
  proxy.upstream.next({ model: opus }, limitedForMs(3000));
  const answer = await proxy.message();
  expect(answer.header("x-cf-model")).toBe(sonnet);
  expect(answer.header("x-cf-queued-ms")).toBeNull();
});

test.concurrent("the key that comes back first is the one waited for", async () => {
  await using proxy = await startProxy({ config: queue });
  proxy.upstream.always({ key: "alpha" }, limitedForMs(60_000));
  proxy.upstream.next({ key: "beta" }, limitedForMs(600));
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `beta ${opus}`, `beta ${opus}`]);
});

test.concurrent("first in, first out: one request probes the key, the rest follow in order once it serves", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: queue });
  const gate = makeGate();
  proxy.upstream.next({}, longWait);
  proxy.upstream.always({}, after(gate.promise, json(200, { ok: true })));
  const prompts = ["q0", "q1", "q2", "q3", "q4", "q5"];
  const answers = await sendInOrder(proxy, prompts);
  await proxy.upstream.received(2);
  // Time in which a stampede would have shown.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(promptsAtUpstream(proxy)).toEqual(["q0", "q0"]);
  gate.open();
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
  expect(promptsAtUpstream(proxy)).toEqual(["q0", ...prompts]);
});

test.concurrent("a probe that fails sends nobody after it", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: queue });
  proxy.upstream.next({}, longWait, limitedForMs(800));
  const answers = await sendInOrder(proxy, ["q0", "q1", "q2", "q3"]);
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
  expect(proxy.upstream.requests).toHaveLength(6);
});

test.concurrent("a waiter that goes away leaves at once and makes no call", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: queue });
  proxy.upstream.next({}, limitedForMs(1200));
  const first = proxy.message({ prompt: "stays" });
  await proxy.upstream.received(1);
  const leaving = proxy.beginMessage({ prompt: "leaves" });
  await proxy.health();
  leaving.abort();
  expect((await first).status).toBe(200);
  expect((await proxy.message({ prompt: "later" })).status).toBe(200);
  expect(promptsAtUpstream(proxy)).toEqual(["stays", "stays", "later"]);
});

test.concurrent("when the first in the queue leaves, the others are served all the same", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: queue });
  proxy.upstream.next({}, limitedForMs(1000));
  const first = proxy.beginMessage({ prompt: "leaves" });
  await proxy.upstream.received(1);
  const second = proxy.message({ prompt: "stays" });
  await proxy.health();
  first.abort();
  expect((await second).status).toBe(200);
  expect(promptsAtUpstream(proxy)).toEqual(["leaves", "stays"]);
});

test.concurrent("waiting for one model does not hold up another", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: queue });
  proxy.upstream.next({ model: opus }, limitedForMs(2500));
  const waiting = proxy.message();
  await proxy.upstream.received(1);
  const answer = await proxy.message({ model: sonnet });
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-queued-ms")).toBeNull();
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `alpha ${sonnet}`]);
  expect((await waiting).status).toBe(200);
});

test.concurrent("one deadline holds for all waits of a request", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 3000 } });
  proxy.upstream.always({}, limitedForMs(700));
  const begun = Date.now();
  const answer = await proxy.message();
  expect(answer.status).toBe(429);
  expect(errorOf(answer).type).toBe("rate_limit_error");
  expect(Date.now() - begun).toBeLessThan(6000);
});

/** Every number at any depth under a key that speaks of the queue. */
function queueNumbers(value: unknown, inQueue = false): number[] {
  if (typeof value === "number") return inQueue ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    queueNumbers(inner, inQueue || /queue|waiting/i.test(key)),
  );
}

test.concurrent("/health shows the queue", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: queue });
  proxy.upstream.next({}, longWait);
  const answers = await sendInOrder(proxy, ["q0", "q1", "q2"]);
  await until("three in the queue", async () => queueNumbers(await proxy.health()).includes(3), 2000);
  await Promise.all(answers);
  await until("an empty queue", async () => !queueNumbers(await proxy.health()).includes(3), 2000);
});

// --- Real time: a silent connection is given up by clients, so a stream gets its head and pings after 15 s.

const sixteenSeconds = limitedForMs(16_000);
const long = { queueWaitMs: 60_000 };

test.concurrent("a streaming waiter gets 200 and a ping after 15 s, then its answer (slow: real time)", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: long });
  proxy.upstream.next({}, sixteenSeconds);
  const begun = Date.now();
  const answer = await proxy.openMessage({ stream: true });
  await answer.readUntil("event: ping");
  expect(Date.now() - begun).toBeGreaterThan(14_000);
  expect(Date.now() - begun).toBeLessThan(19_000);
  expect(answer.status).toBe(200);
  expect(answer.header("content-type")).toStartWith("text/event-stream");
  const whole = await answer.rest();
  expect(whole.complete).toBe(true);
  const names = eventNames(whole.text);
  expect(names[0]).toBe("ping");
  const blocks = [{ type: "text" as const, text: `served by alpha with ${opus}` }];
  expect(names.filter((name) => name !== "ping")).toEqual(eventNames(messageEvents({ blocks }).join("")));
});

test.concurrent("an error after the pings is sent in the stream (slow: real time)", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: long });
  proxy.upstream.next(
    {},
    sixteenSeconds,
    json(400, errorBody("invalid_request_error", "max_tokens: too large")),
  );
  const answer = await proxy.message({ stream: true });
  expect(answer.status).toBe(200);
  expect(answer.complete).toBe(true);
  const events = parseEvents(answer.text);
  expect(events[0]?.event).toBe("ping");
  expect(events.filter((event) => event.event !== "ping").map((event) => event.event)).toEqual(["error"]);
  expect(events.at(-1)?.data.error).toMatchObject({
    type: "invalid_request_error",
    message: "max_tokens: too large",
  });
});

test.concurrent("an upstream that dies after the pings ends in one error event (slow: real time)", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: long });
  const [start = "", blockStart = ""] = messageEvents();
  proxy.upstream.next({}, sixteenSeconds, sse([start, blockStart], { ending: "reset" }));
  const answer = await proxy.message({ stream: true });
  const names = eventNames(answer.text).filter((name) => name !== "ping");
  expect(names).toEqual(["message_start", "content_block_start", "error"]);
});

test.concurrent("a non-streaming waiter just waits (slow: real time)", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: long });
  proxy.upstream.next({}, sixteenSeconds);
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(answer.header("content-type")).toBe("application/json");
  expect(Number(answer.header("x-cf-queued-ms"))).toBeGreaterThan(15_000);
});
