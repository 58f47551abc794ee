// What the binary records of each request, and what of it outlives the process: routing.md section 8.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { errorBody, messageBody, messageEvents } from "../support/anthropic-answers";
import { until } from "../support/gate";
import { awaitRows, readRows } from "../support/ledger-rows";
import { opus, sonnet, startProxy } from "../support/proxy-setup";
import { json, respond } from "../support/replies";
import { runCommand } from "../support/run-command";

setDefaultTimeout(30_000);

const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" });
const usage = {
  input_tokens: 1000,
  output_tokens: 2000,
  cache_read_input_tokens: 10_000,
  cache_creation_input_tokens: 300,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
  output_tokens_details: { thinking_tokens: 1500 },
};
const tokens = {
  input: 1000,
  output: 2000,
  cacheRead: 10_000,
  cacheWrite5m: 100,
  cacheWrite1h: 200,
  reasoning: 1500,
  estimated: false,
};
/** Opus 4.6: 5, 25, 0.50, 6.25 and 10 dollars per million tokens. */
const cost = (1000 * 5 + 2000 * 25 + 10_000 * 0.5 + 100 * 6.25 + 200 * 10) / 1e6;

test.concurrent("a whole answer and a stream leave the same tokens and cost", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  proxy.upstream.next({ model: opus }, json(200, messageBody({ usage })));
  proxy.upstream.next({ model: opus }, respond({ sse: messageEvents({ usage }) }));
  await proxy.message({ headers: { "user-agent": "claude-cli/2.1.330 (external, cli)" } });
  await proxy.message({ stream: true });
  const [stream, whole] = await awaitRows(proxy.cf.home, 2);
  expect(whole).toMatchObject({
    profile: "default",
    endpoint: "messages",
    client: "claude-cli/2.1.330",
    stream: false,
    modelAsked: opus,
    modelServed: opus,
    provider: "anthropic",
    key: "alpha",
    service: "asked",
    status: 200,
    state: "complete",
    stopReason: "end_turn",
    tokens,
    attempts: [{ key: "alpha", model: opus, status: 200, reason: "ok", skipped: false }],
  });
  expect(whole?.costUsd).toBeCloseTo(cost, 9);
  expect(whole?.cacheSavedUsd).toBeCloseTo((10_000 * 4.5 - 100 * 1.25 - 200 * 5) / 1e6, 9);
  expect(stream).toMatchObject({ stream: true, state: "complete", tokens });
  expect(stream?.costUsd).toBeCloseTo(cost, 9);
});

test.concurrent("a fallback is priced at the model that served, and the row tells why it came to that", async () => {
  await using proxy = await startProxy({
    keys: ["alpha", "beta"],
    config: { modelFallback: { [opus]: sonnet } },
  });
  proxy.upstream.always({ model: opus }, limited);
  const served = { input_tokens: 1_000_000, output_tokens: 0 };
  proxy.upstream.always({ model: sonnet }, json(200, messageBody({ model: sonnet, usage: served })));
  await proxy.message();
  await proxy.message();
  const [second, first] = await awaitRows(proxy.cf.home, 2);
  const trail = (row: typeof first) =>
    row?.attempts.map(({ key, model, status, reason, skipped }) => [key, model, status, reason, skipped]);
  expect(first).toMatchObject({ service: "fell_back", modelAsked: opus, modelServed: sonnet, costUsd: 3 });
  expect(trail(first)).toEqual([
    ["alpha", opus, 429, "rate_limited", false],
    ["beta", opus, 429, "rate_limited", false],
    ["alpha", sonnet, 200, "ok", false],
  ]);
  expect(trail(second)).toEqual([
    ["alpha", opus, 429, "rate_limited", true],
    ["beta", opus, 429, "rate_limited", true],
    ["alpha", sonnet, 200, "ok", false],
  ]);
});

test.concurrent("a cut stream is kept as cut, with what was known, and a model nobody knows has no price", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const [start = "", ...rest] = messageEvents({ usage });
  proxy.upstream.next({ model: opus }, respond({ sse: [start, rest[0] ?? ""], ending: "cut" }));
  proxy.upstream.next({ model: "claude-unheard-9" }, json(200, messageBody({ usage })));
  await proxy.message({ stream: true });
  await proxy.message({ model: "claude-unheard-9" });
  const [unheard, cut] = await awaitRows(proxy.cf.home, 2);
  expect(cut).toMatchObject({ state: "truncated", service: "failed", status: 200 });
  expect(cut?.tokens).toMatchObject({ input: 1000, output: 1, estimated: true });
  expect(unheard).toMatchObject({ state: "complete", tokens, costUsd: null, cacheSavedUsd: null });
});

test.concurrent("an answer that comes compressed unasked has unknown tokens and an unknown cost, never zero", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const body = JSON.stringify(
    messageBody({ usage, blocks: [{ type: "text", text: "long ".repeat(20_000) }] }),
  );
  const events = messageEvents({ usage }).join("");
  const packed = [
    [gzipSync(body), "gzip", "application/json"],
    [brotliCompressSync(body), "br", "application/json"],
    [gzipSync(events), "gzip", "text/event-stream"],
    [brotliCompressSync(events), "br", "text/event-stream"],
  ] as const;
  for (const [bytes, encoding, type] of packed) {
    const headers = { "content-type": type, "content-encoding": encoding };
    proxy.upstream.next({}, respond({ parts: [bytes], headers, splitEvery: 100 }));
    const answer = await proxy.message({ stream: type === "text/event-stream" });
    expect(answer.header("content-encoding")).toBe(encoding);
    expect(answer.body.equals(bytes)).toBe(true);
  }
  const unknown = { input: null, output: null, cacheRead: null, cacheWrite5m: null, estimated: false };
  const rows = await awaitRows(proxy.cf.home, 4);
  for (const row of rows) {
    expect(row).toMatchObject({ state: "complete", service: "asked", tokens: unknown, costUsd: null });
  }
  const { today } = (await proxy.send("/health")).json<{ today: Record<string, number> }>();
  expect(today).toMatchObject({ requests: 4, costUsd: 0, unpriced: 4 });
  expect(await runCommand(proxy.cf.home, ["why", rows[0]?.id ?? ""])).toContain("Tokens and cost: unknown");
});

test.concurrent("cf stats knows of every request that is over, and of the very first one", async () => {
  await using proxy = await startProxy({
    keys: ["alpha"],
    config: { clientToken: "client-token-0123456789" },
  });
  for (let count = 1; count <= 4; count++) {
    proxy.upstream.next({ model: opus }, json(200, messageBody({ usage })));
    await proxy.message({ headers: { authorization: "Bearer client-token-0123456789" } });
    const { totals } = JSON.parse(await runCommand(proxy.cf.home, ["stats", "--json"]));
    expect(totals).toMatchObject({ requests: count, asked: count, outputTokens: 2000 * count });
  }
});

test.concurrent("an error that the client sees is a failed request with its words", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  proxy.upstream.next({ model: opus }, json(400, errorBody("invalid_request_error", "max_tokens: too many")));
  await proxy.message();
  const [row] = await awaitRows(proxy.cf.home, 1);
  expect(row).toMatchObject({ status: 400, state: "error", service: "failed", costUsd: null });
  expect(row?.attempts[0]?.words).toContain("max_tokens: too many");
});

test.concurrent("prices of the config count, and a change of them from the next request on", async () => {
  const prices = (input: number) => ({ prices: { "my-model": { input, output: 0 } } });
  await using proxy = await startProxy({ keys: ["alpha"], config: prices(7) });
  const usage = { input_tokens: 1e6, output_tokens: 5 };
  proxy.upstream.always({ model: "my-model" }, json(200, messageBody({ usage })));
  await proxy.message({ model: "my-model" });
  const path = join(proxy.cf.home, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...config, ...prices(3) }));
  await until("the change is live", async () => {
    await proxy.message({ model: "my-model" });
    return readRows(proxy.cf.home)[0]?.costUsd === 3;
  });
  expect(readRows(proxy.cf.home).at(-1)?.costUsd).toBe(7);
});

test.concurrent("a killed process leaves what it had served a second before", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  for (let sent = 0; sent < 20; sent++) await proxy.message({ stream: sent % 2 === 0 });
  await awaitRows(proxy.cf.home, 20);
  const stalled = proxy.beginMessage();
  proxy.cf.kill("SIGKILL");
  await proxy.cf.exited;
  await stalled.answer.catch(() => null);
  expect(readRows(proxy.cf.home).length).toBeGreaterThanOrEqual(20);
});
