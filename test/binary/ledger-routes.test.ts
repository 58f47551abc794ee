// Every request leaves one row, also one that is no message or was never sent anywhere: routing.md section 8.
import { expect, setDefaultTimeout, test } from "bun:test";
import { errorBody } from "../support/anthropic-answers";
import { until } from "../support/gate";
import { awaitRows, readRows } from "../support/ledger-rows";
import { opus, type ProxySetup, startProxy } from "../support/proxy-setup";
import { open, sendRaw } from "../support/raw-client";
import { json, respond, stall } from "../support/replies";
import { runCommand } from "../support/run-command";

setDefaultTimeout(60_000);

const rejected = json(401, errorBody("authentication_error", "invalid x-api-key"));
const noTokens = { input: null, output: null, cacheRead: null, estimated: false };

/** What `cf logs` shows. */
async function logOf(proxy: ProxySetup, words: string): Promise<string> {
  let log = "";
  await until(`the log has ${words}`, async () => {
    log = await runCommand(proxy.cf.home, ["logs", "-n", "100"]);
    return log.includes(words);
  });
  return log;
}

test.concurrent("what is passed through leaves a row: method and path, key, status, times, no model, no cost", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, rejected);
  const headers = { "user-agent": "Anthropic/JS 1.12.0" };
  await proxy.send("/v1/files/file_01/content?secret=tell-nobody", { headers });
  const [row] = await awaitRows(proxy.cf.home, 1);
  expect(row).toMatchObject({
    profile: "default",
    endpoint: "other",
    target: "GET /v1/files/file_01/content",
    client: "Anthropic/JS",
    modelAsked: "",
    modelServed: null,
    provider: "anthropic",
    key: "beta",
    service: "rotated",
    status: 200,
    state: "complete",
    tokens: noTokens,
    costUsd: null,
    refusal: null,
    attempts: [
      { key: "alpha", model: "", status: 401, reason: "rejected" },
      { key: "beta", model: "", status: 200, reason: "ok" },
    ],
  });
  expect(row?.firstByteMs).toBeNumber();
  const story = await runCommand(proxy.cf.home, ["why", row?.id ?? ""]);
  expect(story).toContain("asked for GET /v1/files/file_01/content, which is passed through");
  expect(story).toMatch(/1\. alpha: asked.*401.*rejected/);
  expect(story).toContain("Served by beta (200).");
  const log = await logOf(proxy, "GET /v1/files/file_01/content on beta  200");
  for (const told of [story, log, JSON.stringify(row)]) expect(told).not.toContain("tell-nobody");
});

test.concurrent("an upstream's error, a cut and a client that left are told of what is passed through", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const { upstream } = proxy;
  upstream.next({}, json(404, errorBody("not_found_error", "There is no such file")));
  await proxy.send("/v1/files/file_02");
  const headers = { "content-type": "application/octet-stream" };
  upstream.next({}, respond({ parts: [Buffer.alloc(70_000)], headers, ending: "cut" }));
  await proxy.send("/v1/files/file_03/content").catch(() => null);
  upstream.next({}, respond({ parts: [Buffer.alloc(70_000)], headers, ending: "stall" }));
  const download = await open(`${proxy.url}/v1/files/file_04/content`);
  download.abort();
  const [left, cut, missing] = await awaitRows(proxy.cf.home, 3);
  expect(missing).toMatchObject({
    status: 404,
    state: "error",
    service: "failed",
    key: "alpha",
    attempts: [{ reason: "request_error", status: 404 }],
  });
  expect(missing?.attempts[0]?.words).toContain("There is no such file");
  expect(cut).toMatchObject({
    target: "GET /v1/files/file_03/content",
    state: "truncated",
    service: "failed",
  });
  expect(left).toMatchObject({ target: "GET /v1/files/file_04/content", state: "cancelled" });
  expect((await proxy.send("/v1/files/file_05")).status).toBe(200);
});

test.concurrent("a client that leaves before an upload is over leaves a row as well", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const head = `POST /v1/files HTTP/1.1\r\nhost: 127.0.0.1:${proxy.port}\r\ncontent-length: 100\r\n\r\nhalf`;
  await sendRaw(proxy.port, head);
  const [row] = await awaitRows(proxy.cf.home, 1);
  expect(row).toMatchObject({ target: "POST /v1/files", status: 499, state: "cancelled", attempts: [] });
});

test.concurrent("models: from the upstream, from before, and from the config", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  await proxy.send("/v1/models");
  await proxy.send("/v1/models");
  proxy.upstream.always({}, stall);
  await proxy.send("/v1/models/claude-opus-4-6?x=1");
  const [made, kept, asked] = await awaitRows(proxy.cf.home, 3);
  const common = { endpoint: "models", service: "asked", status: 200, state: "complete", costUsd: null };
  expect(asked).toMatchObject({
    ...common,
    target: "GET /v1/models",
    key: "alpha",
    attempts: [{ reason: "ok" }],
  });
  expect(kept).toMatchObject({ ...common, target: "GET /v1/models", key: "alpha", attempts: [] });
  expect(made).toMatchObject({
    ...common,
    target: "GET /v1/models/claude-opus-4-6",
    key: null,
    attempts: [{ key: "alpha", reason: "network" }],
  });
  const story = (id = "") => runCommand(proxy.cf.home, ["why", id]);
  expect(await story(asked?.id)).toContain("Served by alpha (200).");
  expect(await story(kept?.id)).toContain("Served by this proxy, with what alpha had answered before (200).");
  expect(await story(made?.id)).toContain(
    "Served by this proxy, with the models that the config names (200).",
  );
});

test.concurrent("figures are of messages; the list has everything", async () => {
  await using proxy = await startProxy();
  await proxy.message();
  await proxy.countTokens();
  await proxy.send("/v1/models");
  await proxy.send("/v1/files");
  await proxy.send("/v1/files", { headers: { "x-cf-key": "nobody" } });
  const rows = await awaitRows(proxy.cf.home, 5);
  expect(rows.map(({ endpoint }) => endpoint)).toEqual([
    "other",
    "other",
    "models",
    "count_tokens",
    "messages",
  ]);
  const stats = JSON.parse(await runCommand(proxy.cf.home, ["stats", "--json"]));
  expect(stats.totals).toMatchObject({ requests: 1, asked: 1, failed: 0, unpriced: 0 });
  const { today } = (await proxy.send("/health")).json<{ today: Record<string, number> }>();
  expect(today).toMatchObject({ requests: 1, asked: 1, failed: 0 });
  const page = (await proxy.send("/dashboard/api/requests?endpoint=other")).json<{ rows: unknown[] }>();
  expect(page.rows).toHaveLength(2);
  const { text } = await proxy.send("/metrics");
  expect(text).toMatch(
    /cf_requests_total\{[^}]*endpoint="other"[^}]*model="none"[^}]*service="asked"[^}]*\} 1/,
  );
});

test.concurrent("what was refused without asking a key tells why, and never what the client sent", async () => {
  await using proxy = await startProxy({ config: { maxBodyBytes: 2000 } });
  const body = (fields: object) => JSON.stringify({ model: opus, messages: [], ...fields });
  const post = (text: string, headers = {}) =>
    proxy.send("/v1/messages", { method: "POST", body: text, headers });
  await post('{"model": "confidential');
  await post(body({ metadata: "confidential".repeat(300) }));
  await post(body({}), { "x-cf-key": "nobody" });
  await post(body({ system: "confidential" }), { "content-encoding": "compress" });
  await proxy.send("/v1/messages/count_tokens", { method: "POST", body: '["confidential"]' });
  const rows = await awaitRows(proxy.cf.home, 5);
  expect(rows.toReversed().map(({ endpoint, status, refusal }) => [endpoint, status, refusal])).toEqual([
    ["messages", 400, expect.stringContaining("not valid JSON: unexpected end of the JSON text")],
    ["messages", 413, expect.stringContaining("larger than 2000 bytes")],
    ["messages", 400, expect.stringContaining('has no key "nobody"')],
    ["messages", 415, expect.stringContaining("is not supported")],
    ["count_tokens", 400, expect.stringContaining("must be a JSON object")],
  ]);
  for (const { id, refusal } of rows) {
    const story = await runCommand(proxy.cf.home, ["why", id]);
    expect(story).toContain("No key was asked.");
    expect(story).toContain(`from this proxy: ${refusal}`);
    expect(story).not.toContain("confidential");
  }
  expect(await logOf(proxy, "must be a JSON object")).toContain("larger than 2000 bytes");
});

test.concurrent("without a key, and with none that is back in time, the row has the words of the answer", async () => {
  await using none = await startProxy({ keys: [] });
  await none.message();
  const [refused] = await awaitRows(none.cf.home, 1);
  expect(refused).toMatchObject({ status: 401, attempts: [], service: "failed" });
  expect(refused?.refusal).toContain("cf add-key");
  await using tired = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 50 } });
  tired.upstream.always({}, json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" }));
  await tired.message();
  await tired.message();
  const [late] = await awaitRows(tired.cf.home, 2);
  expect(late).toMatchObject({ status: 429, attempts: [{ skipped: true, reason: "rate_limited" }] });
  expect(late?.refusal).toContain("All keys are cooling down");
  expect(await runCommand(tired.cf.home, ["why", late?.id ?? ""])).toContain("All keys are cooling down");
});

test.concurrent("a request under way is not shown in the record, and leaves one row however it ends", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const headers = { "content-type": "application/octet-stream" };
  proxy.upstream.next({}, respond({ parts: [Buffer.alloc(70_000)], headers, ending: "stall" }));
  const download = await open(`${proxy.url}/v1/files/file_06/content`);
  expect(readRows(proxy.cf.home)).toEqual([]);
  proxy.cf.kill("SIGTERM");
  await until("it waits for the download", async () =>
    `${proxy.cf.stdout}${proxy.cf.stderr}`.includes("1 running request"),
  );
  proxy.cf.kill("SIGTERM");
  await proxy.cf.exited;
  download.abort();
  expect(readRows(proxy.cf.home)).toMatchObject([
    { target: "GET /v1/files/file_06/content", state: "cancelled" },
  ]);
});
