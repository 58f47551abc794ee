// What goes wrong at an OpenAI server, before and after the commit point (routing.md sections 2, 3 and 7).
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseStrictEvents, readEnd } from "../support/anthropic-stream-validator";
import { makeGate, until } from "../support/gate";
import {
  chatChunk,
  chatDone,
  chatUsageChunk,
  type Dialect,
  openAiBody,
  openAiError,
  openAiErrorBody,
  openAiEvents,
  openAiStream,
  responsesEvent,
} from "../support/openai-answers";
import { dialects, gpt, readAnswer, readMessage, readStream, startOpenAi } from "../support/openai-setup";
import { msFromNow, openAiKey, type ProxySetup } from "../support/proxy-setup";
import type { Answer } from "../support/raw-client";
import {
  closeAtOnce,
  type Ending,
  empty,
  htmlError,
  json,
  type Part,
  resetAtOnce,
  respond,
  sse,
  stall,
  text,
} from "../support/replies";
import type { Reply } from "../support/scripted-upstream";

setDefaultTimeout(60_000);

const forms = dialects.flatMap((dialect) => [true, false].map((stream) => [dialect, stream] as const));

/** Two OpenAI keys of one dialect; the first is the one in trouble. */
function startTwo(api: Dialect, config: Record<string, unknown> = {}): Promise<ProxySetup> {
  return startOpenAi(api, {
    keys: { one: openAiKey("one", { api }), two: openAiKey("two", { api }) },
    config: { openaiModelMapping: { "*": gpt }, ...config },
  });
}

/** The first `count` events of an answer, whichever dialect. */
function beginning(api: Dialect, count: number): string[] {
  return openAiEvents(api, { text: "one two three four" }).slice(0, count);
}

/** Enough events that the client has begun to read. */
const begun = { chat: 3, responses: 6 };

function expectBrokenOff(answer: Answer, words = ""): void {
  expect(answer.status).toBe(200);
  expect(answer.complete).toBe(true);
  const events = parseStrictEvents(answer.text);
  expect(readEnd(events)).toBe("error");
  expect(events.filter(({ type }) => type === "error")).toHaveLength(1);
  expect(JSON.stringify(events.at(-1))).toContain(words);
}

// --- Before the commit point.

const firstFaults: [string, Record<Dialect, Reply>][] = [
  ["an error as the first chunk", both((api) => openAiStream([firstError(api)]))],
  [
    "an error behind events that say nothing yet",
    both((api) => openAiStream([...opening(api), firstError(api)])),
  ],
  [
    "an error in a 200 that is no stream",
    both(() => json(200, openAiErrorBody("boom", { type: "server_error" }))),
  ],
  ["an end before anything was said", both((api) => openAiStream(opening(api)))],
  ["a reset before anything was said", both((api) => openAiStream(opening(api), { ending: "reset" }))],
  ["an empty 200", both(() => empty())],
  ["only heartbeats", both(() => openAiStream([": keep-alive\n\n", ": keep-alive\n\n"]))],
  [
    "a web page with status 200",
    both(() => text(200, "<!DOCTYPE html><html></html>", { "content-type": "text/html" })),
  ],
  ["500", both(() => openAiError(500, "The server had an error", { type: "server_error" }))],
  ["503 overloaded", both(() => openAiError(503, "Overloaded", { code: "server_is_overloaded" }))],
  ["502 of a gateway", both(() => htmlError(502))],
  [
    "401",
    both(() => openAiError(401, "Incorrect API key provided: sk-proj-***", { code: "invalid_api_key" })),
  ],
  [
    "403",
    both(() => openAiError(403, "Country not supported", { code: "unsupported_country_region_territory" })),
  ],
  [
    "404 for the model",
    both(() => openAiError(404, "The model does not exist", { code: "model_not_found" })),
  ],
  ["429", both(() => openAiError(429, "Rate limit reached", { code: "rate_limit_exceeded" }))],
  [
    "429 without credit",
    both(() => openAiError(429, "You exceeded your current quota", { code: "insufficient_quota" })),
  ],
  ["a close without an answer", both(() => closeAtOnce)],
  ["a reset without an answer", both(() => resetAtOnce)],
];

function both(make: (api: Dialect) => Reply): Record<Dialect, Reply> {
  return { chat: make("chat"), responses: make("responses") };
}

/** What comes before the first word. */
function opening(api: Dialect): string[] {
  return openAiEvents(api, { text: "x" }).slice(0, api === "chat" ? 1 : 2);
}

function firstError(api: Dialect): string {
  const error = { message: "The server had an error", type: "server_error", code: null, param: null };
  if (api === "chat") return `data: ${JSON.stringify({ error })}\n\n`;
  return responsesEvent("error", { code: "server_error", message: error.message, param: null });
}

for (const [title, replies] of firstFaults) {
  test.concurrent.each(forms)(`%s, stream %p: ${title} goes to the next key`, async (api, stream) => {
    await using proxy = await startTwo(api);
    proxy.upstream.always({ key: "one" }, replies[api]);
    const answer = await proxy.message({ stream });
    expect(readAnswer(answer).content).toEqual([
      { type: "text", text: `served by two with ${gpt} through ${api}` },
    ]);
    expect(answer.header("x-cf-key")).toBe("two");
    await until("no key serves any more", async () =>
      (await proxy.health()).keys.every(({ state }) => state !== "serving"),
    );
  });
}

test.concurrent("a stream that only opens and then stalls is given up after firstByteMs", async () => {
  await using proxy = await startTwo("responses", { timeouts: { firstByteMs: 700, idleMs: 20_000 } });
  proxy.upstream.always({ key: "one" }, openAiStream(opening("responses"), { ending: "stall" }));
  const answer = await proxy.message({ stream: true });
  expect(answer.header("x-cf-key")).toBe("two");
  await proxy.upstream.waitFor("the stalled calls are closed", () =>
    proxy.upstream.requests.every((request) => request.answered || request.abandonedAt !== null),
  );
});

test.concurrent("heartbeats do not lengthen firstByteMs", async () => {
  await using proxy = await startTwo("chat", { timeouts: { firstByteMs: 900, idleMs: 20_000 } });
  const beat: Part = () => new Promise((resolve) => setTimeout(resolve, 100));
  const beats = Array.from({ length: 100 }, () => [": keep-alive\n\n", beat]).flat();
  proxy.upstream.always({ key: "one" }, openAiStream(beats));
  expect((await proxy.message({ stream: true })).header("x-cf-key")).toBe("two");
});

test.concurrent("a body in one piece that stalls half-way is given up after idleMs", async () => {
  await using proxy = await startTwo("chat", { timeouts: { firstByteMs: 20_000, idleMs: 500 } });
  const half = JSON.stringify(openAiBody("chat", { text: "x" })).slice(0, 80);
  proxy.upstream.always(
    { key: "one" },
    respond({ parts: [half], ending: "stall", headers: { "content-type": "application/json" } }),
  );
  const answer = await proxy.message();
  expect(answer.header("x-cf-key")).toBe("two");
});

// --- How long a key rests.

const stated: [string, Reply, number][] = [
  ["retry-after", openAiError(429, "Slow down", {}, { "retry-after": "30" }), 30_000],
  ["retry-after-ms", openAiError(429, "Slow down", {}, { "retry-after-ms": "30000" }), 30_000],
  [
    "x-ratelimit-reset-tokens",
    openAiError(
      429,
      "Slow down",
      {},
      {
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "6m0s",
        "x-ratelimit-remaining-requests": "99",
        "x-ratelimit-reset-requests": "8.64s",
      },
    ),
    360_000,
  ],
  [
    "the words of the message, which know better than a bucket's reset",
    openAiError(
      429,
      "Rate limit reached for gpt-5.4. Please try again in 20s.",
      {},
      {
        "x-ratelimit-remaining-tokens": "1200",
        "x-ratelimit-reset-tokens": "1m30s",
      },
    ),
    20_000,
  ],
];

test.concurrent.each(stated)("429: the key rests as %s says", async (_title, reply, ms) => {
  await using proxy = await startOpenAi("chat");
  proxy.upstream.always({}, reply);
  const answer = await proxy.message();
  expect(answer.status).toBe(429);
  const rest = msFromNow(await proxy.restsUntil("gpt", gpt));
  expect(rest).toBeGreaterThan(ms - 3000);
  expect(rest).toBeLessThan(ms + 6000);
  expect(Number(answer.header("retry-after"))).toBeGreaterThan(ms / 1000 - 3);
  expect((await proxy.message()).status).toBe(429);
  expect(proxy.upstream.requests).toHaveLength(1);
});

test.concurrent("insufficient_quota: the key has no credit, and the client hears that", async () => {
  await using proxy = await startOpenAi("chat");
  proxy.upstream.always(
    {},
    openAiError(429, "You exceeded your current quota", { code: "insufficient_quota" }),
  );
  const answer = await proxy.message();
  expect(answer.status).toBe(402);
  expect(answer.text).toContain("exceeded your current quota");
  expect((await proxy.keyHealth("gpt")).state).toBe("no_credit");
});

test.concurrent("401: the key is rejected with the server's words, and nothing of the token shows", async () => {
  await using proxy = await startOpenAi("chat");
  proxy.upstream.always({}, openAiError(401, "Incorrect API key provided", { code: "invalid_api_key" }));
  const answer = await proxy.message();
  expect(answer.status).toBe(401);
  expect((await proxy.keyHealth("gpt")).state).toBe("rejected");
  expect((await proxy.keyHealth("gpt")).reason).toContain("Incorrect API key");
});

test.concurrent("a request larger than the limit per minute is told so, and no key rests", async () => {
  await using proxy = await startOpenAi("chat", { config: { queueWaitMs: 20_000 } });
  const words = "Request too large for gpt-5.4 on tokens per min (TPM): Limit 30000, Requested 45000.";
  proxy.upstream.next({}, openAiError(429, words, { type: "tokens", code: "rate_limit_exceeded" }));
  const answer = await proxy.message();
  expect(answer.status).toBe(400);
  expect(answer.text).toContain("limit per minute");
  expect((await proxy.message()).status).toBe(200);
});

// --- After the commit point.

const endings: Ending[] = ["clean", "cut", "reset"];

test.concurrent.each(dialects.flatMap((api) => endings.map((ending) => [api, ending] as const)))(
  "%s: %s in mid-answer is one error event, never a second attempt",
  async (api, ending) => {
    await using proxy = await startTwo(api);
    proxy.upstream.always({ key: "one" }, openAiStream(beginning(api, begun[api]), { ending }));
    expectBrokenOff(await proxy.message({ stream: true }));
    expect(proxy.upstream.requests).toHaveLength(1);
  },
);

test.concurrent.each(dialects)(
  "%s: a cut answer of a client that does not stream goes to the next key",
  async (api) => {
    await using proxy = await startTwo(api);
    const half = JSON.stringify(openAiBody(api, { text: "x" })).slice(0, 80);
    const headers = { "content-type": "application/json" };
    proxy.upstream.always({ key: "one" }, respond({ text: half, length: 5000, ending: "cut", headers }));
    expect(readMessage(await proxy.message()).content).toHaveLength(1);
  },
);

test.concurrent.each(dialects)("%s: an error in mid-answer is told in its own words", async (api) => {
  await using proxy = await startTwo(api);
  proxy.upstream.always({ key: "one" }, openAiStream([...beginning(api, begun[api]), firstError(api)]));
  expectBrokenOff(await proxy.message({ stream: true }), "The server had an error");
});

test.concurrent("response.failed in mid-answer is an error, too", async () => {
  await using proxy = await startTwo("responses");
  const error = { code: "rate_limit_exceeded", message: "Too many tokens" };
  const failed = responsesEvent("response.failed", { response: { status: "failed", error } });
  proxy.upstream.always({ key: "one" }, openAiStream([...beginning("responses", begun.responses), failed]));
  const answer = await proxy.message({ stream: true });
  expectBrokenOff(answer, "Too many tokens");
  expect(answer.text).toContain("rate_limit_error");
});

test.concurrent("responses: an error that only its event line names", async () => {
  await using proxy = await startTwo("responses");
  const data = JSON.stringify({ type: "server_error", message: "Out of luck" });
  const parts = [...beginning("responses", begun.responses), `event: error\ndata: ${data}\n\n`];
  proxy.upstream.always({ key: "one" }, openAiStream(parts));
  expectBrokenOff(await proxy.message({ stream: true }), "Out of luck");
});

test.concurrent.each(dialects)("%s: a stall longer than idleMs is one error event", async (api) => {
  await using proxy = await startTwo(api, { timeouts: { firstByteMs: 20_000, idleMs: 400 } });
  proxy.upstream.always({ key: "one" }, openAiStream(beginning(api, begun[api]), { ending: "stall" }));
  expectBrokenOff(await proxy.message({ stream: true }), "silent");
  await proxy.upstream.waitFor(
    "the upstream is closed",
    () => proxy.upstream.last.abandonedAt !== null,
    2000,
  );
  await until("the key no longer serves", async () => (await proxy.keyHealth("one")).state !== "serving");
});

test.concurrent("heartbeats keep an answer alive beyond idleMs", async () => {
  await using proxy = await startTwo("chat", { timeouts: { firstByteMs: 20_000, idleMs: 600 } });
  const wait: Part = () => new Promise((resolve) => setTimeout(resolve, 250));
  const events = openAiEvents("chat", { text: "one two" });
  const beats = Array.from({ length: 6 }, () => [wait, ": OPENROUTER PROCESSING\n\n"]).flat();
  proxy.upstream.always({}, openAiStream([...events.slice(0, 2), ...beats, ...events.slice(2)]));
  expect(readStream(await proxy.message({ stream: true })).content).toEqual([
    { type: "text", text: "one two" },
  ]);
});

// --- Ends of all sorts that are good ones.

const word = [chatChunk({ content: "Hi." })];
const finish = chatChunk({}, "stop");

test.concurrent.each<[string, Part[]]>([
  ["[DONE] missing", [...word, finish, chatUsageChunk({ input: 77, cached: 0 })]],
  ["usage late", [...word, finish, () => pause(300), chatUsageChunk({ input: 77, cached: 0 }), chatDone]],
  ["usage in the last chunk of the choice", [...word, lastWithUsage(), chatDone]],
])("chat: %s", async (_title, parts) => {
  await using proxy = await startTwo("chat");
  proxy.upstream.always({}, openAiStream(parts));
  const message = readStream(await proxy.message({ stream: true }));
  expect(message.content).toEqual([{ type: "text", text: "Hi." }]);
  expect(message.usage.input_tokens).toBe(77);
});

test.concurrent("chat: no usage at all and a connection left open: the answer ends within seconds", async () => {
  await using proxy = await startTwo("chat");
  proxy.upstream.always({}, openAiStream([...word, finish], { ending: "stall" }));
  const message = readStream(await proxy.message({ stream: true }));
  expect(message.stop_reason).toBe("end_turn");
  expect(message.usage.input_tokens).toBeGreaterThan(0);
  expect(message.usage.output_tokens).toBeGreaterThan(0);
  await proxy.upstream.waitFor("the upstream is closed", () => proxy.upstream.last.abandonedAt !== null);
});

function lastWithUsage(): string {
  const chunk = JSON.parse(finish.slice("data: ".length));
  const usage = { prompt_tokens: 77, completion_tokens: 3, total_tokens: 80 };
  return `data: ${JSON.stringify({ ...chunk, usage })}\n\n`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test.concurrent.each(dialects)("%s: a server that does not stream what it should", async (api) => {
  await using proxy = await startTwo(api);
  proxy.upstream.always({}, json(200, openAiBody(api, { text: "All at once.", reasoning: "Hm." })));
  const message = readStream(await proxy.message({ stream: true }));
  expect(message.content).toEqual([
    { type: "thinking", thinking: "Hm.", signature: "" },
    { type: "text", text: "All at once." },
  ]);
});

test.concurrent.each(dialects)("%s: a server that streams although it should not", async (api) => {
  await using proxy = await startTwo(api);
  proxy.upstream.always({}, sse(openAiEvents(api, { text: "Piece by piece." })));
  const message = readMessage(await proxy.message());
  expect(message.content).toEqual([{ type: "text", text: "Piece by piece." }]);
});

test.concurrent("blanks that keep the connection alive before a body in one piece", async () => {
  await using proxy = await startTwo("chat");
  const body = JSON.stringify(openAiBody("chat", { text: "At last." }));
  const headers = { "content-type": "application/json" };
  proxy.upstream.always({}, respond({ parts: ["\n\n", "   \n", body], headers }));
  expect(readMessage(await proxy.message()).content).toEqual([{ type: "text", text: "At last." }]);
});

test.concurrent.each(forms)(
  "%s, stream %p: the connection serves again after a whole answer",
  async (api, stream) => {
    await using proxy = await startOpenAi(api);
    for (let count = 0; count < 4; count++) readAnswer(await proxy.message({ stream }));
    expect(proxy.upstream.connections).toBe(1);
  },
);

// --- The client leaves, or reads slowly.

test.concurrent.each(dialects)(
  "%s: a client that leaves before the first event closes the upstream",
  async (api) => {
    await using proxy = await startOpenAi(api);
    proxy.upstream.always({}, stall);
    const request = proxy.beginMessage({ stream: true });
    await proxy.upstream.received(1);
    request.abort();
    await expectReleased(proxy);
  },
);

test.concurrent.each(dialects)("%s: a client that leaves between opening and first word", async (api) => {
  await using proxy = await startOpenAi(api);
  const opened = makeGate();
  const open: Part = async () => opened.open();
  proxy.upstream.always({}, openAiStream([...opening(api), open], { ending: "stall" }));
  const request = proxy.beginMessage({ stream: true });
  await opened.promise;
  await proxy.health();
  request.abort();
  await expectReleased(proxy);
});

test.concurrent.each(dialects)("%s: a client that leaves in mid-answer closes the upstream", async (api) => {
  await using proxy = await startOpenAi(api);
  proxy.upstream.always({}, openAiStream(beginning(api, begun[api]), { ending: "stall" }));
  const answer = await proxy.openMessage({ stream: true });
  await answer.readUntil("content_block_delta");
  answer.abort();
  await expectReleased(proxy);
});

test.concurrent.each(dialects)("%s: a client that waits for one piece and leaves", async (api) => {
  await using proxy = await startOpenAi(api);
  const opened = makeGate();
  const headers = { "content-type": "application/json" };
  const half = JSON.stringify(openAiBody(api, { text: "x" })).slice(0, 80);
  proxy.upstream.always({}, respond({ parts: [half, async () => opened.open()], headers, ending: "stall" }));
  const request = proxy.beginMessage();
  await opened.promise;
  await proxy.health();
  request.abort();
  await expectReleased(proxy);
});

async function expectReleased(proxy: ProxySetup): Promise<void> {
  await proxy.upstream.waitFor(
    "the upstream is closed",
    () => proxy.upstream.last.abandonedAt !== null,
    1000,
  );
  await until("the key is free", async () => (await proxy.keyHealth("gpt")).state === "ready", 2000);
  expect(proxy.upstream.requests).toHaveLength(1);
}

test.concurrent("a slow reader slows the upstream", async () => {
  await using proxy = await startOpenAi("chat");
  const piece = chatChunk({ content: `${"x".repeat(60_000)} ` });
  let written = 0;
  const pieces: Part[] = Array.from({ length: 600 }, () => async (exchange) => {
    const size = Buffer.from(piece);
    await exchange.write(
      Buffer.concat([Buffer.from(`${size.length.toString(16)}\r\n`), size, Buffer.from("\r\n")]),
    );
    written++;
  });
  proxy.upstream.always({}, openAiStream([...word, ...pieces, finish, chatUsageChunk(), chatDone]));
  const answer = await proxy.openMessage({ stream: true });
  await answer.readUntil("content_block_delta");
  answer.pause();
  let before = -1;
  await until("the upstream stands still", async () => {
    const still = written === before;
    before = written;
    await pause(300);
    return still;
  });
  expect(written).toBeLessThan(500);
  answer.resume();
  const message = readStream(await answer.rest());
  expect(written).toBe(600);
  expect(String(message.content[0]?.text).length).toBeGreaterThan(36_000_000);
});

test.concurrent("events reach the client as they are made", async () => {
  await using proxy = await startOpenAi("chat");
  const gate = makeGate();
  proxy.upstream.always(
    {},
    openAiStream([chatChunk({ role: "assistant", content: "" }), ...word, gate.promise, finish, chatDone]),
  );
  const answer = await proxy.openMessage({ stream: true });
  expect(await answer.readUntil("text_delta")).toContain("Hi.");
  gate.open();
  readStream(await answer.rest());
});

test.concurrent("silence in an answer is bridged by pings (slow: real time)", async () => {
  await using proxy = await startOpenAi("responses");
  const gate = makeGate();
  const events = openAiEvents("responses", { text: "one two" });
  proxy.upstream.always({}, openAiStream([...events.slice(0, 5), gate.promise, ...events.slice(5)]));
  const answer = await proxy.openMessage({ stream: true });
  await answer.readUntil("event: ping", 20_000);
  gate.open();
  readStream(await answer.rest());
});

test.concurrent("a stop sequence that the server is not told ends the answer, and the upstream", async () => {
  await using proxy = await startOpenAi("responses");
  const events = openAiEvents("responses", { text: "one two STOP three four" });
  proxy.upstream.always({}, openAiStream(events.slice(0, -2), { ending: "stall" }));
  const answer = await proxy.message({ stream: true, fields: { stop_sequences: ["STOP"] } });
  const message = readStream(answer);
  expect(message.content).toEqual([{ type: "text", text: "one two " }]);
  expect(message.stop_reason).toBe("stop_sequence");
  expect(message.stop_sequence).toBe("STOP");
  await expectReleased(proxy);
});

test.concurrent("a translated stream stands in the log with what served", async () => {
  await using proxy = await startOpenAi("chat");
  await proxy.message({ stream: true });
  const lines = await until("the request is logged", async () => {
    const written = await readFile(join(proxy.cf.home, "logs", "cf.log"), "utf8").catch(() => "");
    return written.includes('"request"') && written;
  });
  const line = lines.split("\n").find((each) => each.includes('"request"')) ?? "{}";
  expect(JSON.parse(line)).toMatchObject({ served: gpt, key: "gpt", status: 200, state: "complete" });
});
