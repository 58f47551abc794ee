// Which key a conversation stays with.
import { beforeEach, expect, test } from "bun:test";
import { SessionBindings } from "../../src/state/sessions";
import { FakeClock } from "./fake-clock";

const opus = "claude-opus-4-6";
const sonnet = "claude-sonnet-4-6";
const by = (key: string, model = opus) => ({ key, model, provider: "anthropic" as const });
const warmMs = 300_000;

let clock: FakeClock;
let sessions: SessionBindings;
beforeEach(() => {
  clock = new FakeClock();
  sessions = new SessionBindings({ now: clock.now, capacity: 3 });
});

test("a conversation stays with its key while the cache is warm", async () => {
  sessions.bind("c", opus, by("k2"), warmMs);
  await clock.advance(warmMs - 1);
  expect(sessions.boundKey("c", opus)).toBe("k2");
  await clock.advance(1);
  expect(sessions.boundKey("c", opus)).toBeNull();
});

test("each request keeps the cache warm", async () => {
  sessions.bind("c", opus, by("k2"), warmMs);
  await clock.advance(warmMs - 1);
  sessions.bind("c", opus, by("k2"), warmMs);
  await clock.advance(warmMs - 1);
  expect(sessions.boundKey("c", opus)).toBe("k2");
});

test("a conversation that moved stays with its new key", () => {
  sessions.bind("c", opus, by("k1"), warmMs);
  sessions.bind("c", opus, by("k2"), warmMs);
  expect(sessions.boundKey("c", opus)).toBe("k2");
});

test("bindings are per model family", () => {
  sessions.bind("c", opus, by("k1"), warmMs);
  expect(sessions.boundKey("c", "claude-opus-4-8")).toBe("k1");
  expect(sessions.boundKey("c", sonnet)).toBeNull();
  expect(sessions.boundKey("other", opus)).toBeNull();
});

test("a request without a conversation is bound to nothing", () => {
  sessions.bind(null, opus, by("k1"), warmMs);
  expect(sessions.size).toBe(0);
  expect(sessions.boundKey(null, opus)).toBeNull();
  expect(sessions.hasMoved(null, opus, by("k1"))).toBe(false);
});

test("whether this proxy changed key or model in the conversation", () => {
  expect(sessions.hasMoved("c", opus, by("k1"))).toBe(false);
  sessions.bind("c", opus, by("k1"), warmMs);
  expect(sessions.hasMoved("c", opus, by("k1"))).toBe(false);
  expect(sessions.hasMoved("c", opus, by("k2"))).toBe(true);
  expect(sessions.hasMoved("c", opus, by("k1", sonnet))).toBe(true);
  sessions.bind("c", opus, by("k1", sonnet), warmMs);
  sessions.bind("c", opus, by("k1"), warmMs);
  expect(sessions.hasMoved("c", opus, by("k1"))).toBe(true);
});

test("the least recently used binding goes first", () => {
  for (const conversation of ["a", "b", "c"]) sessions.bind(conversation, opus, by("k"), warmMs);
  sessions.bind("a", opus, by("k"), warmMs);
  sessions.bind("d", opus, by("k"), warmMs);
  expect(["a", "b", "c", "d"].map((id) => sessions.boundKey(id, opus))).toEqual(["k", null, "k", "k"]);
  expect(sessions.size).toBe(3);
});

test("new bindings and moves are told at once, how long one stays warm every ten seconds", async () => {
  const told: string[] = [];
  const telling = new SessionBindings({
    now: clock.now,
    onBind: ({ key, warmUntil, moved }) => told.push(`${key} ${warmUntil - start} ${moved}`),
  });
  const start = clock.now();
  telling.bind("c", opus, by("k1"), warmMs);
  await clock.advance(9999);
  telling.bind("c", opus, by("k1"), warmMs);
  expect(told).toEqual([`k1 ${warmMs} false`]);
  await clock.advance(1);
  telling.bind("c", opus, by("k1"), warmMs);
  telling.bind("c", opus, by("k1"), 3_600_000);
  telling.bind("c", opus, by("k2"), 3_600_000);
  expect(told.slice(1)).toEqual([`k1 ${10_000 + warmMs} false`, "k1 3610000 false", "k2 3610000 true"]);
  expect(telling.boundKey("c", opus)).toBe("k2");
});
