// What the dashboard is told while keys run into limits: the snapshot, the events, and coming back to them.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Snapshot } from "../../src/server/contract";
import { errorBody, messageEvents } from "../support/anthropic-answers";
import { makeGate, until } from "../support/gate";
import { LiveFollower } from "../support/live-events";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { after, json, sse } from "../support/replies";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

const limited = (seconds: number) =>
  json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": String(seconds) });

async function snapshotOf(proxy: ProxySetup): Promise<Snapshot> {
  const answer = await proxy.send("/dashboard/api/snapshot");
  expect(answer.status).toBe(200);
  return answer.json<Snapshot>();
}

describe("the snapshot", () => {
  test("shows what is: profiles, keys, requests under way and finished, as the rest of the API does", async () => {
    await using proxy = await startProxy({
      keys: { alpha: { label: "Älpha <b>" }, beta: { group: "org" }, gamma: { enabled: false } },
      config: { modelFallback: { [opus]: sonnet } },
      profiles: { second: { keyOrder: ["beta"], modelFallback: {} } },
    });
    proxy.upstream.next({ key: "alpha" }, limited(120));
    expect((await proxy.message()).status).toBe(200);
    const gate = makeGate();
    const [first, ...rest] = messageEvents();
    proxy.upstream.next({ key: "beta" }, sse([first ?? "", gate.promise, ...rest]));
    const stream = await proxy.openMessage({
      stream: true,
      headers: { "user-agent": "claude-cli/2.1.0 (external)" },
    });
    await stream.readUntil("message_start");
    const snapshot = await snapshotOf(proxy);
    expect(snapshot).toMatchObject({ status: "degraded", configError: null, queue: [] });
    expect(snapshot.configHash).toMatch(/^[0-9a-f]{64}$/);
    expect(snapshot.profiles).toEqual([
      {
        name: "default",
        port: proxy.port,
        url: proxy.url,
        error: null,
        keyOrder: ["alpha", "beta", "gamma"],
        explicitOrder: false,
        modelFallback: { [opus]: sonnet },
        ownFallback: false,
      },
      {
        name: "second",
        port: proxy.portOf("second"),
        url: proxy.urlOf("second"),
        error: null,
        keyOrder: ["beta"],
        explicitOrder: true,
        modelFallback: {},
        ownFallback: true,
      },
    ]);
    const [alpha, beta, gamma] = snapshot.keys;
    expect(alpha).toMatchObject({
      id: "alpha",
      label: "Älpha <b>",
      state: "cooling",
      token: `…${tokenFor("alpha").slice(-4)}`,
      source: "config",
      serving: [],
      cooldowns: [{ model: opus, scope: "model", code: "rate_limited" }],
    });
    expect(Date.parse(alpha?.until ?? "") - Date.now()).toBeGreaterThan(110_000);
    expect(beta).toMatchObject({ state: "serving", group: "org", serving: [{ model: opus, requests: 1 }] });
    expect(beta?.today.requests).toBe(1);
    expect(gamma).toMatchObject({ state: "disabled", enabled: false, lastUsedAt: null });
    expect(snapshot.active).toMatchObject([
      {
        id: stream.header("x-cf-request-id"),
        profile: "default",
        client: "claude-cli/2.1.0",
        modelAsked: opus,
        stream: true,
        phase: "streaming",
        key: "beta",
        model: opus,
      },
    ]);
    expect(snapshot.recent).toMatchObject([{ service: "rotated", key: "beta", status: 200 }]);
    expect(snapshot.today).toMatchObject({ requests: 1, rotated: 1, hiddenErrors: 1 });
    gate.open();
    await stream.rest();
    await until("the stream is recorded", async () => (await snapshotOf(proxy)).today.requests === 2);
    expect((await snapshotOf(proxy)).active).toEqual([]);
  });

  test("a request that waits for a key shows with the time of its return", async () => {
    await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 60_000 } });
    proxy.upstream.next({ key: "alpha" }, limited(40));
    const waiting = proxy.beginMessage();
    const snapshot = await until("a waiting request", async () => {
      const now = await snapshotOf(proxy);
      return now.active[0]?.phase === "queued" ? now : null;
    });
    expect(snapshot.active[0]).toMatchObject({ key: "alpha", model: opus, attempts: 1 });
    expect(Date.parse(snapshot.active[0]?.until ?? "") - Date.now()).toBeGreaterThan(30_000);
    expect(snapshot.queue).toMatchObject([{ profile: "default", model: opus, waiting: 1 }]);
    waiting.abort();
  });
});

describe("events", () => {
  let proxy: ProxySetup;
  beforeAll(async () => {
    proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  test("a slow request is told from its start to its end, in order, with its attempts", async () => {
    const live = await LiveFollower.open(proxy.url);
    await live.snapshot();
    const [asked, answered] = [makeGate(), makeGate()];
    const [first, ...rest] = messageEvents();
    proxy.upstream.next({ key: "alpha" }, after(asked.promise, limited(2)));
    proxy.upstream.next({ key: "beta" }, sse([first ?? "", answered.promise, ...rest]));
    const stream = proxy.beginMessage({ stream: true });
    const started = await live.next("started");
    const { id } = started.request;
    expect(started.request).toMatchObject({ phase: "trying", key: "alpha", model: opus, attempts: 0 });
    asked.open();
    const limit = await live.next("progress", (event) => event.attempt?.reason === "rate_limited");
    expect(limit.attempt).toMatchObject({ key: "alpha", status: 429, model: opus });
    await live.next("progress", (event) => event.request.phase === "streaming");
    answered.open();
    await (await stream.answer).rest();
    const finished = await live.next("finished", (event) => event.row.id === id);
    expect(finished.row).toMatchObject({ service: "rotated", key: "beta", state: "complete", stream: true });
    expect(finished.today.requests).toBeGreaterThan(0);
    const story = live.about(id);
    expect(story[0]).toBe("started trying");
    expect(story.at(-1)).toBe("finished");
    expect(story).toContain("attempt rate_limited");
    const numbers = live.events.map((event) => event.seq);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    live.leave();
  });

  test("a cooldown that ends by itself is told", async () => {
    const live = await LiveFollower.open(proxy.url);
    await live.snapshot();
    proxy.upstream.next({ key: "alpha" }, limited(1));
    await proxy.message();
    const isCooling = (keys: Snapshot["keys"]) => keys.find((key) => key.id === "alpha")?.state === "cooling";
    const cooling = await live.next("keys", (event) => isCooling(event.keys));
    expect(cooling.status).toBe("degraded");
    const back = await live.next("keys", (event) => event.seq > cooling.seq && !isCooling(event.keys));
    expect(back.status).toBe("ok");
    live.leave();
  });

  test("whoever comes back is told what it missed, and only that", async () => {
    const before = await LiveFollower.open(proxy.url);
    await before.snapshot();
    await proxy.message();
    await before.next("finished");
    await before.next("keys");
    const { lastEventId } = before;
    before.leave();
    const missed = await proxy.message();
    const back = await LiveFollower.open(proxy.url, { "last-event-id": lastEventId });
    const finished = await back.next("finished");
    expect(finished.row.id).toBe(missed.header("x-cf-request-id") ?? "");
    expect(back.events.filter((event) => event.type === "snapshot")).toEqual([]);
    expect(back.events[0]?.seq).toBe(Number(lastEventId.split(".")[1]) + 1);
    back.leave();
  });

  test.each([
    ["of another process", "0b5c8f3e-0000-4000-8000-000000000000.3"],
    ["from the future", "SAME.999999"],
    ["that is no number", "SAME.x"],
    ["that is empty", ""],
    ["that is hostile", "SAME.1; DROP TABLE"],
  ])("a number %s gets a snapshot", async (_name, id) => {
    const { instance } = await snapshotOf(proxy);
    const live = await LiveFollower.open(proxy.url, { "last-event-id": id.replace("SAME", instance) });
    expect((await live.snapshot()).instance).toBe(instance);
    expect(live.events[0]?.type).toBe("snapshot");
    live.leave();
  });

  test("hostile names stay data: nothing breaks out of the stream or the JSON", async () => {
    const live = await LiveFollower.open(proxy.url);
    await live.snapshot();
    const model = `</script><img src=x>"'\n\ndata: {"type":"snapshot"}\r\n\u2028${"x".repeat(300)}`;
    await proxy.message({ model, headers: { "user-agent": '<script>alert("1")</script>/1.0' } });
    const { row } = await live.next("finished", (event) => event.row.modelAsked.startsWith("</script>"));
    expect(row.modelAsked).toStartWith(`</script><img src=x>"'`);
    expect(live.events.filter((event) => event.type === "snapshot").length).toBe(1);
    expect((await snapshotOf(proxy)).recent[0]?.modelAsked).toBe(row.modelAsked);
    const answer = await proxy.send("/dashboard/api/snapshot");
    expect(answer.header("content-type")).toBe("application/json");
    live.leave();
  });

  test("a stream ends when its proxy stops, and does not hold the stop up", async () => {
    await using short = await startProxy();
    const live = await LiveFollower.open(short.url);
    await live.snapshot();
    const began = performance.now();
    short.cf.kill("SIGTERM");
    const rest = await live.answer.rest();
    expect(rest.complete).toBe(true);
    expect((await short.cf.exited).code).toBe(0);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe("the config", () => {
  test("a client token that is set while somebody watches asks them for it", async () => {
    await using proxy = await startProxy({ secrets: ["cf-client-token-6Tz9pLq2WmXv"] });
    const live = await LiveFollower.open(proxy.url);
    await live.snapshot();
    const path = `${proxy.cf.home}/config.json`;
    const config = await Bun.file(path).json();
    await Bun.write(path, JSON.stringify({ ...config, clientToken: "cf-client-token-6Tz9pLq2WmXv" }));
    expect((await live.answer.rest()).complete).toBe(true);
    expect((await proxy.send("/dashboard/api/events")).status).toBe(401);
  });

  test("a good and a bad edit of the file are told", async () => {
    await using proxy = await startProxy();
    const live = await LiveFollower.open(proxy.url);
    const before = await live.snapshot();
    const path = `${proxy.cf.home}/config.json`;
    const config = await Bun.file(path).json();
    config.keys.alpha.label = "Renamed";
    await Bun.write(path, JSON.stringify(config));
    const good = await live.next("config");
    expect(good.configHash).not.toBe(before.configHash);
    expect(good.keys[0]?.label).toBe("Renamed");
    await Bun.write(path, `${JSON.stringify(config).slice(0, -1)},\n"nonsense": 1}`);
    const bad = await live.next("config", (event) => event.configError !== null);
    expect(bad.configError).toMatchObject({ line: 2 });
    expect((await snapshotOf(proxy)).configError).toEqual(bad.configError);
    live.leave();
  });
});
