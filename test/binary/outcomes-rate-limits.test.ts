// What a 429 and the rate-limit headers mean for a key: routing.md section 2, rows on limits, "Before a 429", groups.
import { expect, setDefaultTimeout, test } from "bun:test";
import { errorBody, messageBody } from "../support/anthropic-answers";
import { makeGate } from "../support/gate";
import { msFromNow, opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { after, json, respond } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";

setDefaultTimeout(30_000);

const limitBody = errorBody("rate_limit_error", "This request would exceed your rate limit.");
const limited = (headers: Record<string, string> = {}): Reply => json(429, limitBody, headers);
const served = (headers: Record<string, string>): Reply => respond({ json: messageBody(), headers });
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const isoIn = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

/** Expects that the key rests about `seconds` from now: never less than stated, at most 5 s of jitter more. */
async function expectRest(proxy: ProxySetup, key: string, seconds: number, model = opus): Promise<void> {
  const rest = msFromNow(await proxy.restsUntil(key, model));
  expect(rest).toBeGreaterThan((seconds - 4) * 1000);
  expect(rest).toBeLessThan((seconds + 6) * 1000);
}

test.concurrent("429 with retry-after: the next key serves, and the next request goes straight to it", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha", model: opus }, limited({ "retry-after": "30" }));
  const first = await proxy.message();
  expect(first.status).toBe(200);
  expect(first.json().content).toEqual([{ type: "text", text: `served by beta with ${opus}` }]);
  expect(first.header("x-cf-key")).toBe("beta");
  expect(first.header("x-cf-provider")).toBe("anthropic");
  expect(first.header("x-cf-model")).toBe(opus);
  expect(first.header("x-cf-attempts")).toBe("2");
  expect(first.header("x-cf-request-id")).toMatch(/^[\x21-\x7e]+$/);
  expect(first.header("x-cf-fallback")).toBeNull();
  expect(first.header("x-cf-queued-ms")).toBeNull();
  const second = await proxy.message();
  expect(second.status).toBe(200);
  expect(second.header("x-cf-attempts")).toBe("1");
  expect(second.header("x-cf-request-id")).not.toBe(first.header("x-cf-request-id"));
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `beta ${opus}`, `beta ${opus}`]);
  const health = await proxy.keyHealth("alpha");
  expect(health.state).toBe("cooling");
  expect(health.cooldowns.map((rest) => rest.model)).toEqual([opus]);
  await expectRest(proxy, "alpha", 30);
});

test.concurrent("a limit for one model leaves the key in use for the others", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha", model: opus }, limited({ "retry-after": "30" }));
  await proxy.message();
  expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.calls().at(-1)).toBe(`alpha ${sonnet}`);
});

const statedTimes: [string, () => Record<string, string>, number][] = [
  ["retry-after in whole seconds", () => ({ "retry-after": "40" }), 40],
  ["retry-after with decimals", () => ({ "retry-after": "40.5" }), 40.5],
  ["retry-after as an HTTP date", () => ({ "retry-after": new Date(Date.now() + 40_000).toUTCString() }), 40],
  ["retry-after-ms", () => ({ "retry-after-ms": "40000" }), 40],
  [
    "a reset in RFC 3339",
    () => ({
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": isoIn(40),
    }),
    40,
  ],
  ["five days", () => ({ "retry-after": "443300" }), 443_300],
];

test.concurrent.each(statedTimes)("429 with %s rests the key until then", async (_name, headers, seconds) => {
  // Far below the stated times: cooldownMs limits only what we invent ourselves.
  await using proxy = await startProxy({ config: { cooldownMs: 1000 } });
  proxy.upstream.always({ key: "alpha" }, limited(headers()));
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  await expectRest(proxy, "alpha", seconds);
});

test.concurrent("retry-after wins over the later reset of a bucket that is not used up", async () => {
  await using proxy = await startProxy();
  const bucket = {
    "anthropic-ratelimit-input-tokens-remaining": "9000",
    "anthropic-ratelimit-input-tokens-reset": isoIn(400),
  };
  proxy.upstream.always({ key: "alpha" }, limited({ "retry-after": "40", ...bucket }));
  await proxy.message();
  await expectRest(proxy, "alpha", 40);
});

test.concurrent.each([
  ["no information at all", {}],
  ["retry-after: 0", { "retry-after": "0" }],
  ["a negative retry-after", { "retry-after": "-7" }],
  ["nonsense", { "retry-after": "soon", "retry-after-ms": "NaN" }],
  ["a date in the past", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }],
  ["a reset in the past", { "anthropic-ratelimit-requests-reset": "2015-10-21T07:28:00Z" }],
])("429 with %s rests the key for a second or two only", async (_name, headers) => {
  await using proxy = await startProxy();
  proxy.upstream.next({ key: "alpha" }, limited(headers));
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  const end = await proxy.restsUntil("alpha");
  expect(end === null || msFromNow(end) < 3000).toBe(true);
  await proxy.untilReady("alpha");
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("an invented rest is never longer than cooldownMs", async () => {
  await using proxy = await startProxy({ config: { cooldownMs: 200 } });
  proxy.upstream.next({ key: "alpha" }, limited());
  await proxy.message();
  const end = await proxy.restsUntil("alpha");
  expect(end === null || msFromNow(end) <= 200).toBe(true);
});

test.concurrent("twelve parallel 429s escalate the rest once, not twelve times", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.always({ key: "alpha" }, after(gate.promise, limited()));
  const answers = Array.from({ length: 12 }, () => proxy.message());
  await proxy.upstream.received(12, { key: "alpha" });
  gate.open();
  for (const answer of await Promise.all(answers)) expect(answer.header("x-cf-key")).toBe("beta");
  const end = await proxy.restsUntil("alpha");
  expect(end === null || msFromNow(end) < 3000).toBe(true);
});

test.concurrent("a second 429 never shortens a rest", async () => {
  await using proxy = await startProxy();
  const [long, short] = [makeGate(), makeGate()];
  proxy.upstream.next(
    { key: "alpha" },
    after(long.promise, limited({ "retry-after": "50" })),
    after(short.promise, limited({ "retry-after": "5" })),
  );
  const first = proxy.message();
  await proxy.upstream.received(1, { key: "alpha" });
  const second = proxy.message();
  await proxy.upstream.received(2, { key: "alpha" });
  long.open();
  await first;
  short.open();
  await second;
  await expectRest(proxy, "alpha", 50);
});

test.concurrent("a 429 with x-should-retry: true and no time leaves no rest behind", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({ key: "alpha" }, limited({ "x-should-retry": "true" }));
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("a 429 without any unified header on an OAuth token is a refusal of the client: no rest", async () => {
  await using proxy = await startProxy({ keys: { alpha: { type: "oauth" }, beta: {} } });
  proxy.upstream.next({ key: "alpha" }, limited());
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

function unified(fields: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`anthropic-ratelimit-unified-${name}`, String(value)]),
  );
}

const oauthKeys = { alpha: { type: "oauth" }, beta: { type: "oauth" } } as const;

test.concurrent.each([
  [
    "5h",
    () => ({
      "5h-status": "rejected",
      "5h-reset": inSeconds(600),
      "7d-status": "allowed",
      "7d-reset": inSeconds(9000),
    }),
    600,
  ],
  [
    "7d",
    () => ({
      "5h-status": "allowed",
      "5h-reset": inSeconds(9000),
      "7d-status": "rejected",
      "7d-reset": inSeconds(700),
    }),
    700,
  ],
  [
    "5h and 7d",
    () => ({
      "5h-status": "rejected",
      "5h-reset": inSeconds(600),
      "7d-status": "rejected",
      "7d-reset": inSeconds(9000),
    }),
    9000,
  ],
] as [string, () => Record<string, string | number>, number][])(
  "a rejected %s window takes the whole key out until the latest reset among the rejected ones",
  async (_name, windows, seconds) => {
    await using proxy = await startProxy({ keys: oauthKeys });
    const headers = unified({ status: "rejected", "representative-claim": "five_hour", ...windows() });
    proxy.upstream.always({ key: "alpha" }, limited(headers));
    expect((await proxy.message()).header("x-cf-key")).toBe("beta");
    await expectRest(proxy, "alpha", seconds);
    expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("beta");
    // The account is out, so counting with it is, too.
    expect((await proxy.countTokens()).header("x-cf-key")).toBe("beta");
    expect(proxy.upstream.calls({ key: "alpha" })).toEqual([`alpha ${opus}`]);
  },
);

test.concurrent.each([
  ["seven_day_opus", opus, "claude-opus-4-5-20251101", sonnet],
  ["seven_day_sonnet", sonnet, "claude-sonnet-4-5-20250929", opus],
])(
  "a rejected family window (%s) takes the key out for that family only",
  async (claim, model, sibling, other) => {
    await using proxy = await startProxy({ keys: oauthKeys });
    const headers = unified({
      status: "rejected",
      "representative-claim": claim,
      reset: inSeconds(600),
      "5h-status": "allowed",
      "5h-reset": inSeconds(900),
      "7d-status": "allowed",
      "7d-reset": inSeconds(9000),
      "7d_oi-status": "rejected",
      "7d_oi-reset": inSeconds(600),
    });
    proxy.upstream.always({ key: "alpha", model }, limited(headers));
    expect((await proxy.message({ model })).header("x-cf-key")).toBe("beta");
    expect((await proxy.message({ model: sibling })).header("x-cf-key")).toBe("beta");
    expect((await proxy.message({ model: other })).header("x-cf-key")).toBe("alpha");
    expect(proxy.upstream.calls({ key: "alpha" })).toEqual([`alpha ${model}`, `alpha ${other}`]);
  },
);

const overage = () =>
  served(
    unified({
      status: "rejected",
      "representative-claim": "five_hour",
      reset: inSeconds(600),
      "5h-status": "rejected",
      "5h-reset": inSeconds(600),
      "7d-status": "allowed",
      "7d-reset": inSeconds(9000),
      "overage-status": "allowed",
      "overage-in-use": "true",
    }),
  );

test.concurrent("a 200 on paid overage is delivered, then other keys come first, and the key is the last resort", async () => {
  await using proxy = await startProxy({ keys: oauthKeys });
  proxy.upstream.next({ key: "alpha" }, overage());
  const first = await proxy.message();
  expect(first.status).toBe(200);
  expect(first.header("x-cf-key")).toBe("alpha");
  expect(first.header("anthropic-ratelimit-unified-status")).toBe("rejected");
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  proxy.upstream.always({ key: "beta" }, limited({ "retry-after": "30" }));
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `beta ${opus}`, `beta ${opus}`, `alpha ${opus}`]);
});

test.concurrent("the only key goes on serving on paid overage", async () => {
  await using proxy = await startProxy({ keys: { alpha: { type: "oauth" } } });
  proxy.upstream.always({ key: "alpha" }, overage());
  for (let count = 0; count < 3; count++) expect((await proxy.message()).status).toBe(200);
});

test.concurrent.each([["requests"], ["tokens"], ["input-tokens"], ["output-tokens"]])(
  "a key with no %s left is skipped until the reset without burning a request on it",
  async (bucket) => {
    await using proxy = await startProxy();
    const headers = {
      [`anthropic-ratelimit-${bucket}-remaining`]: "0",
      [`anthropic-ratelimit-${bucket}-reset`]: isoIn(60),
    };
    proxy.upstream.next({ key: "alpha" }, served(headers));
    expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
    expect((await proxy.message()).header("x-cf-key")).toBe("beta");
    expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("alpha");
    expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `beta ${opus}`, `alpha ${sonnet}`]);
  },
);

test.concurrent("remaining: 0 with a reset in the past, and remaining: 1, keep the key in use", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next(
    { key: "alpha" },
    served({
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2015-10-21T07:28:00Z",
    }),
    served({
      "anthropic-ratelimit-requests-remaining": "1",
      "anthropic-ratelimit-requests-reset": isoIn(60),
    }),
  );
  for (let count = 0; count < 3; count++) {
    expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  }
});

test.concurrent("a 429 on count_tokens rotates that call and never touches messages", async () => {
  await using proxy = await startProxy();
  const path = "/v1/messages/count_tokens";
  proxy.upstream.always({ key: "alpha", path }, limited({ "retry-after": "30" }));
  const counted = await proxy.countTokens();
  expect(counted.status).toBe(200);
  expect(counted.json()).toEqual({ input_tokens: 42 });
  expect(counted.header("x-cf-key")).toBe("beta");
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
  await proxy.countTokens();
  expect(proxy.upstream.calls()).toEqual([
    "alpha count_tokens",
    "beta count_tokens",
    `alpha ${opus}`,
    "beta count_tokens",
  ]);
});

test.concurrent("a 429 on messages does not touch count_tokens", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ key: "alpha", path: "/v1/messages" }, limited({ "retry-after": "30" }));
  await proxy.message();
  expect((await proxy.countTokens()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("keys of one group share their limits per model", async () => {
  await using proxy = await startProxy({
    keys: { alpha: { group: "acme" }, beta: { group: "acme" }, gamma: {} },
  });
  proxy.upstream.always({ key: "alpha", model: opus }, limited({ "retry-after": "30" }));
  expect((await proxy.message()).header("x-cf-key")).toBe("gamma");
  expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `gamma ${opus}`, `alpha ${sonnet}`]);
  await expectRest(proxy, "beta", 30);
});

test.concurrent("keys of one group do not share a rejection", async () => {
  await using proxy = await startProxy({ keys: { alpha: { group: "acme" }, beta: { group: "acme" } } });
  proxy.upstream.always({ key: "alpha" }, json(401, errorBody("authentication_error", "invalid x-api-key")));
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
});

test.concurrent.each([["enforced_spend_limit_reached"], ["contract_spend_limit_reached"]])(
  "429 with error_code %s means that the key has no credit",
  async (error_code) => {
    await using proxy = await startProxy();
    const body = errorBody("rate_limit_error", "Limit reached.", { error_code });
    proxy.upstream.always({ key: "alpha" }, json(429, body));
    expect((await proxy.message()).header("x-cf-key")).toBe("beta");
    expect((await proxy.keyHealth("alpha")).state).toBe("no_credit");
    expect((await proxy.message({ model: sonnet })).header("x-cf-key")).toBe("beta");
  },
);

test.concurrent("429 with error_code ramp_limit_exceeded is a short rate limit", async () => {
  await using proxy = await startProxy();
  const body = errorBody("rate_limit_error", "Your usage grows too fast.", {
    error_code: "ramp_limit_exceeded",
  });
  proxy.upstream.next({ key: "alpha" }, json(429, body));
  expect((await proxy.message()).header("x-cf-key")).toBe("beta");
  const end = await proxy.restsUntil("alpha");
  expect(end === null || msFromNow(end) < 5000).toBe(true);
});

test.concurrent("a key that cools for long is tried by one real request at most every 5 minutes", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  proxy.upstream.always({ key: "alpha" }, limited({ "retry-after": "3600" }));
  for (let count = 0; count < 5; count++) expect((await proxy.message()).status).toBe(429);
  expect(proxy.upstream.calls().length).toBeLessThanOrEqual(2);
});

test.concurrent("limits of a key hold on every profile", async () => {
  await using proxy = await startProxy({ profiles: { other: { keyOrder: ["alpha", "beta"] } } });
  proxy.upstream.always({ key: "alpha" }, limited({ "retry-after": "30" }));
  await proxy.message();
  expect((await proxy.message({ profile: "other" })).header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls({ key: "alpha" })).toHaveLength(1);
});

test.concurrent("with more dead keys than anyone retries, the healthy one is still reached", async () => {
  const keys = Array.from({ length: 9 }, (_, index) => `dead${index}`);
  await using proxy = await startProxy({ keys: [...keys, "alive"] });
  for (const key of keys) proxy.upstream.always({ key }, limited({ "retry-after": "30" }));
  const answer = await proxy.message();
  expect(answer.header("x-cf-key")).toBe("alive");
  expect(answer.header("x-cf-attempts")).toBe("10");
});
