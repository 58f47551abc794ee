// The answer when nothing is left to try: routing.md section 6.
import { expect, setDefaultTimeout, test } from "bun:test";
import { errorBody } from "../support/anthropic-answers";
import { findFreePort } from "../support/free-port";
import { type ErrorAnswer, errorOf, opus, sonnet, startProxy } from "../support/proxy-setup";
import type { Answer } from "../support/raw-client";
import { htmlError, json, resetAtOnce } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

const limitedFor = (seconds: number): Reply =>
  json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": String(seconds) });
const rejected = json(401, errorBody("authentication_error", "invalid x-api-key"));
const forbidden = json(403, errorBody("permission_error", "No permission for this model"));
const broken = json(500, errorBody("api_error", "Internal server error"));
const overloaded = json(529, errorBody("overloaded_error", "Overloaded"));
const noCredit = json(402, errorBody("billing_error", "Out of funds"));

/** What every error of our own has in common. */
function expectOwnError(answer: Answer, status: number, type: string): ErrorAnswer["error"] {
  expect(answer.status).toBe(status);
  expect(answer.header("content-type")).toStartWith("application/json");
  expect(answer.complete).toBe(true);
  const body = answer.json<ErrorAnswer>();
  expect(body.type).toBe("error");
  expect(body.request_id).toBeString();
  expect(body.error.type).toBe(type);
  expect(answer.header("x-cf-request-id")).toBeString();
  expect(answer.text).not.toContain(tokenFor("alpha"));
  return body.error;
}

function attemptsOf(error: ErrorAnswer["error"]) {
  return error.details?.attempts ?? [];
}

test.concurrent("all keys limited: our own 429 with the true earliest return and every attempt", async () => {
  await using proxy = await startProxy({
    keys: { alpha: { label: "Personal" }, beta: { label: "Work" } },
  });
  proxy.upstream.always({ key: "alpha" }, limitedFor(50)).always({ key: "beta" }, limitedFor(30));
  const before = Date.now();
  const answer = await proxy.message();
  const error = expectOwnError(answer, 429, "rate_limit_error");
  const retryAfter = answer.header("retry-after") ?? "";
  expect(retryAfter).toMatch(/^\d+$/);
  expect(Number(retryAfter)).toBeGreaterThanOrEqual(29);
  expect(Number(retryAfter)).toBeLessThanOrEqual(36);
  expect(error.message).toContain(opus);
  expect(error.message).toMatch(/alpha|Personal/);
  expect(error.message).toMatch(/beta|Work/);
  const attempts = attemptsOf(error);
  expect(attempts.map(({ key, model, status, reason }) => ({ key, model, status, reason }))).toEqual([
    { key: "alpha", model: opus, status: 429, reason: "rate_limited" },
    { key: "beta", model: opus, status: 429, reason: "rate_limited" },
  ]);
  for (const [index, seconds] of [50, 30].entries()) {
    const end = attempts[index]?.until ?? "";
    expect(end).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(Date.parse(end) - before).toBeGreaterThan((seconds - 1) * 1000);
    expect(Date.parse(end) - before).toBeLessThan((seconds + 7) * 1000);
  }
});

test.concurrent("keys that rest already are not called, but listed with their cause", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, limitedFor(30));
  await proxy.message();
  const answer = await proxy.message();
  const error = expectOwnError(answer, 429, "rate_limit_error");
  expect(Number(answer.header("retry-after"))).toBeGreaterThan(20);
  expect(attemptsOf(error).map(({ key, status, reason }) => ({ key, status, reason }))).toEqual([
    { key: "alpha", status: 429, reason: "rate_limited" },
    { key: "beta", status: 429, reason: "rate_limited" },
  ]);
  for (const attempt of attemptsOf(error)) expect(attempt.until).toBeString();
  expect(proxy.upstream.requests).toHaveLength(2);
  expect(answer.header("x-cf-attempts")).toBe("0");
});

test.concurrent("retry-after counts the models of the chain too, and is at least 1", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { modelFallback: { [opus]: sonnet } } });
  proxy.upstream.always({ model: opus }, limitedFor(50));
  proxy.upstream.always(
    { model: sonnet },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after-ms": "300" }),
  );
  const answer = await proxy.message();
  const error = expectOwnError(answer, 429, "rate_limit_error");
  expect(Number(answer.header("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(Number(answer.header("retry-after"))).toBeLessThanOrEqual(7);
  expect(error.message).toContain(opus);
  expect(error.message).toContain(sonnet);
  expect(attemptsOf(error).map((attempt) => attempt.model)).toEqual([opus, sonnet]);
});

test.concurrent("a single key's own 429 is not passed on: ours says when", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  proxy.upstream.always({}, limitedFor(30));
  const error = expectOwnError(await proxy.message(), 429, "rate_limit_error");
  expect(attemptsOf(error)).toHaveLength(1);
});

test.concurrent.each([
  ["401", rejected, rejected],
  ["403", forbidden, forbidden],
  ["401 and 403", rejected, forbidden],
])("all keys rejected by %s: our own 401 that names each key", async (_name, alpha, beta) => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, alpha).always({ key: "beta" }, beta);
  for (let count = 0; count < 2; count++) {
    const error = expectOwnError(await proxy.message(), 401, "authentication_error");
    expect(error.message).toContain("alpha");
    expect(error.message).toContain("beta");
    expect(attemptsOf(error).map((attempt) => attempt.key)).toEqual(["alpha", "beta"]);
  }
});

test.concurrent("5xx everywhere: 502 api_error, now and while the keys rest", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, broken).always({ key: "beta" }, htmlError(503));
  for (let count = 0; count < 2; count++) {
    const answer = await proxy.message();
    const error = expectOwnError(answer, 502, "api_error");
    expect([...new Set(attemptsOf(error).map((attempt) => attempt.key))]).toEqual(["alpha", "beta"]);
    expect(error.message).not.toContain("<html");
  }
});

test.concurrent("529 everywhere: 529 overloaded_error, now and while the keys rest", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, overloaded);
  for (let count = 0; count < 2; count++) {
    expectOwnError(await proxy.message(), 529, "overloaded_error");
  }
});

test.concurrent("network down everywhere: 502 api_error with the attempts", async () => {
  const closedPort = await findFreePort();
  await using proxy = await startProxy({ config: { anthropicBaseUrl: `http://127.0.0.1:${closedPort}` } });
  const error = expectOwnError(await proxy.message(), 502, "api_error");
  const attempts = attemptsOf(error);
  expect([...new Set(attempts.map((attempt) => attempt.key))]).toEqual(["alpha", "beta"]);
  for (const attempt of attempts) {
    expect(attempt.status).toBeNull();
    expect(attempt.reason).toBe("network");
  }
});

test.concurrent("no credit anywhere: an error of our own that says so for each key, and no 403 or 429", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, noCredit);
  const answer = await proxy.message();
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect([403, 429]).not.toContain(answer.status);
  expect(attemptsOf(errorOf(answer)).map(({ key, reason }) => ({ key, reason }))).toEqual([
    { key: "alpha", reason: "no_credit" },
    { key: "beta", reason: "no_credit" },
  ]);
});

const mixtures: [string, Reply, Reply, number, string][] = [
  ["a limit and a rejected key", limitedFor(30), rejected, 429, "rate_limit_error"],
  ["a rejected key and a limit", rejected, limitedFor(30), 429, "rate_limit_error"],
  ["a limit and an overload", limitedFor(30), overloaded, 429, "rate_limit_error"],
  ["an overload and a rejected key", overloaded, rejected, 529, "overloaded_error"],
  ["a limit and the network", limitedFor(30), resetAtOnce, 429, "rate_limit_error"],
  ["an overload and the network", overloaded, resetAtOnce, 529, "overloaded_error"],
  ["a rejected key and the network", rejected, resetAtOnce, 401, "authentication_error"],
];

test.concurrent.each(mixtures)("%s: the most useful cause wins", async (_name, alpha, beta, status, type) => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha" }, alpha).always({ key: "beta" }, beta);
  const answer = await proxy.message();
  const error = expectOwnError(answer, status, type);
  expect(error.message).toContain("alpha");
  expect(error.message).toContain("beta");
  expect(new Set(attemptsOf(error).map((attempt) => attempt.key))).toEqual(new Set(["alpha", "beta"]));
  // The earliest return of any key, so also of one that rests for a few seconds only.
  if (status === 429) expect(Number(answer.header("retry-after"))).toBeWithin(1, 37);
});

test.concurrent("404 for the model on every key: the upstream's own answer, byte for byte", async () => {
  await using proxy = await startProxy();
  const body = errorBody("not_found_error", "model: claude-opus-4-6");
  proxy.upstream.always({}, json(404, body, { "request-id": "req_404" }));
  const answer = await proxy.message();
  expect(answer.status).toBe(404);
  expect(answer.text).toBe(JSON.stringify(body));
  expect(answer.header("request-id")).toBe("req_404");
  expect((await proxy.message()).status).toBe(404);
  expect(proxy.upstream.requests).toHaveLength(2);
});

test.concurrent("no key at all: 401 that names the command, without a call", async () => {
  await using proxy = await startProxy({ keys: [] });
  for (const answer of [await proxy.message(), await proxy.countTokens()]) {
    const error = expectOwnError(answer, 401, "authentication_error");
    expect(error.message).toContain("cf add-key");
  }
  expect(proxy.upstream.requests).toEqual([]);
});

test.concurrent("an error of our own never repeats a token that the upstream echoed", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always(
    { key: "alpha" },
    json(401, errorBody("authentication_error", `bad key ${tokenFor("alpha")}`)),
  );
  proxy.upstream.always(
    { key: "beta" },
    json(401, errorBody("authentication_error", `bad key ${tokenFor("beta")}`)),
  );
  const answer = await proxy.message();
  expectOwnError(answer, 401, "authentication_error");
  expect(answer.text).not.toContain(tokenFor("beta"));
  expect(JSON.stringify(await proxy.health())).not.toContain(tokenFor("alpha"));
});

test.concurrent("an upstream error that echoes a key is delivered unchanged", async () => {
  await using proxy = await startProxy();
  const body = errorBody("invalid_request_error", `x ${tokenFor("alpha")} x`);
  proxy.upstream.always({}, json(400, body));
  expect((await proxy.message()).text).toBe(JSON.stringify(body));
});

test.concurrent("a stream request that cannot be served gets the same error as JSON", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, limitedFor(30));
  expectOwnError(await proxy.message({ stream: true }), 429, "rate_limit_error");
});

test.concurrent("the final answer of count_tokens follows the same rules", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, limitedFor(30));
  const answer = await proxy.countTokens();
  expectOwnError(answer, 429, "rate_limit_error");
  expect(Number(answer.header("retry-after"))).toBeGreaterThan(20);
});
