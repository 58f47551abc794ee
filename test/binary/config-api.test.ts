// Writing the config through the dashboard's API of the running proxy.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile, rm } from "node:fs/promises";
import type { ConfigChanged, ConfigView, KeyAdded, KeyTest, TokenKind } from "../../src/server/contract";
import { errorBody } from "../support/anthropic-answers";
import { callApi, failureOf } from "../support/dashboard-api";
import { configPath, editConfig, readConfigJson, writeConfig } from "../support/edit-config";
import { findFreePort } from "../support/free-port";
import { until } from "../support/gate";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { send } from "../support/raw-client";
import { json } from "../support/replies";
import { openAiTokenFor, tokenFor } from "../support/test-token";

setDefaultTimeout(60_000);

const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "3600" });

async function view(proxy: ProxySetup): Promise<ConfigView> {
  return (await callApi(proxy, "/config")).json<ConfigView>();
}

async function patch(proxy: ProxySetup, body: unknown, ifMatch?: string) {
  return callApi(proxy, "/config", { method: "PATCH", body, ifMatch: ifMatch ?? (await view(proxy)).hash });
}

// --- The whole config.

test.concurrent("the config can be read without a secret, and what it does not say", async () => {
  await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
  const answer = await callApi(proxy, "/config");
  const { hash, document, effective, error } = answer.json<ConfigView>();
  expect(answer.text).not.toContain(tokenFor("alpha"));
  expect(document).toMatchObject({ keys: { alpha: { token: `…${tokenFor("alpha").slice(-4)}` } } });
  expect(effective).toMatchObject({
    modelFallback: { [opus]: sonnet },
    stickySessions: true,
    queueWaitMs: 0,
  });
  expect(error).toBeNull();
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(answer.header("etag")).toBe(`"${hash}"`);
});

test.concurrent("a patch is in force when it is answered, and can be taken back and again", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ model: opus }, limited);
  const before = await readConfigJson(proxy.cf);
  const changed = await patch(proxy, { modelFallback: { [opus]: sonnet } });
  expect(changed.status).toBe(200);
  expect((await proxy.message()).header("x-cf-model")).toBe(sonnet);
  const { undo, hash } = changed.json<ConfigChanged>();
  expect((await view(proxy)).hash).toBe(hash);
  const undone = await callApi(proxy, "/config/undo", { method: "POST", body: { undo } });
  expect(undone.status).toBe(200);
  expect(await readConfigJson(proxy.cf)).toEqual(before);
  const again = await callApi(proxy, "/config/undo", {
    method: "POST",
    body: { undo: undone.json<ConfigChanged>().undo },
  });
  expect(again.status).toBe(200);
  expect((await readConfigJson(proxy.cf)).modelFallback).toEqual({ [opus]: sonnet });
  const stale = await callApi(proxy, "/config/undo", { method: "POST", body: { undo: "nothing" } });
  expect([stale.status, failureOf(stale).code]).toEqual([404, "undo_unknown"]);
});

test.concurrent("undo leaves later changes alone, and refuses where they touch the same", async () => {
  await using proxy = await startProxy();
  const first = (await patch(proxy, { queueWaitMs: 1000 })).json<ConfigChanged>();
  const removed = (await callApi(proxy, "/keys/alpha", { method: "DELETE" })).json<ConfigChanged>();
  await patch(proxy, { queueWaitMs: 2000, cooldownMs: 5 });
  const restored = await callApi(proxy, "/config/undo", { method: "POST", body: { undo: removed.undo } });
  expect(restored.status).toBe(200);
  const config = await readConfigJson(proxy.cf);
  expect(Object.keys(config.keys)).toEqual(["alpha", "beta"]);
  expect(config).toMatchObject({ queueWaitMs: 2000, cooldownMs: 5 });
  const conflict = await callApi(proxy, "/config/undo", { method: "POST", body: { undo: first.undo } });
  expect([conflict.status, failureOf(conflict).code]).toEqual([409, "undo_conflict"]);
});

test.concurrent("a masked token that is patched back does not overwrite the secret", async () => {
  await using proxy = await startProxy();
  const { document } = await view(proxy);
  expect((await patch(proxy, document)).status).toBe(200);
  expect((await readConfigJson(proxy.cf)).keys.alpha).toEqual({ token: tokenFor("alpha") });
  const foreign = await patch(proxy, { keys: { alpha: { token: "…9999" } } });
  expect([foreign.status, failureOf(foreign).path]).toEqual([422, "keys.alpha.token"]);
  expect((await readConfigJson(proxy.cf)).keys.alpha).toEqual({ token: tokenFor("alpha") });
});

test.concurrent("a patch needs the present hash", async () => {
  await using proxy = await startProxy();
  const { hash } = await view(proxy);
  const without = await callApi(proxy, "/config", { method: "PATCH", body: {} });
  expect([without.status, failureOf(without).code]).toEqual([428, "if_match_required"]);
  const first = (await patch(proxy, { queueWaitMs: 7 }, hash)).json<ConfigChanged>();
  const stale = await patch(proxy, { queueWaitMs: 8 }, hash);
  expect([stale.status, failureOf(stale).code]).toEqual([412, "config_stale"]);
  expect(stale.header("etag")).toBe(`"${first.hash}"`);
  expect((await readConfigJson(proxy.cf)).queueWaitMs).toBe(7);
  const edit = await callApi(proxy, "/profiles/default/order", {
    method: "PUT",
    body: { keyOrder: ["beta"] },
    ifMatch: hash,
  });
  expect(edit.status).toBe(412);
});

test.concurrent("a hand edit that nobody has seen yet makes a patch stale, and is never lost", async () => {
  await using proxy = await startProxy();
  const { hash } = await view(proxy);
  await editConfig(proxy.cf, (config) => {
    config.cooldownMs = 1234;
  });
  expect((await patch(proxy, { queueWaitMs: 5 }, hash)).status).toBe(412);
  expect((await callApi(proxy, "/keys/alpha/pause", { method: "POST" })).status).toBe(200);
  const config = await readConfigJson(proxy.cf);
  expect(config.cooldownMs).toBe(1234);
  expect(config.keys.alpha?.enabled).toBe(false);
});

test.concurrent.each([
  [{ queueWaitMs: -1 }, "queueWaitMs", "below 0"],
  [{ modelFalback: {} }, "modelFalback", "modelFallback"],
  [{ profiles: { default: { port: 99999 } } }, "profiles.default.port", "above 65535"],
  [{ keys: { alpha: { labell: "x" } } }, "keys.alpha.labell", "label"],
  [{ host: "0.0.0.0" }, "host", "clientToken"],
])("%j is refused with its place, and nothing is changed", async (body, path, words) => {
  await using proxy = await startProxy();
  const before = await readFile(configPath(proxy.cf), "utf8");
  const answer = await patch(proxy, body);
  expect([answer.status, failureOf(answer).code, failureOf(answer).path]).toEqual([
    422,
    "config_invalid",
    path,
  ]);
  expect(failureOf(answer).message).toContain(words);
  expect(await readFile(configPath(proxy.cf), "utf8")).toBe(before);
});

test.concurrent("profiles are created, moved, renamed and removed; a taken port is told", async () => {
  await using proxy = await startProxy();
  const [first, second] = [await findFreePort(), await findFreePort()];
  const status = async (port: number) =>
    (await send(`http://127.0.0.1:${port}/health`).catch(() => null))?.status ?? null;
  expect((await patch(proxy, { profiles: { side: { port: first } } })).status).toBe(200);
  expect(await status(first)).toBe(200);
  await patch(proxy, { profiles: { side: { port: second } } });
  expect([await status(first), await status(second)]).toEqual([null, 200]);
  const taken = await patch(proxy, { profiles: { clash: { port: proxy.upstream.port } } });
  expect(taken.status).toBe(200);
  expect(taken.json<ConfigChanged>().notices.join()).toContain(`Port ${proxy.upstream.port}`);
  await patch(proxy, { profiles: { side: null, clash: null } });
  expect(await status(second)).toBeNull();
  expect(await status(proxy.port)).toBe(200);
});

test.concurrent("a change that closes the very port that it came in on is still answered", async () => {
  await using proxy = await startProxy({ profiles: { side: {} } });
  const port = await findFreePort();
  const moved = await patch(proxy, { profiles: { default: { port } } });
  expect(moved.status).toBe(200);
  expect(moved.json<ConfigChanged>().notices).toEqual([]);
  const side = { send: (path: string, options = {}) => send(`${proxy.urlOf("side")}${path}`, options) };
  const { hash } = (await callApi(side, "/config")).json<ConfigView>();
  const body = { profiles: { side: null } };
  const removed = await callApi(side, "/config", { method: "PATCH", body, ifMatch: hash });
  expect(removed.status).toBe(200);
  const there = { send: (path: string, options = {}) => send(`http://127.0.0.1:${port}${path}`, options) };
  expect((await callApi(there, "/config")).json<ConfigView>().hash).toBe(removed.json<ConfigChanged>().hash);
});

test.concurrent("while the file is broken, changes are refused with its fault; once mended they go on", async () => {
  await using proxy = await startProxy();
  const text = await readFile(configPath(proxy.cf), "utf8");
  await writeConfig(proxy.cf, "{ nonsense");
  const refused = await callApi(proxy, "/keys/alpha/pause", { method: "POST" });
  expect([refused.status, failureOf(refused).code]).toEqual([422, "config_invalid"]);
  expect(await readFile(configPath(proxy.cf), "utf8")).toBe("{ nonsense");
  await until("the fault shows", async () => (await view(proxy)).error !== null);
  expect((await view(proxy)).document).toMatchObject({ keys: { alpha: {} } });
  await writeConfig(proxy.cf, text);
  expect((await callApi(proxy, "/keys/alpha/pause", { method: "POST" })).status).toBe(200);
  expect((await view(proxy)).error).toBeNull();
});

test.concurrent("a change while the file is deleted writes what is in force, and says so", async () => {
  await using proxy = await startProxy();
  await rm(configPath(proxy.cf));
  const paused = await callApi(proxy, "/keys/alpha/pause", { method: "POST" });
  expect(paused.status).toBe(200);
  expect(paused.json<ConfigChanged>().notices.join()).toContain("deleted");
  expect(Object.keys((await readConfigJson(proxy.cf)).keys)).toEqual(["alpha", "beta"]);
  expect((await view(proxy)).error).toBeNull();
});

// --- Keys.

test.concurrent("a key is added, serves at once, and is never shown", async () => {
  const token = tokenFor("gamma");
  await using proxy = await startProxy({ keys: [], secrets: [token] });
  const added = await callApi(proxy, "/keys", {
    method: "POST",
    body: { token: ` ${token}\n`, label: "Über" },
  });
  expect(added.status).toBe(201);
  expect(added.text).not.toContain(token);
  const { id, notices } = added.json<KeyAdded>();
  expect([id, notices]).toEqual(["uber", []]);
  expect((await proxy.message()).header("x-cf-key")).toBe("uber");
  const twice = await callApi(proxy, "/keys", { method: "POST", body: { token } });
  expect([twice.status, failureOf(twice).code]).toEqual([409, "duplicate_token"]);
  expect(twice.text).not.toContain(token);
});

test.concurrent("an OpenAI key switches the fallback on, and the answer says so", async () => {
  await using proxy = await startProxy({ secrets: [openAiTokenFor("gpt")] });
  const added = await callApi(proxy, "/keys", { method: "POST", body: { token: openAiTokenFor("gpt") } });
  expect(added.json<KeyAdded>().notices.join()).toContain("openaiModelFallback");
  expect((await view(proxy)).effective.openaiModelFallback).toBe(true);
});

test.concurrent.each([
  [{}, 400, "invalid_input"],
  [{ token: "" }, 400, "invalid_token"],
  [{ token: 5 }, 400, "invalid_input"],
  [{ token: "sk-ant-api03-xxxxxxxxxxxxxxxx", labell: "x" }, 400, "invalid_input"],
  [{ token: "sk-ant-api03-xxxxxxxxxxxxxxxx", id: "a b" }, 400, "invalid_id"],
  [{ token: "sk-ant-api03-xxxxxxxxxxxxxxxx", id: "alpha" }, 409, "duplicate_id"],
  [{ token: "sk-ant-api03-xxxxxxxxxxxxxxxx", baseUrl: "ftp://x" }, 422, "config_invalid"],
  [
    { token: "sk-ant-api03-xxxxxxxxxxxxxxxx", label: "sk-ant-api03-yyyyyyyyyyyyyyyy" },
    400,
    "misplaced_token",
  ],
  ["[]", 400, "invalid_input"],
  ["{", 400, "invalid_input"],
  ["", 400, "invalid_input"],
])("POST /keys %j is refused: %d %s", async (body, status, code) => {
  await using proxy = await startProxy();
  const before = await readFile(configPath(proxy.cf), "utf8");
  const answer = await callApi(proxy, "/keys", { method: "POST", body });
  expect([answer.status, failureOf(answer).code]).toEqual([status, code]);
  expect(answer.text).not.toContain("xxxxxxxx");
  expect(await readFile(configPath(proxy.cf), "utf8")).toBe(before);
});

test.concurrent("a key is changed, paused, resumed and removed", async () => {
  const fresh = tokenFor("fresh", "oauth");
  await using proxy = await startProxy({ profile: { keyOrder: ["alpha"] }, secrets: [fresh] });
  const change = (body: object) => callApi(proxy, "/keys/alpha", { method: "PATCH", body });
  expect((await change({ label: "A & O", group: "acme" })).status).toBe(200);
  expect(await proxy.keyHealth("alpha")).toMatchObject({ label: "A & O" });
  expect((await change({ token: fresh })).status).toBe(200);
  await proxy.message();
  expect(proxy.upstream.calls()).toEqual([`fresh ${opus}`]);
  expect((await change({ label: null, group: null, token: `…${fresh.slice(-4)}` })).status).toBe(200);
  expect((await readConfigJson(proxy.cf)).keys.alpha).toEqual({ token: fresh, type: "oauth" });
  await callApi(proxy, "/keys/alpha/pause", { method: "POST" });
  expect((await proxy.keyHealth("alpha")).state).toBe("disabled");
  await callApi(proxy, "/keys/alpha/resume", { method: "POST" });
  expect((await proxy.keyHealth("alpha")).state).toBe("ready");
  const removed = await callApi(proxy, "/keys/alpha", { method: "DELETE" });
  expect(removed.json<ConfigChanged>().notices.join()).toContain("uses every key");
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  for (const [method, path] of [
    ["DELETE", "/keys/alpha"],
    ["PATCH", "/keys/alpha"],
    ["POST", "/keys/alpha/pause"],
    ["POST", "/keys/alpha/resume"],
    ["POST", "/keys/alpha/try-now"],
    ["POST", "/keys/alpha/test"],
  ] as const) {
    const answer = await callApi(proxy, path, { method });
    expect([method, path, answer.status, failureOf(answer).code]).toEqual([method, path, 404, "unknown_key"]);
  }
});

test.concurrent("try-now and resume clear cooldowns; waiting requests go on", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 50_000 } });
  proxy.upstream.next({}, json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "40" }));
  const waiting = proxy.message();
  await until("the queue", async () => (await proxy.send("/health")).text.includes('"waiting":1'));
  const before = await readFile(configPath(proxy.cf), "utf8");
  expect((await callApi(proxy, "/keys/alpha/try-now", { method: "POST" })).status).toBe(200);
  expect((await waiting).status).toBe(200);
  expect(await readFile(configPath(proxy.cf), "utf8")).toBe(before);
  proxy.upstream.next({}, limited);
  await proxy.message();
  expect((await proxy.keyHealth("alpha")).state).toBe("cooling");
  await callApi(proxy, "/keys/alpha/resume", { method: "POST" });
  expect((await proxy.keyHealth("alpha")).state).toBe("ready");
});

test.concurrent("a test that the upstream passes ends a rejection, and no rate limit", async () => {
  await using proxy = await startProxy();
  const refused = json(401, errorBody("authentication_error", "invalid x-api-key"));
  proxy.upstream.next({ key: "alpha" }, refused).next({ key: "beta" }, limited);
  await proxy.message();
  expect((await proxy.keyHealth("alpha")).state).toBe("rejected");
  expect((await proxy.keyHealth("beta")).state).toBe("cooling");
  for (const id of ["alpha", "beta"]) await callApi(proxy, `/keys/${id}/test`, { method: "POST" });
  expect((await proxy.keyHealth("alpha")).state).toBe("ready");
  expect((await proxy.keyHealth("beta")).state).toBe("cooling");
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("a key is tested at its upstream", async () => {
  await using proxy = await startProxy({ keys: { alpha: {}, unset: { token: "env:UNSET_KEY" } } });
  const test = async (id: string) =>
    (await callApi(proxy, `/keys/${id}/test`, { method: "POST" })).json<KeyTest>();
  expect(await test("alpha")).toMatchObject({ ok: true, status: 200 });
  proxy.upstream.always({}, json(401, errorBody("authentication_error", "invalid x-api-key")));
  const rejected = await test("alpha");
  expect(rejected).toMatchObject({ ok: false, status: 401 });
  expect(rejected.words).toContain("rejected");
  const missing = await test("unset");
  expect(missing).toMatchObject({ ok: false, status: null });
  expect(missing.words).toContain("UNSET_KEY");
});

test.concurrent("an order is set and taken away", async () => {
  await using proxy = await startProxy();
  const order = (body: object, profile = "default") =>
    callApi(proxy, `/profiles/${profile}/order`, { method: "PUT", body });
  expect((await order({ keyOrder: ["beta", "alpha"] })).status).toBe(200);
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await order({ keyOrder: null })).status).toBe(200);
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  const unknown = await order({ keyOrder: ["gamma"] });
  expect([unknown.status, failureOf(unknown).code]).toEqual([404, "unknown_key"]);
  const nobody = await order({ keyOrder: [] }, "nobody");
  expect([nobody.status, failureOf(nobody).code]).toEqual([404, "unknown_profile"]);
  expect((await order({})).status).toBe(400);
  expect((await order({ keyOrder: "alpha" })).status).toBe(400);
});

test.concurrent("tokens are recognized without being kept", async () => {
  await using proxy = await startProxy();
  const recognize = async (token: string) => {
    const answer = await callApi(proxy, "/tokens/recognize", { method: "POST", body: { token } });
    if (token !== "") expect(answer.text).not.toContain(token);
    return answer.json<TokenKind>();
  };
  const secret = "aaaaaaaaaaaaaaaaaaaaaaaa";
  expect(await recognize(`sk-ant-api03-${secret}`)).toMatchObject({
    ok: true,
    provider: "anthropic",
    type: "api-key",
  });
  expect(await recognize(`sk-ant-oat01-${secret}`)).toMatchObject({ ok: true, type: "oauth" });
  expect(await recognize(`sk-proj-${secret}`)).toMatchObject({ ok: true, provider: "openai" });
  expect(await recognize("")).toMatchObject({ ok: false });
  expect(await recognize(secret)).toMatchObject({ ok: false });
});

// --- Strangers.

test.concurrent("writes want JSON, and nobody from elsewhere", async () => {
  await using proxy = await startProxy();
  const before = await readFile(configPath(proxy.cf), "utf8");
  const plain = (headers: Record<string, string>) =>
    proxy.send("/dashboard/api/keys", {
      method: "POST",
      headers,
      body: JSON.stringify({ token: "sk-ant-api03-xxxxxxxxxxxxxxxx" }),
    });
  expect((await plain({ "content-type": "text/plain" })).status).toBe(415);
  expect((await plain({})).status).toBe(415);
  expect((await plain({ "content-type": "application/json", origin: "https://evil.example" })).status).toBe(
    403,
  );
  expect((await plain({ "content-type": "application/json", host: "evil.example" })).status).toBe(403);
  expect((await plain({ "content-type": "application/json", "sec-fetch-site": "cross-site" })).status).toBe(
    403,
  );
  const remove = await proxy.send("/dashboard/api/keys/alpha", { method: "DELETE" });
  expect(remove.status).toBe(415);
  for (const path of ["/config", "/keys", "/keys/alpha/pause", "/config/undo"]) {
    expect((await callApi(proxy, path)).status).toBe(path === "/config" ? 200 : 404);
  }
  expect(await readFile(configPath(proxy.cf), "utf8")).toBe(before);
});

test.concurrent("with a client token, reading and writing ask for it", async () => {
  const clientToken = "client-token-0123456789";
  await using proxy = await startProxy({ config: { clientToken } });
  expect((await callApi(proxy, "/config")).status).toBe(401);
  expect((await callApi(proxy, "/keys/alpha/pause", { method: "POST" })).status).toBe(401);
  const headers = { authorization: `Bearer ${clientToken}` };
  const read = await callApi(proxy, "/config", { headers });
  expect(read.status).toBe(200);
  expect(read.text).not.toContain(clientToken);
  expect((await callApi(proxy, "/keys/alpha/pause", { method: "POST", headers })).status).toBe(200);
});

test.concurrent("a body that is too large or too deep is refused, and the proxy goes on", async () => {
  await using proxy = await startProxy();
  const { hash } = await view(proxy);
  const huge = await patch(proxy, { modelFallback: { a: "x".repeat(1_100_000) } }, hash);
  expect(huge.status).toBe(413);
  const deep = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  const answer = await callApi(proxy, "/config", { method: "PATCH", body: deep, ifMatch: hash });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect((await proxy.message()).status).toBe(200);
});

test.concurrent("twenty-five writers at once lose nothing", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const tokens = Array.from({ length: 25 }, (_, number) => tokenFor(`n${number}`));
  const adding = tokens.map((token, number) =>
    callApi(proxy, "/keys", { method: "POST", body: { token, id: `n${number}` } }),
  );
  const statuses = (await Promise.all(adding)).map((answer) => answer.status);
  expect(new Set(statuses)).toEqual(new Set([201]));
  expect(Object.keys((await readConfigJson(proxy.cf)).keys)).toHaveLength(26);
  expect((await proxy.health()).keys).toHaveLength(26);
});
