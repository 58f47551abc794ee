// Order of keys and models, model fallback, and what a client may ask for: routing.md sections 1 and 6, product.md 4.
import { expect, setDefaultTimeout, test } from "bun:test";
import { errorBody } from "../support/anthropic-answers";
import { errorOf, opus, sonnet, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" });

test.concurrent("every key is tried for the model before the next model is", async () => {
  await using proxy = await startProxy({
    keys: ["alpha", "beta", "gamma"],
    config: { modelFallback: { [opus]: sonnet } },
  });
  proxy.upstream.always({ model: opus }, limited);
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-model")).toBe(sonnet);
  expect(answer.header("x-cf-key")).toBe("alpha");
  expect(answer.header("x-cf-fallback")).toBe(`${opus} -> ${sonnet}`);
  expect(answer.header("x-cf-attempts")).toBe("4");
  expect(answer.json().model).toBe(sonnet);
  expect(proxy.upstream.calls()).toEqual([
    `alpha ${opus}`,
    `beta ${opus}`,
    `gamma ${opus}`,
    `alpha ${sonnet}`,
  ]);
});

test.concurrent("the next request goes straight to the fallback model, and to the asked one when it is back", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { modelFallback: { [opus]: sonnet } } });
  proxy.upstream.next(
    { model: opus },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after-ms": "2000" }),
  );
  await proxy.message();
  expect((await proxy.message()).header("x-cf-model")).toBe(sonnet);
  expect(proxy.upstream.calls({ model: opus })).toHaveLength(1);
  await proxy.untilReady("alpha");
  const back = await proxy.message();
  expect(back.header("x-cf-model")).toBe(opus);
  expect(back.header("x-cf-fallback")).toBeNull();
});

test.concurrent("fallback over several steps names the first and the last model", async () => {
  await using proxy = await startProxy({
    keys: ["alpha"],
    config: { modelFallback: { first: "second", second: "third" } },
  });
  proxy.upstream.always({ model: "first" }, limited).always({ model: "second" }, limited);
  const answer = await proxy.message({ model: "first" });
  expect(answer.header("x-cf-fallback")).toBe("first -> third");
  expect(proxy.upstream.calls()).toEqual(["alpha first", "alpha second", "alpha third"]);
});

test.concurrent("a chain is five models in all", async () => {
  const names = ["m1", "m2", "m3", "m4", "m5", "m6", "m7"];
  const modelFallback = Object.fromEntries(names.slice(1).map((name, index) => [names[index], name]));
  await using proxy = await startProxy({ keys: ["alpha"], config: { modelFallback } });
  proxy.upstream.always({}, limited);
  expect((await proxy.message({ model: "m1" })).status).toBe(429);
  expect(proxy.upstream.calls()).toEqual(["alpha m1", "alpha m2", "alpha m3", "alpha m4", "alpha m5"]);
});

test.concurrent("a cycle in a chain stops", async () => {
  await using proxy = await startProxy({
    keys: ["alpha"],
    config: { modelFallback: { one: "two", two: "one", self: "self" } },
  });
  proxy.upstream.always({}, limited);
  expect((await proxy.message({ model: "one" })).status).toBe(429);
  expect((await proxy.message({ model: "self" })).status).toBe(429);
  expect(proxy.upstream.calls()).toEqual(["alpha one", "alpha two", "alpha self"]);
});

test.concurrent("a profile's own chains replace the top-level ones", async () => {
  await using proxy = await startProxy({
    keys: ["alpha"],
    config: { modelFallback: { [opus]: sonnet } },
    profiles: { own: { modelFallback: { [opus]: "claude-opus-4-5" } }, none: { modelFallback: {} } },
  });
  proxy.upstream.always({ model: opus }, limited);
  expect((await proxy.message({ profile: "own" })).header("x-cf-model")).toBe("claude-opus-4-5");
  expect((await proxy.message({ profile: "none" })).status).toBe(429);
  expect((await proxy.message()).header("x-cf-model")).toBe(sonnet);
});

test.concurrent("x-cf-fallback: off keeps a request on its model", async () => {
  await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
  proxy.upstream.always({ model: opus }, limited);
  const answer = await proxy.message({ headers: { "x-cf-fallback": "off" } });
  expect(answer.status).toBe(429);
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `beta ${opus}`]);
});

test.concurrent("x-cf-key: only this key, whatever the order", async () => {
  await using proxy = await startProxy();
  const headers = { "x-cf-key": "beta" };
  expect((await proxy.message({ headers })).header("x-cf-key")).toBe("beta");
  proxy.upstream.always({ key: "beta" }, limited);
  const answer = await proxy.message({ headers });
  expect(answer.status).toBe(429);
  expect(errorOf(answer).details?.attempts?.map((attempt) => attempt.key)).toEqual(["beta"]);
  expect(proxy.upstream.calls({ key: "alpha" })).toEqual([]);
});

test.concurrent("x-cf-key may still fall back to another model", async () => {
  await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
  proxy.upstream.always({ model: opus }, limited);
  const answer = await proxy.message({ headers: { "x-cf-key": "beta" } });
  expect(answer.header("x-cf-model")).toBe(sonnet);
  expect(proxy.upstream.calls()).toEqual([`beta ${opus}`, `beta ${sonnet}`]);
});

test.concurrent.each([
  ["POST", "/v1/messages"],
  ["POST", "/v1/messages/count_tokens"],
  ["GET", "/v1/files"],
])("x-cf-key with an unknown or disabled id: 400 without a call (%s %s)", async (method, path) => {
  await using proxy = await startProxy({ keys: { alpha: {}, beta: { enabled: false } } });
  for (const id of ["nobody", "beta", "constructor"]) {
    const answer = await proxy.send(path, {
      method,
      headers: { "x-cf-key": id, "content-type": "application/json" },
      ...(method === "POST" ? { body: JSON.stringify({ model: opus, max_tokens: 9, messages: [] }) } : {}),
    });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).type).toBe("invalid_request_error");
    expect(errorOf(answer).message).toContain("x-cf-key");
  }
  expect(proxy.upstream.requests).toEqual([]);
});

test.concurrent("x-cf-key holds on pass-through routes too", async () => {
  await using proxy = await startProxy();
  await proxy.send("/v1/files", { headers: { "x-cf-key": "beta" } });
  expect(proxy.upstream.calls()).toEqual(["beta GET /v1/files"]);
});

test.concurrent.each([["constructor"], ["__proto__"], ["toString"], ["hasOwnProperty"]])(
  "a model named %s is a model like any other",
  async (model) => {
    await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
    const answer = await proxy.message({ model });
    expect(answer.status).toBe(200);
    expect(answer.header("x-cf-model")).toBe(model);
    expect(answer.header("x-cf-fallback")).toBeNull();
    proxy.upstream.always({}, limited);
    expect((await proxy.message({ model })).status).toBe(429);
    expect(proxy.upstream.calls()).toEqual([`alpha ${model}`, `alpha ${model}`, `beta ${model}`]);
  },
);

test.concurrent("a disabled key is never used", async () => {
  await using proxy = await startProxy({ keys: { alpha: { enabled: false }, beta: {} } });
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  proxy.upstream.always({ key: "beta" }, limited);
  expect((await proxy.message()).status).toBe(429);
  expect(proxy.upstream.calls({ key: "alpha" })).toEqual([]);
  expect((await proxy.keyHealth("alpha")).state).toBe("disabled");
});

test.concurrent("a profile uses exactly the keys of its order, in that order; unknown ids are passed over", async () => {
  await using proxy = await startProxy({
    keys: ["alpha", "beta", "gamma"],
    profile: { keyOrder: ["gone", "gamma", "beta"] },
    profiles: { empty: { keyOrder: [] } },
  });
  expect((await proxy.message()).header("x-cf-key")).toBe("gamma");
  expect((await proxy.message({ profile: "empty" })).header("x-cf-key")).toBe("alpha");
  proxy.upstream.always({}, limited);
  await proxy.message({ model: sonnet });
  expect(proxy.upstream.calls({ model: sonnet })).toEqual([`gamma ${sonnet}`, `beta ${sonnet}`]);
});

test.concurrent("two profiles with different orders", async () => {
  await using proxy = await startProxy({
    profile: { keyOrder: ["alpha", "beta"] },
    profiles: { reverse: { keyOrder: ["beta", "alpha"] } },
  });
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  expect((await proxy.message({ profile: "reverse" })).header("x-cf-key")).toBe("beta");
});

test.concurrent("env: takes the token from the environment", async () => {
  await using proxy = await startProxy({
    keys: { alpha: { token: "env:ALPHA_TOKEN", type: "api-key", provider: "anthropic" }, beta: {} },
    env: { ALPHA_TOKEN: tokenFor("alpha") },
    secrets: [tokenFor("alpha")],
  });
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.last.header("x-api-key")).toBe(tokenFor("alpha"));
});

test.concurrent("an env: variable that is not set takes only that key out, and the reason names it", async () => {
  await using proxy = await startProxy({
    keys: { alpha: { token: "env:NOT_SET_ANYWHERE", type: "api-key", provider: "anthropic" }, beta: {} },
  });
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.keyHealth("alpha")).reason).toContain("NOT_SET_ANYWHERE");
});

test.concurrent.each([
  ["not JSON", "hello"],
  ["truncated", '{"model":"claude-opus-4-6","messages":[{"role":"user","content":"hel'],
  ["cut before the last brace", '{"model":"claude-opus-4-6","messages":[]'],
  ["followed by something", '{"model":"claude-opus-4-6","messages":[]} x'],
  ["a bare string", '"claude-opus-4-6"'],
  ["empty", ""],
  ["with a broken literal", '{"model":"claude-opus-4-6","stream":tru}'],
])("a body that is %s: 400 without a call", async (_name, body) => {
  await using proxy = await startProxy();
  const answer = await proxy.send("/v1/messages", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(answer.status).toBe(400);
  expect(answer.json().type).toBe("error");
  expect(errorOf(answer).type).toBe("invalid_request_error");
  expect(proxy.upstream.requests).toEqual([]);
});
