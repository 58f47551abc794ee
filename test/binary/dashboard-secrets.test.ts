// No answer of the dashboard holds a token, whatever was provoked before.
import { expect, setDefaultTimeout, test } from "bun:test";
import type { RequestPage } from "../../src/server/contract";
import { errorBody } from "../support/anthropic-answers";
import { LiveFollower } from "../support/live-events";
import { openAiKey, startProxy } from "../support/proxy-setup";
import { json, text } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";
import { openAiTokenFor, tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

const clientToken = "cf-client-token-6Tz9pLq2WmXv";
const fromEnvironment = "an-odd-token/without+any-known-form=9";

test("tokens of config, environment and clients show in no answer", async () => {
  await using proxy = await startProxy({
    keys: { alpha: {}, beta: { type: "oauth" }, odd: { token: "env:ODD_TOKEN" }, gpt: openAiKey("gpt") },
    config: { clientToken, openaiModelFallback: true },
    env: { ODD_TOKEN: fromEnvironment },
    secrets: [fromEnvironment],
  });
  proxy.tolerant = true;
  const secrets = [
    clientToken,
    fromEnvironment,
    tokenFor("alpha"),
    tokenFor("beta", "oauth"),
    openAiTokenFor("gpt"),
  ];
  const authorized = { "x-api-key": clientToken };
  const live = await LiveFollower.open(proxy.url, authorized);
  await live.snapshot();
  // An upstream knows the token that it was sent, and no other.
  const echoing =
    (make: (token: string) => Reply): Reply =>
    (exchange) => {
      const { request } = exchange;
      const token =
        request.header("x-api-key") ?? request.header("authorization")?.replace("Bearer ", "") ?? "";
      return make(token)(exchange);
    };
  for (const reply of [
    echoing((token) => json(401, errorBody("authentication_error", `invalid x-api-key ${token}`))),
    echoing((token) => json(403, errorBody("permission_error", `not for "${token}"`))),
    echoing((token) =>
      json(429, errorBody("rate_limit_error", `${token}: slow down`), { "retry-after": "30" }),
    ),
    echoing((token) =>
      json(400, errorBody("invalid_request_error", `Your credit balance is too low ${token}`)),
    ),
    echoing((token) => json(500, errorBody("api_error", token), { "x-echo": token })),
    echoing((token) => text(502, `<html>${token}</html>`)),
  ]) {
    proxy.upstream.always({}, reply);
    await proxy.message({ headers: { ...authorized, "user-agent": `curl/${tokenFor("alpha")}` } });
    await proxy.message({ headers: { ...authorized, "x-cf-key": tokenFor("beta", "oauth") } });
    await proxy.message({ headers: { ...authorized, "x-cf-key": "odd" } });
    // Pasted into the wrong field.
    await proxy.message({ headers: authorized, model: tokenFor("alpha") });
    for (const key of ["alpha", "beta", "odd", "gpt"]) {
      const headers = { ...authorized, "content-type": "application/json" };
      const path = `/dashboard/api/keys/${key}/resume`;
      expect((await proxy.send(path, { method: "POST", headers, body: "{}" })).status).toBe(200);
    }
  }
  const page = (await proxy.send("/dashboard/api/requests", { headers: authorized })).json<
    RequestPage & Record<string, unknown>
  >();
  expect(page.rows.length).toBeGreaterThanOrEqual(6);
  const paths = [
    "/",
    "/api/snapshot",
    "/api/requests",
    ...page.rows.map((row) => `/api/requests/${row.id}`),
    "/api/figures",
    ...["key", "model", "profile", "provider", "client", "day"].map((by) => `/api/breakdown?by=${by}`),
    "/api/timeline",
    "/api/usage.csv",
    "/api/capture",
    "/api/config",
    "/api/setup",
    `/api/requests/${tokenFor("alpha")}`,
  ];
  for (const path of paths) {
    const answer = await proxy.send(`/dashboard${path}`, { headers: authorized });
    expect([path, answer.status]).not.toEqual([path, 500]);
    const told = `${JSON.stringify(answer.headers)}${answer.text}`;
    const leaked = secrets.filter((secret) => told.includes(secret));
    expect([path, leaked]).toEqual([path, []]);
  }
  await live.next("finished", (event) => event.row.id === page.rows[0]?.id);
  const stream = live.answer.received.toString();
  const around = secrets
    .map((secret) => stream.indexOf(secret))
    .filter((at) => at >= 0)
    .map((at) => stream.slice(at - 200, at));
  expect(around).toEqual([]);
  live.leave();
});
