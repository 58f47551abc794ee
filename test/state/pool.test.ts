// What the pool learns from verdicts, and what it tells about its keys.
import { beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Config } from "../../src/config/types";
import { classify } from "../../src/engine/classify";
import type { Endpoint, HeaderReader, Outcome } from "../../src/engine/types";
import { KeyPool, type Lease, type PoolEvent } from "../../src/state/pool";
import { headersOf } from "../engine/header-reader";
import { configOf, key } from "./configs";
import { FakeClock } from "./fake-clock";

const opus = "claude-opus-4-6";
const sonnet = "claude-sonnet-4-6";
const minute = 60_000;
const hour = 60 * minute;

let clock: FakeClock;
let pool: KeyPool;

function start(config: Config): void {
  clock = new FakeClock();
  pool = new KeyPool({ config, now: clock.now, chance: () => 0 });
}

beforeEach(() => start(configOf([key("a"), key("b")])));

interface Attempt {
  key?: string;
  model?: string;
  endpoint?: Endpoint;
  probe?: boolean;
}

function begin({ key: id = "a", model = opus, endpoint = "messages", probe = false }: Attempt = {}): Lease {
  return pool.begin({ key: id, model, endpoint, probe });
}

/** Ends a lease with an outcome, judged as the proxy would after its retries. */
function end(
  lease: Lease,
  outcome: Outcome,
  { model = opus, endpoint = "messages" }: Attempt = {},
): number | null {
  const config = pool.keyStates().find((state) => state.id === lease.key);
  const verdict = classify(outcome, {
    now: clock.now(),
    chance: 0,
    provider: config?.provider ?? "anthropic",
    keyType: "api-key",
    endpoint,
    model,
    retries: 9,
    deadline: clock.now() + hour,
    conversationMoved: false,
    thinkingRemoved: false,
  });
  const headers: HeaderReader | null = "headers" in outcome ? outcome.headers : null;
  const until = lease.note(verdict, { status: "status" in outcome ? outcome.status : null, headers });
  lease.end();
  return until;
}

const run = (outcome: Outcome, attempt: Attempt = {}) => end(begin(attempt), outcome, attempt);
const ok = (headers: Record<string, string> = {}): Outcome => ({
  kind: "success",
  status: 200,
  headers: headersOf(headers),
});
const fails = (status: number, type: string, headers: Record<string, string> = {}): Outcome => ({
  kind: "error",
  status,
  headers: headersOf(headers),
  body: JSON.stringify({ type: "error", error: { type, message: "because" } }),
  inStream: false,
});
const limited = (seconds?: number) =>
  fails(429, "rate_limit_error", seconds === undefined ? {} : { "retry-after": String(seconds) });
const rejected = fails(401, "authentication_error");

const availability = (id = "a", model = opus, endpoint: Endpoint = "messages") =>
  pool.availability(id, model, endpoint);
const usable = (id?: string, model?: string, endpoint?: Endpoint) => availability(id, model, endpoint).usable;
const untilOf = (id?: string, model?: string, endpoint?: Endpoint) => {
  const found = availability(id, model, endpoint);
  return found.usable ? null : found.until;
};
const stateOf = (id = "a") => pool.keyStates().find((state) => state.id === id);

describe("scope", () => {
  test("a 429 rests the key for that model only", () => {
    expect(run(limited(42))).toBe(clock.now() + 42_000);
    expect(usable()).toBe(false);
    expect(usable("a", sonnet)).toBe(true);
    expect(usable("b")).toBe(true);
  });

  test("a 401 rests the whole key, a 403 its model", () => {
    run(rejected);
    run(fails(403, "permission_error"), { key: "b" });
    expect([usable("a"), usable("a", sonnet)]).toEqual([false, false]);
    expect([usable("b"), usable("b", sonnet)]).toEqual([false, true]);
  });

  test("a family's window rests every model of the family, and nothing else", () => {
    const reset = String(clock.now() / 1000 + 400_000);
    run(
      fails(429, "rate_limit_error", {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-5h-status": "allowed",
        "anthropic-ratelimit-unified-7d-status": "allowed",
        "anthropic-ratelimit-unified-7d_oi-status": "rejected",
        "anthropic-ratelimit-unified-7d_oi-reset": reset,
      }),
    );
    expect([usable("a"), usable("a", "claude-opus-4-8"), usable("a", sonnet)]).toEqual([false, false, true]);
  });

  test("one account limit is noted for every model, not found out by each", () => {
    const reset = String(clock.now() / 1000 + 7200);
    run(
      fails(429, "rate_limit_error", {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-5h-status": "rejected",
        "anthropic-ratelimit-unified-5h-reset": reset,
      }),
    );
    expect([usable("a", sonnet), usable("a", opus, "count_tokens")]).toEqual([false, false]);
    expect(untilOf("a", sonnet)).toBe(clock.now() + 7_200_000);
  });

  test("a 429 on count_tokens never touches messages", () => {
    run(limited(42), { endpoint: "count_tokens" });
    expect(usable("a", opus, "count_tokens")).toBe(false);
    expect(usable("a", "any-other-model", "count_tokens")).toBe(false);
    expect(usable("a")).toBe(true);
    expect(stateOf()?.state).toBe("ready");
  });

  test("a 429 on messages never touches count_tokens", () => {
    run(limited(42));
    expect(usable("a", opus, "count_tokens")).toBe(true);
  });

  test("a client that leaves blames nobody", () => {
    run({ kind: "aborted" });
    expect(usable()).toBe(true);
    expect(stateOf()?.cooldowns).toEqual([]);
  });

  test("a request that is wrong blames nobody", () => {
    run(fails(400, "invalid_request_error"));
    expect(usable()).toBe(true);
  });

  test.each(["constructor", "__proto__", "toString"])("the model %p is a model like any other", (model) => {
    expect(usable("a", model)).toBe(true);
    run(limited(42), { model });
    expect(usable("a", model)).toBe(false);
    expect(usable("a")).toBe(true);
  });
});

describe("cooldowns", () => {
  test("twelve parallel 429s escalate once", async () => {
    const leases = Array.from({ length: 12 }, () => begin());
    await clock.advance(50);
    for (const lease of leases) {
      end(lease, limited());
      await clock.advance(10);
    }
    expect(untilOf()).toBe(clock.now() - 120 + 1000);
    await clock.advance(1000);
    expect(run(limited())).toBe(clock.now() + 2000);
  });

  test("a second 429 never shortens a cooldown", async () => {
    const late = begin();
    await clock.advance(1);
    run(limited(3600));
    const before = untilOf();
    await clock.advance(1);
    end(late, limited(5));
    expect(untilOf()).toBe(before);
  });

  test("five days of retry-after stay five days, and can be cleared by hand", () => {
    expect(run(limited(443_300))).toBe(clock.now() + 443_300_000);
    pool.clear("a");
    expect(usable()).toBe(true);
  });

  test("a 429 without any header is no pause of a minute for the whole account", async () => {
    run(limited());
    expect(usable("a", sonnet)).toBe(true);
    await clock.advance(1000);
    expect(usable()).toBe(true);
  });

  test("a success takes the escalation back to zero", async () => {
    for (const rest of [1000, 2000, 4000]) {
      expect(run(limited())).toBe(clock.now() + rest);
      await clock.advance(rest);
    }
    run(ok());
    await clock.advance(1);
    expect(run(limited())).toBe(clock.now() + 1000);
  });

  test("a success that began before the 429 knows nothing of it", async () => {
    const early = begin();
    await clock.advance(10);
    run(limited(60));
    end(early, ok());
    expect(usable()).toBe(false);
  });

  test("a success for one model does not end another model's rest", async () => {
    run(limited(60));
    await clock.advance(10);
    run(ok(), { model: sonnet });
    expect(usable()).toBe(false);
  });

  test("a rejected key is tried again after 5 minutes, then 10", async () => {
    run(rejected);
    await clock.advance(5 * minute);
    expect(usable()).toBe(true);
    run(rejected);
    expect(untilOf()).toBe(clock.now() + 10 * minute);
  });

  test("counting tokens proves that the key is accepted again, not that it has credit", async () => {
    run(rejected);
    run(fails(402, "billing_error"), { key: "b" });
    await clock.advance(10);
    run(ok(), { endpoint: "count_tokens" });
    run(ok(), { key: "b", endpoint: "count_tokens" });
    expect([usable("a"), usable("b")]).toEqual([true, false]);
  });

  test("a success of count_tokens ends the rest of count_tokens", async () => {
    run(limited(600), { endpoint: "count_tokens" });
    await clock.advance(10);
    run(ok(), { endpoint: "count_tokens" });
    expect(usable("a", opus, "count_tokens")).toBe(true);
  });

  test("a key with nothing left is skipped without burning a request on it", async () => {
    const reset = new Date(clock.now() + 30_000).toISOString();
    run(ok({ "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": reset }));
    expect(availability()).toMatchObject({
      usable: false,
      reason: "rate_limited",
      until: clock.now() + 30_000,
    });
    expect(usable("a", sonnet)).toBe(true);
    await clock.advance(30_000);
    expect(usable()).toBe(true);
  });

  test("names that a client invents do not push out what matters", () => {
    run(limited(443_300));
    for (let index = 0; index < 2000; index += 1)
      run(fails(404, "not_found_error"), { model: `invented-${index}` });
    expect(usable()).toBe(false);
    expect(stateOf()?.cooldowns.length).toBeLessThanOrEqual(300);
  });

  test("a model name of any length rests, and is kept short", () => {
    const model = "m".repeat(100_000);
    run(limited(42), { model });
    expect(usable("a", model)).toBe(false);
    expect(JSON.stringify(stateOf()).length).toBeLessThan(2000);
    run(ok({ "anthropic-ratelimit-requests-remaining": "7" }), { model });
    expect(JSON.stringify(pool.limits("a")).length).toBeLessThan(2000);
  });
});

describe("paid overage", () => {
  const overage = () =>
    ok({
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-5h-status": "rejected",
      "anthropic-ratelimit-unified-5h-reset": String(clock.now() / 1000 + 900),
    });

  test("makes a key the last resort until the reset", async () => {
    run(overage());
    expect(availability()).toEqual({ usable: true, lastResort: true });
    expect(stateOf()).toMatchObject({
      state: "cooling",
      reason: "limit reached, paid overage is being spent",
    });
    await clock.advance(900_000);
    expect(availability()).toEqual({ usable: true, lastResort: false });
  });

  test("ends when an answer says so", async () => {
    run(overage());
    await clock.advance(10);
    run(ok({ "anthropic-ratelimit-unified-status": "allowed" }));
    expect(availability()).toEqual({ usable: true, lastResort: false });
  });

  test("does not lengthen a rest in earnest", async () => {
    run(overage());
    await clock.advance(10);
    run(rejected);
    expect(untilOf()).toBe(clock.now() + 5 * minute);
  });
});

describe("probes", () => {
  const mayProbe = (id = "a") => {
    const found = availability(id);
    return !found.usable && found.probe;
  };

  test("a key that cools for long may be tried five minutes after it was last refused, and every five minutes", async () => {
    run(limited(3600));
    expect(mayProbe()).toBe(false);
    await clock.advance(5 * minute - 1);
    expect(mayProbe()).toBe(false);
    await clock.advance(1);
    expect(mayProbe()).toBe(true);
    const probe = begin({ probe: true });
    expect(mayProbe()).toBe(false);
    end(probe, limited(3600));
    await clock.advance(5 * minute);
    expect(mayProbe()).toBe(true);
  });

  test("a probe that succeeds clears the cooldown", async () => {
    run(limited(443_300));
    await clock.advance(5 * minute);
    const events: PoolEvent[] = [];
    pool.subscribe((event) => events.push(event));
    run(ok(), { probe: true });
    expect(usable()).toBe(true);
    expect(events).toEqual([{ type: "usable", keys: ["a"] }]);
  });

  test("a cooldown of a minute is waited out", async () => {
    run(limited(60));
    await clock.advance(59_000);
    expect(mayProbe()).toBe(false);
  });

  test("a group is probed once, not once a key", async () => {
    start(configOf([key("a", { group: "org" }), key("b", { group: "org" })]));
    run(limited(3600));
    await clock.advance(5 * minute);
    expect([mayProbe("a"), mayProbe("b")]).toEqual([true, true]);
    begin({ probe: true });
    expect([mayProbe("a"), mayProbe("b")]).toEqual([false, false]);
  });
});

describe("groups", () => {
  beforeEach(() => start(configOf([key("a", { group: "org" }), key("b", { group: "org" }), key("c")])));

  test("share their limits per model", () => {
    run(limited(42));
    expect([usable("b"), usable("b", sonnet), usable("c")]).toEqual([false, true, true]);
  });

  test("share a lack of credit, not a wrong token and not the network", () => {
    run(rejected);
    expect(usable("b")).toBe(true);
    run({ kind: "unreachable", cause: "refused", message: "x", stale: false });
    expect(usable("b")).toBe(true);
    run(fails(402, "billing_error"));
    expect(usable("b")).toBe(false);
  });

  test("do not reach over to another provider", () => {
    start(configOf([key("a", { group: "org" }), key("o", { group: "org", provider: "openai" })]));
    run(limited(42));
    expect(usable("o")).toBe(true);
  });
});

describe("a reload", () => {
  test("keeps the health of a key that did not change", () => {
    run(limited(42));
    pool.reconfigure(configOf([key("b"), key("a", { label: "renamed" }), key("c")]));
    expect([usable("a"), usable("b"), usable("c")]).toEqual([false, true, true]);
    expect(stateOf()?.label).toBe("renamed");
  });

  test.each([
    ["token", { token: "another" }],
    ["base URL", { baseUrl: "http://127.0.0.1:9" }],
    ["provider", { provider: "openai" as const }],
  ])("starts a key with another %s healthy", (_what, change) => {
    run(rejected);
    pool.reconfigure(configOf([key("a", change)]));
    expect(usable()).toBe(true);
  });

  test("the provider's base URL counts for the keys that use it", () => {
    run(rejected);
    pool.reconfigure(configOf([key("a")], { anthropicBaseUrl: "http://127.0.0.1:9" }));
    expect(usable()).toBe(true);
  });

  test("an attempt with the old token does not blame the new one", () => {
    const lease = begin();
    pool.reconfigure(configOf([key("a", { token: "another" })]));
    end(lease, rejected);
    expect(usable()).toBe(true);
  });

  test("an attempt under way still counts for a key that did not change", () => {
    const lease = begin();
    pool.reconfigure(configOf([key("a"), key("c")]));
    expect(pool.inFlight("a")).toBe(1);
    end(lease, limited(42));
    expect(usable()).toBe(false);
    expect(pool.inFlight("a")).toBe(0);
  });

  test("a key that joins a group brings what it knows, one that leaves takes it along", () => {
    run(limited(42));
    pool.reconfigure(configOf([key("a", { group: "org" }), key("b", { group: "org" })]));
    expect(usable("b")).toBe(false);
    pool.reconfigure(configOf([key("a"), key("b")]));
    expect([usable("a"), usable("b")]).toEqual([false, false]);
    pool.clear("b");
    expect([usable("a"), usable("b")]).toEqual([false, true]);
  });

  test("a key that was removed and comes back is as it was, and so is a token that comes back", () => {
    run(limited(42));
    pool.reconfigure(configOf([key("b")]));
    pool.reconfigure(configOf([key("b"), key("a")]));
    expect(usable()).toBe(false);
    pool.reconfigure(configOf([key("a", { token: "another" })]));
    expect(usable()).toBe(true);
    pool.reconfigure(configOf([key("a")]));
    expect(usable()).toBe(false);
  });

  test("a key that comes back with another token starts healthy", () => {
    run(limited(42));
    pool.reconfigure(configOf([]));
    pool.reconfigure(configOf([key("a", { token: "another" })]));
    expect(usable()).toBe(true);
  });

  test("a reference that stands for another secret now starts healthy", () => {
    const config = configOf([key("a", { token: "keychain:work" })]);
    pool.reconfigure(config, new Map([["a", "first"]]));
    run(limited(42));
    pool.reconfigure(config, new Map([["a", "first"]]));
    expect(usable()).toBe(false);
    pool.reconfigure(config, new Map([["a", "second"]]));
    expect(usable()).toBe(true);
  });

  test("a key that is gone is asked no more", () => {
    const lease = begin();
    pool.reconfigure(configOf([key("b")]));
    end(lease, ok());
    expect(availability("a")).toMatchObject({ usable: false, reason: "disabled", until: null });
    expect(pool.keyStates().map((state) => state.id)).toEqual(["b"]);
  });
});

describe("what people see", () => {
  test("ready, serving, ready", () => {
    expect(stateOf()).toEqual({
      id: "a",
      label: "a",
      provider: "anthropic",
      type: "api-key",
      state: "ready",
      reason: null,
      until: null,
      cooldowns: [],
    });
    const lease = begin();
    expect(stateOf()?.state).toBe("serving");
    lease.end();
    lease.end();
    expect(stateOf()?.state).toBe("ready");
    expect(pool.inFlight("a")).toBe(0);
  });

  test("a key that rests for one model is not shown as ready", () => {
    run(limited(42));
    const until = new Date(clock.now() + 42_000).toISOString();
    expect(stateOf()).toMatchObject({
      state: "cooling",
      reason: "rate limited",
      until,
      cooldowns: [{ model: opus, scope: "model", until, reason: "rate limited", code: "rate_limited" }],
    });
  });

  test("a time that the upstream named is told apart from our guess", () => {
    run(limited(42));
    const since = new Date(clock.now()).toISOString();
    expect(stateOf()?.cooldowns).toMatchObject([{ stated: true, since }]);
    start(configOf([key("a")]));
    run(limited());
    expect(stateOf()?.cooldowns).toMatchObject([{ stated: false, since }]);
  });

  test("each state by its cause", () => {
    const states = [
      [rejected, "rejected", "rejected (401): because"],
      [fails(403, "permission_error"), "rejected", "no permission (403): because"],
      [fails(402, "billing_error"), "no_credit", "no credit (402): because"],
      [
        { kind: "unreachable", cause: "refused", message: "x", stale: false },
        "cooling",
        "connection refused",
      ],
      [fails(404, "not_found_error"), "ready", null],
    ] as const;
    for (const [outcome, state, reason] of states) {
      start(configOf([key("a")]));
      run(outcome);
      expect(stateOf()).toMatchObject({ state, reason });
    }
  });

  test("a missing permission says little once another model was served", async () => {
    run(fails(403, "permission_error"));
    await clock.advance(10);
    run(ok(), { model: sonnet });
    expect(stateOf()?.state).toBe("ready");
    expect(stateOf()?.cooldowns).toHaveLength(1);
  });

  test("a paused key and one without a token name no time", () => {
    start(configOf([key("a", { enabled: false }), key("b", { token: "env:WORK_KEY" })]));
    pool.setTokenMissing("b", "environment variable WORK_KEY is not set");
    expect(stateOf("a")).toMatchObject({ state: "disabled", reason: "paused", until: null });
    expect(stateOf("b")).toMatchObject({
      state: "disabled",
      reason: "environment variable WORK_KEY is not set",
    });
    expect(availability("b")).toMatchObject({ usable: false, reason: "token_missing", until: null });
    pool.setTokenMissing("b", null);
    expect(usable("b")).toBe(true);
  });

  test("what is left, by model", () => {
    run(ok({ "anthropic-ratelimit-requests-remaining": "7", "anthropic-ratelimit-requests-limit": "50" }));
    expect(pool.limits("a")).toEqual([
      {
        model: opus,
        at: clock.now(),
        unified: null,
        windows: [{ name: "requests", limit: 50, remaining: 7, resetAt: null }],
      },
    ]);
  });

  test("the limits of count_tokens are not those of messages", () => {
    run(ok({ "anthropic-ratelimit-requests-remaining": "0" }), { endpoint: "count_tokens" });
    expect(pool.limits("a")).toEqual([]);
  });

  test("keys of one organization that no group joins", () => {
    start(configOf([key("a", { group: "g" }), key("b", { group: "g" }), key("c"), key("d")]));
    const from = (organization: string) => ok({ "anthropic-organization-id": organization });
    run(from("org-1"), { key: "a" });
    run(from("org-1"), { key: "b" });
    expect(pool.sharedOrganizations()).toEqual([]);
    run(from("org-1"), { key: "c" });
    run(from("org-2"), { key: "d" });
    expect(pool.sharedOrganizations()).toEqual([{ organization: "org-1", keys: ["a", "b", "c"] }]);
  });

  test("events tell what cools down and what comes back before its time", () => {
    const events: PoolEvent[] = [];
    const unsubscribe = pool.subscribe((event) => events.push(event));
    run(limited(42));
    pool.clear("a");
    unsubscribe();
    run(limited(42));
    expect(events).toEqual([
      { type: "cooling", keys: ["a"], until: clock.now() + 42_000 },
      { type: "usable", keys: ["a"] },
    ]);
  });
});

test("whatever happens, no cooldown that an upstream stated ends early but by a later success or by hand", async () => {
  const steps = fc.array(
    fc.record({
      seconds: fc.integer({ min: 1, max: 100_000 }),
      pause: fc.integer({ min: 0, max: 10_000 }),
      unstated: fc.boolean(),
    }),
    { minLength: 1, maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      start(configOf([key("a")]));
      let promised = 0;
      for (const { seconds, pause, unstated } of list) {
        run(unstated ? limited() : limited(seconds));
        if (!unstated) promised = Math.max(promised, clock.now() + seconds * 1000);
        await clock.advance(pause);
        if (promised > clock.now()) expect(untilOf()).toBeGreaterThanOrEqual(promised);
      }
    }),
    { numRuns: 50 },
  );
});
