// Streams: the commit point, deaths in mid-stream, backpressure, disconnects (routing.md sections 3 and 7).
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { errorBody, messageBody, messageEvents, sseEvent } from "../support/anthropic-answers";
import { makeGate, until } from "../support/gate";
import { type ProxySetup, startProxy } from "../support/proxy-setup";
import {
  closeAtOnce,
  type Ending,
  empty,
  json,
  type Part,
  resetAtOnce,
  respond,
  sse,
  stall,
} from "../support/replies";
import type { Reply } from "../support/scripted-upstream";
import { eventNames, parseEvents } from "../support/sse-events";

setDefaultTimeout(60_000);

const events = messageEvents({ blocks: [{ type: "text", text: "one two three four five six " }] });
const [start = "", blockStart = "", firstDelta = "", secondDelta = ""] = events;
const errorEvent = (type: string, message = "Said by the upstream") =>
  sseEvent("error", errorBody(type, message));

/** What a client must see when the upstream dies in mid-stream: what came, one error event, the end. */
function expectBrokenOff(body: string, complete: boolean, before: string): void {
  expect(body.slice(0, before.length)).toBe(before);
  const rest = parseEvents(body.slice(before.length));
  expect(rest.map((event) => event.event).filter((name) => name !== "ping")).toEqual(["error"]);
  const data = rest.at(-1)?.data as { type: string; error: { type: string; message: string } };
  expect(data.type).toBe("error");
  expect(data.error.type).toMatch(/^[a-z_]+_error$/);
  expect(data.error.message).toBeString();
  expect(body.match(/^event: message_start$/gm)).toHaveLength(1);
  expect(body).not.toContain("message_stop");
  expect(complete).toBe(true);
}

// --- Before the commit point: failover is free.

test.concurrent("a 200 whose first event is rate_limit_error: the next key, and this one rests", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always(
    { key: "alpha" },
    sse([errorEvent("rate_limit_error")], { headers: { "retry-after": "30" } }),
  );
  const answer = await proxy.message({ stream: true });
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-key")).toBe("beta");
  expect(eventNames(answer.text)).not.toContain("error");
  expect((await proxy.message({ stream: true })).header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls({ key: "alpha" })).toHaveLength(1);
});

test.concurrent("a 200 whose first event is overloaded_error: like a 529", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, sse([errorEvent("overloaded_error")]));
  const answer = await proxy.message({ stream: true });
  expect(answer.header("x-cf-key")).toBe("beta");
  expect(eventNames(answer.text).at(0)).toBe("message_start");
  expect(proxy.upstream.calls({ key: "alpha" })).toHaveLength(3);
});

test.concurrent("a 200 whose first event is api_error: like a 500", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, sse([errorEvent("api_error")]));
  expect((await proxy.message({ stream: true })).header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls({ key: "alpha" })).toHaveLength(2);
});

test.concurrent("a 200 whose first event is the client's own mistake is delivered at once", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, sse([errorEvent("invalid_request_error", "max_tokens: too large")]));
  const answer = await proxy.message({ stream: true });
  expect(answer.text).toContain("max_tokens: too large");
  expect(answer.text).toContain("invalid_request_error");
  expect(proxy.upstream.requests).toHaveLength(1);
});

test.concurrent.each([[1], [2], [7]])(
  "a first error event in pieces of %d bytes is seen all the same",
  async (size) => {
    await using proxy = await startProxy();
    proxy.upstream.always({ key: "alpha" }, sse([errorEvent("rate_limit_error")], { splitEvery: size }));
    const answer = await proxy.message({ stream: true });
    expect(answer.header("x-cf-key")).toBe("beta");
    expect(answer.text).not.toContain("Said by the upstream");
  },
);

test.concurrent.each([
  ["with CRLF line ends", (event: string) => event.replaceAll("\n", "\r\n")],
  ["after a comment", (event: string) => `: keep-alive\n\n${event}`],
  ["after a byte order mark", (event: string) => `\uFEFF${event}`],
  [
    "without spaces after the colons",
    (event: string) => event.replaceAll(": ", ":").replace(/"(\w+)":/g, '"$1":'),
  ],
])("a first error event %s is seen all the same", async (_name, write) => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, sse([write(errorEvent("rate_limit_error"))]));
  expect((await proxy.message({ stream: true })).header("x-cf-key")).toBe("beta");
});

test.concurrent("a compressed first error event is seen all the same", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, sse([errorEvent("rate_limit_error")], { gzip: true }));
  const headers = { "accept-encoding": "gzip, deflate, br, zstd" };
  expect((await proxy.message({ stream: true, headers })).header("x-cf-key")).toBe("beta");
});

const noAnswers: [string, Reply][] = [
  ["an empty 200", empty()],
  ["an empty 200 in chunks", sse([])],
  ["a cut before the first event", sse([], { ending: "cut" })],
  ["a reset before the first event", sse([], { ending: "reset" })],
  ["a cut within the first event", sse([start.slice(0, 30)], { ending: "cut" })],
  ["a clean end within the first event", sse([start.slice(0, 30)])],
  ["only a comment", sse([": nothing to see\n\n"])],
];

test.concurrent.each(noAnswers)(
  "%s: another key serves, and the client sees only that",
  async (_name, reply) => {
    await using proxy = await startProxy();
    proxy.upstream.always({ key: "alpha" }, reply);
    const answer = await proxy.message({ stream: true });
    expect(answer.status).toBe(200);
    expect(answer.header("x-cf-key")).toBe("beta");
    expect(answer.text).toStartWith("event: message_start");
    expect(eventNames(answer.text).at(-1)).toBe("message_stop");
    expect(answer.text.match(/message_start"/g)).toHaveLength(1);
  },
);

test.concurrent("nothing is sent before the first event shows that the attempt works", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.always({ key: "alpha" }, sse([gate.promise, errorEvent("rate_limit_error")]));
  const pending = proxy.beginMessage({ stream: true });
  let begun = false;
  void pending.answer.then(() => {
    begun = true;
  });
  await proxy.upstream.received(1);
  await proxy.health();
  expect(begun).toBe(false);
  gate.open();
  expect((await pending.answer).header("x-cf-key")).toBe("beta");
});

// --- After the commit point: no failover, and never a clean end.

test.concurrent("the first event is delivered before the second exists", async () => {
  await using proxy = await startProxy();
  const gates = events.map(() => makeGate());
  const parts: Part[] = events.flatMap((event, index) => [event, gates[index]?.promise ?? Promise.resolve()]);
  proxy.upstream.always({}, sse(parts));
  const answer = await proxy.openMessage({ stream: true });
  for (const [index, gate] of gates.entries()) {
    const soFar = events.slice(0, index + 1).join("");
    await until("the next event", () => answer.size >= soFar.length);
    expect(answer.received.toString()).toBe(soFar);
    gate.open();
  }
  expect((await answer.rest()).complete).toBe(true);
});

const endings: Ending[] = ["clean", "cut", "reset"];
const deaths: [Ending, string, string[]][] = endings.flatMap((ending): [Ending, string, string[]][] => [
  [ending, "message_start", [start]],
  [ending, "a delta", [start, blockStart, firstDelta, secondDelta]],
  [ending, "message_delta, message_stop missing", events.slice(0, -1)],
]);

test.concurrent.each(deaths)(
  "%s end after %s: one error event, then the end",
  async (ending, _name, sent) => {
    await using proxy = await startProxy();
    proxy.upstream.always({ key: "alpha" }, sse(sent, { ending }));
    const answer = await proxy.message({ stream: true });
    expect(answer.status).toBe(200);
    expectBrokenOff(answer.text, answer.complete, sent.join(""));
    expect(proxy.upstream.requests).toHaveLength(1);
  },
);

test.concurrent.each([
  ["close", { framing: "close" as const, ending: "cut" as const }],
  ["length", { framing: "length" as const, length: 100_000, ending: "cut" as const }],
])("a stream framed by %s that is cut ends with an error event too", async (_name, options) => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, sse([start, blockStart, firstDelta], options));
  const answer = await proxy.message({ stream: true });
  expectBrokenOff(answer.text, answer.complete, start + blockStart + firstDelta);
});

test.concurrent("a stream that breaks off within an event still ends with a readable error event", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always(
    { key: "alpha" },
    sse([start, blockStart, firstDelta.slice(0, 40)], { ending: "reset" }),
  );
  const answer = await proxy.message({ stream: true });
  expect(answer.text).toStartWith(start + blockStart);
  const last = answer.text.trimEnd().split(/\n\n/).at(-1) ?? "";
  expect(parseEvents(`${last}\n\n`)[0]?.event).toBe("error");
  expect(answer.text.match(/^event: error$/gm)).toHaveLength(1);
});

test.concurrent("an error event in mid-stream passes as it is, and nothing is added", async () => {
  await using proxy = await startProxy();
  const sent = [start, blockStart, firstDelta, errorEvent("overloaded_error")];
  proxy.upstream.always({ key: "alpha" }, sse(sent));
  const answer = await proxy.message({ stream: true });
  expect(answer.text).toBe(sent.join(""));
  expect(proxy.upstream.requests).toHaveLength(1);
});

test.concurrent("a stall longer than idleMs: error event, and the upstream is closed", async () => {
  await using proxy = await startProxy({
    config: { timeouts: { connectMs: 2000, firstByteMs: 20_000, idleMs: 400 } },
  });
  proxy.upstream.always({ key: "alpha" }, sse([start, blockStart], { ending: "stall" }));
  const answer = await proxy.message({ stream: true });
  expectBrokenOff(answer.text, answer.complete, start + blockStart);
  await proxy.upstream.waitFor(
    "the upstream sees the close",
    () => proxy.upstream.last.abandonedAt !== null,
    2000,
  );
  expect(proxy.upstream.requests).toHaveLength(1);
});

test.concurrent("idleMs counts silence, not the length of the stream", async () => {
  await using proxy = await startProxy({
    config: { timeouts: { connectMs: 2000, firstByteMs: 20_000, idleMs: 2500 } },
  });
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 600));
  const slow = events.slice(0, 5).flatMap((event): Part[] => [event, () => pause()]);
  proxy.upstream.always({}, sse([...slow, ...events.slice(5)]));
  const answer = await proxy.message({ stream: true });
  expect(answer.text).toBe(events.join(""));
});

test.concurrent("silence after the commit point is bridged by pings every 15 s (slow: real time)", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.always({}, sse([start, blockStart, gate.promise, ...events.slice(2)]));
  const answer = await proxy.openMessage({ stream: true });
  await answer.readUntil("content_block_start");
  const begun = Date.now();
  await answer.readUntil("event: ping", 25_000);
  expect(Date.now() - begun).toBeGreaterThan(13_000);
  gate.open();
  const whole = await answer.rest();
  expect(whole.complete).toBe(true);
  const names = eventNames(whole.text);
  expect(names.filter((name) => name === "ping")).toHaveLength(1);
  expect(names.filter((name) => name !== "ping")).toEqual(eventNames(events.join("")));
});

// --- Bytes.

const oddities = [
  ": a comment before the start\n\n",
  start.replaceAll("\n", "\r\n"),
  blockStart,
  "event: content_block_delta\r\n",
  'data:{"type":"content_block_delta","index":0,\r\ndata: "delta":{"type":"text_delta","text":"Grüße 東京 🗼 \\u00e9"}}\r\n\r\n',
  "id: 7\nretry: 1000\n",
  secondDelta,
  sseEvent("ping"),
  sseEvent("something_new", { x: 12345678901234567890n.toString() }),
  ...events.slice(4),
];
const behindEnd = "data: [DONE]\n\n: and a comment behind the end\n";
/** At once: after the end the proxy waits for a second only. */
const sendBehindEnd: Part = (exchange) =>
  exchange.write(`${behindEnd.length.toString(16)}\r\n${behindEnd}\r\n`);

test.concurrent.each([[1], [2], [3], [7], [64], [100_000]])(
  "an odd stream in pieces of %d bytes arrives byte for byte, to the last byte behind message_stop",
  async (size) => {
    await using proxy = await startProxy();
    proxy.upstream.always({}, sse([...oddities, sendBehindEnd], { splitEvery: size }));
    const answer = await proxy.message({ stream: true });
    expect(answer.text).toBe([...oddities, behindEnd].join(""));
    expect(answer.complete).toBe(true);
  },
);

test.concurrent("a stream with content-length and one that ends with the connection arrive whole", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({}, sse(events, { framing: "length" }), sse(events, { framing: "close" }));
  for (let count = 0; count < 2; count++) {
    const answer = await proxy.message({ stream: true });
    expect(answer.text).toBe(events.join(""));
    expect(answer.complete).toBe(true);
  }
});

test.concurrent.each([[true], [false]])(
  "compressed bodies arrive as they were sent (stream: %p)",
  async (stream) => {
    await using proxy = await startProxy();
    proxy.upstream.always(
      {},
      stream ? sse(events, { gzip: true }) : respond({ json: messageBody(), gzip: true }),
    );
    const answer = await proxy.message({ stream, headers: { "accept-encoding": "gzip, deflate, br, zstd" } });
    const plain = stream ? events.join("") : JSON.stringify(messageBody());
    const encoding = answer.header("content-encoding");
    expect(encoding === null || encoding === "gzip").toBe(true);
    expect((encoding === "gzip" ? gunzipSync(answer.body) : answer.body).toString()).toBe(plain);
  },
);

test.concurrent("a large JSON answer arrives whole", async () => {
  await using proxy = await startProxy();
  const body = messageBody({ blocks: [{ type: "text", text: "0123456789 ü ".repeat(1_000_000) }] });
  proxy.upstream.always({}, json(200, body));
  const answer = await proxy.message();
  expect(Bun.hash(answer.body)).toBe(Bun.hash(Buffer.from(JSON.stringify(body))));
  expect(answer.complete).toBe(true);
});

test.concurrent("a JSON answer that breaks off is never passed off as whole", async () => {
  await using proxy = await startProxy();
  const body = JSON.stringify(messageBody());
  proxy.upstream.always(
    { key: "alpha" },
    respond({ text: body.slice(0, 60), length: body.length, ending: "cut" }),
  );
  const answer = await proxy.message();
  // Either the client notices the cut, or another key's whole answer came instead.
  if (answer.complete) expect(answer.header("x-cf-key")).toBe("beta");
  else expect(body.startsWith(answer.text)).toBe(true);
});

// --- Slow readers and disconnects.

async function residentMegabytes(proxy: ProxySetup): Promise<number> {
  const status = await readFile(`/proc/${proxy.cf.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

test.concurrent("a slow reader holds the upstream back, memory stays flat, and nothing is lost", async () => {
  await using proxy = await startProxy();
  const delta = sseEvent("content_block_delta", {
    index: 0,
    delta: { type: "text_delta", text: "x".repeat((1 << 20) - 200) },
  });
  const count = 96;
  let written = 0;
  const writeOne: Part = async (exchange) => {
    const size = Buffer.byteLength(delta);
    await exchange.write(`${size.toString(16)}\r\n${delta}\r\n`);
    written++;
  };
  const tail = events.slice(-3);
  proxy.upstream.always(
    {},
    sse([start, blockStart, ...Array.from({ length: count }, () => writeOne), ...tail]),
  );
  await proxy.message({ model: "warm-up" }).catch(() => null);
  written = 0;
  const before = process.platform === "linux" ? await residentMegabytes(proxy) : 0;
  const answer = await proxy.openMessage({ stream: true });
  answer.pause();
  // The writer has stopped when nothing more is taken for a while.
  let last = -1;
  await until("the upstream is held back", async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const stopped = written === last;
    last = written;
    return stopped;
  });
  expect(written).toBeLessThan(48);
  if (process.platform === "linux") expect((await residentMegabytes(proxy)) - before).toBeLessThan(48);
  answer.resume();
  const whole = await answer.rest();
  expect(whole.complete).toBe(true);
  const expected = start + blockStart + delta.repeat(count) + tail.join("");
  expect(Bun.hash(whole.body)).toBe(Bun.hash(Buffer.from(expected)));
});

const phases: [string, Reply, string | null][] = [
  ["waiting for headers", stall, null],
  ["waiting for the first event", sse([], { ending: "stall" }), null],
  ["streaming", sse([start, blockStart], { ending: "stall" }), "content_block_start"],
];

test.concurrent.each(phases)(
  "a client that leaves while %s: the upstream is closed at once",
  async (_name, reply, seen) => {
    await using proxy = await startProxy();
    proxy.upstream.next({}, reply);
    const pending = proxy.beginMessage({ stream: true });
    const [request] = await proxy.upstream.received(1);
    if (seen !== null) await (await pending.answer).readUntil(seen);
    const left = Date.now();
    pending.abort();
    await proxy.upstream.waitFor("the close", () => request?.abandonedAt !== null, 3000);
    expect((request?.abandonedAt ?? 0) - left).toBeLessThan(1500);
    expect((await proxy.keyHealth("alpha")).cooldowns).toEqual([]);
    expect(proxy.upstream.requests).toHaveLength(1);
  },
);

test.concurrent("a client that leaves between two retries: no more calls", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, json(529, errorBody("overloaded_error", "Overloaded")));
  const pending = proxy.beginMessage();
  await proxy.upstream.received(1);
  pending.abort();
  // Longer than both pauses between the tries of one key.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(proxy.upstream.requests).toHaveLength(1);
});

test.concurrent("a client that leaves while its body is on the way: no call is left behind", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.holdBodies = gate.promise;
  const pending = proxy.beginMessage({ fields: { padding: "x".repeat(20 << 20) } });
  await proxy.upstream.waitFor("the head", () => proxy.upstream.requests.length === 1);
  pending.abort();
  // The time within which a disconnect must have been passed on; the upstream, which does not read, cannot see it.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  gate.open();
  await proxy.upstream.waitFor("the close", () => proxy.upstream.last.abandonedAt !== null, 3000);
  expect(proxy.upstream.last.complete).toBe(false);
  expect((await proxy.keyHealth("alpha")).cooldowns).toEqual([]);
});

test.concurrent("a slow upstream that takes the body late gets all of it", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.holdBodies = gate.promise;
  const pending = proxy.beginMessage({ fields: { padding: "x".repeat(8 << 20) } });
  await proxy.upstream.waitFor("the head", () => proxy.upstream.requests.length === 1);
  gate.open();
  expect((await pending.answer).status).toBe(200);
  expect(proxy.upstream.last.body.length).toBeGreaterThan(8 << 20);
});

test.concurrent("300 streams are open at the upstream at the same time", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.always({}, sse([start, gate.promise, ...events.slice(1)]));
  const pending = Array.from({ length: 300 }, () => proxy.openMessage({ stream: true }));
  await proxy.upstream.received(300);
  const open = await Promise.all(pending);
  expect((await proxy.health()).status).toBe("ok");
  gate.open();
  for (const answer of await Promise.all(open.map((one) => one.rest()))) {
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(events.join(""));
  }
});

test.concurrent("300 requests wait for headers at the upstream at the same time", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.always({}, async (exchange) => {
    await gate.promise;
    await json(200, messageBody())(exchange);
  });
  const pending = Array.from({ length: 300 }, () => proxy.message());
  await proxy.upstream.received(300);
  gate.open();
  for (const answer of await Promise.all(pending)) expect(answer.status).toBe(200);
});

test.concurrent("faults of one stream leave the others alone", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.next({}, sse([start, gate.promise, ...events.slice(1)]));
  const healthy = await proxy.openMessage({ stream: true });
  await healthy.readUntil("message_start");
  proxy.upstream.next({}, sse([start, blockStart], { ending: "reset" }), closeAtOnce, resetAtOnce);
  await proxy.message({ stream: true });
  await proxy.message({ stream: true });
  gate.open();
  expect((await healthy.rest()).text).toBe(events.join(""));
});
