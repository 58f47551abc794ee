// What the dashboard is told of the proxy, and how often: gathered, bounded, and also when only time passes.
import { beforeEach, describe, expect, test } from "bun:test";
import type { KeyView, RequestRow, Snapshot } from "../../src/server/contract";
import type { LiveChange } from "../../src/server/live/live-hub";
import type { FinishedRequests } from "../../src/server/live/request-gatherer";
import { RuntimeWatch } from "../../src/server/live/runtime-watch";
import type { ConfigEvent } from "../../src/server/runtime";
import { EventBus, RequestBus } from "../../src/state/bus";
import { describeAttempt } from "../../src/state/ledger/keep-record";
import { noTotals } from "../../src/state/ledger/totals";
import type { PoolListener } from "../../src/state/pool";
import type { Progress, RequestRecord } from "../../src/state/record";
import { FakeClock } from "../state/fake-clock";

const fail = (error: unknown): never => {
  throw error;
};

class Fixture {
  readonly clock = new FakeClock();
  readonly bus = new RequestBus(fail);
  readonly configBus = new EventBus<ConfigEvent>(fail);
  readonly poolListeners = new Set<PoolListener>();
  readonly rowListeners = new Set<(finished: FinishedRequests) => void>();
  readonly told: LiveChange[] = [];
  batches = 0;
  costMs = 0;
  #elapsed = 0;
  restarts = 0;
  keys: Partial<KeyView>[] = [];
  capture: Snapshot["capture"] = { on: false, held: 0, capacity: 20 };
  readonly watch: RuntimeWatch;

  constructor() {
    const pool = {
      subscribe: (listener: PoolListener) => {
        this.poolListeners.add(listener);
        return () => this.poolListeners.delete(listener);
      },
    };
    // Of the pool only the subscription is used; what keys are comes through `keys`.
    const runtime = { bus: this.bus, configBus: this.configBus, pool } as never;
    this.watch = new RuntimeWatch({
      runtime,
      clock: this.clock,
      // Each look costs what `costMs` says: began and ended.
      stopwatch: () => {
        this.#elapsed += this.costMs;
        return this.#elapsed;
      },
      active: () => [],
      describeAttempt,
      today: noTotals,
      onRows: (listener) => {
        this.rowListeners.add(listener);
        return () => this.rowListeners.delete(listener);
      },
      settle: () => {},
      keys: () => ({ status: "ok", keys: this.keys as KeyView[], queue: [] }),
      warnings: () => [],
      capture: () => this.capture,
      config: () => ({ configHash: "h", configError: null, profiles: [], keys: [], warnings: [] }),
      publish: (changes) => {
        if (changes.length > 0) this.batches += 1;
        this.told.push(...changes);
      },
      restart: () => {
        this.restarts += 1;
      },
    });
  }

  get types(): string[] {
    return this.told.map((change) => change.type);
  }

  begin(id: string): { progress: Progress } {
    const progress: Progress = { phase: "trying", key: null, model: null, until: null };
    const now = this.clock.now();
    const names = { id, profile: "default", client: "test/1.0", modelAsked: "opus" };
    const request = { ...names, startedAt: now, stream: true, progress, attempts: [] };
    this.bus.steps.emit({ type: "started", id, at: now, profile: "default", model: "opus", request });
    return request;
  }

  fail(id: string): void {
    const words = "rate limited";
    const attempt = {
      key: "a",
      model: "opus",
      provider: "anthropic" as const,
      status: 429,
      words,
      until: null,
    };
    this.bus.steps.emit({
      type: "attempt",
      id,
      attempt: { ...attempt, reason: "rate_limited", ms: 1, skipped: false, adjusted: [] },
    });
  }

  finish(id: string): void {
    this.bus.ends.emit({ type: "finished", record: { id } as RequestRecord });
    for (const listener of this.rowListeners) listener({ count: 1, rows: [{ id } as RequestRow] });
  }
}

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture();
  fixture.watch.start();
});

describe("requests", () => {
  test("one that is over at once is told as finished only", async () => {
    fixture.begin("quick");
    fixture.fail("quick");
    fixture.finish("quick");
    expect(fixture.types).toEqual([]);
    await fixture.clock.advance(100);
    expect(fixture.types).toEqual(["finished"]);
  });

  test("one that takes its time is told step by step, as it is when it is told", async () => {
    const request = fixture.begin("slow");
    await fixture.clock.advance(100);
    fixture.fail("slow");
    request.progress = { phase: "trying", key: "b", model: "opus", until: null };
    fixture.bus.steps.emit({ type: "trying", id: "slow", key: "b", model: "opus" });
    await fixture.clock.advance(100);
    request.progress = { phase: "streaming", key: "b", model: "opus", until: null };
    fixture.bus.steps.emit({ type: "serving", id: "slow", key: "b", model: "opus" });
    await fixture.clock.advance(100);
    fixture.finish("slow");
    await fixture.clock.advance(100);
    expect(fixture.types).toEqual(["started", "progress", "progress", "finished"]);
    expect(fixture.told[1]).toMatchObject({ attempt: { key: "a", status: 429 }, request: { key: "b" } });
    expect(fixture.told[2]).toMatchObject({ attempt: null, request: { phase: "streaming" } });
  });

  test("a hundred in a moment come together; more are told by a snapshot", async () => {
    for (let count = 0; count < 100; count += 1) {
      fixture.begin(`r${count}`);
      fixture.finish(`r${count}`);
    }
    await fixture.clock.advance(100);
    expect([fixture.types.length, fixture.batches, fixture.restarts]).toEqual([100, 1, 0]);
    await fixture.clock.advance(5000);
    for (let count = 0; count < 101; count += 1) fixture.finish(`more ${count}`);
    await fixture.clock.advance(100);
    expect([fixture.types.length, fixture.restarts]).toEqual([100, 1]);
  });

  test("while a flood goes on steps are not listened to, and its end is told by a last snapshot", async () => {
    for (let round = 1; round <= 3; round += 1) {
      for (let count = 0; count < 101; count += 1) fixture.finish(`${round} ${count}`);
      await fixture.clock.advance(100);
      fixture.begin(`unheard ${round}`);
      expect([fixture.types.length, fixture.restarts]).toEqual([0, round]);
    }
    await fixture.clock.advance(100);
    expect(fixture.restarts).toBe(4);
    fixture.begin("after");
    await fixture.clock.advance(5000);
    expect([fixture.types, fixture.restarts]).toEqual([["started"], 4]);
  });

  test("very many that begin at once are told by a snapshot too", async () => {
    for (let count = 0; count < 1001; count += 1) fixture.begin(`r${count}`);
    await fixture.clock.advance(100);
    expect([fixture.types.length, fixture.restarts]).toEqual([0, 1]);
  });

  test("what comes after a flood is told one by one again", async () => {
    for (let count = 0; count < 1002; count += 1) fixture.begin(`r${count}`);
    await fixture.clock.advance(100);
    expect([fixture.types.length, fixture.restarts]).toEqual([0, 1]);
    await fixture.clock.advance(2000);
    fixture.begin("after");
    await fixture.clock.advance(2000);
    expect(fixture.types).toEqual(["started"]);
    fixture.finish("after");
    await fixture.clock.advance(2000);
    expect(fixture.types).toEqual(["started", "finished"]);
  });

  test("one that began unseen is left alone until it is finished", async () => {
    fixture.fail("unseen");
    fixture.finish("unseen");
    await fixture.clock.advance(100);
    expect(fixture.types).toEqual(["finished"]);
  });
});

test("a flush that takes long is followed by a rest, so that the proxy comes first", async () => {
  fixture.costMs = 2.5;
  fixture.begin("first");
  await fixture.clock.advance(100);
  expect(fixture.types).toEqual(["started"]);
  fixture.begin("second");
  await fixture.clock.advance(999);
  expect(fixture.types).toEqual(["started"]);
  await fixture.clock.advance(1);
  expect(fixture.types).toEqual(["started", "started"]);
});

describe("keys", () => {
  const cooling = (until: number): Partial<KeyView> => {
    return { id: "a", until: new Date(until).toISOString(), cooldowns: [] };
  };

  test("are told when they changed, and not when they did not", async () => {
    fixture.begin("r");
    fixture.keys = [{ id: "a", until: null, cooldowns: [] }];
    await fixture.clock.advance(1000);
    fixture.fail("r");
    await fixture.clock.advance(1000);
    expect(fixture.types.filter((type) => type === "keys").length).toBe(1);
  });

  test("are told a few times a second at most, the last state included", async () => {
    await fixture.clock.advance(1000);
    for (let count = 0; count < 100; count += 1) {
      fixture.keys = [{ id: `after ${count}`, until: null, cooldowns: [] }];
      for (const listener of fixture.poolListeners) listener({ type: "usable", keys: ["a"] });
      await fixture.clock.advance(10);
    }
    await fixture.clock.advance(1000);
    const told = fixture.told.flatMap((change) => (change.type === "keys" ? change.keys : []));
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(4);
    expect(told.at(-1)?.id).toBe("after 99");
  });

  test("are told when only time passes: at the end of a cooldown, however far away", async () => {
    const until = fixture.clock.now() + 40 * 86_400_000;
    fixture.keys = [cooling(until)];
    fixture.watch.touch();
    await fixture.clock.advance(1000);
    expect(fixture.types).toEqual(["keys"]);
    await fixture.clock.advance(until - fixture.clock.now() - 1000);
    expect(fixture.types).toEqual(["keys"]);
    fixture.keys = [{ id: "a", until: null, cooldowns: [] }];
    await fixture.clock.advance(2000);
    expect(fixture.types).toEqual(["keys", "keys"]);
  });

  test("warnings and capture are told as they change", async () => {
    fixture.capture = { on: true, held: 1, capacity: 20 };
    fixture.watch.touch();
    await fixture.clock.advance(1000);
    expect(fixture.types).toEqual(["capture"]);
  });
});

test("a change of the config comes after what happened before it, at once", () => {
  fixture.begin("r");
  fixture.configBus.emit({ hash: "h", error: null });
  expect(fixture.types).toEqual(["started", "config"]);
});

test("at midnight everything is told anew, every night", async () => {
  const midnight = new Date(fixture.clock.now());
  midnight.setHours(24, 0, 0, 0);
  await fixture.clock.advance(midnight.getTime() - fixture.clock.now() - 1);
  expect(fixture.restarts).toBe(0);
  await fixture.clock.advance(1);
  expect(fixture.restarts).toBe(1);
  await fixture.clock.advance(25 * 3_600_000);
  expect(fixture.restarts).toBe(2);
});

test("stopped, it holds neither a timer nor a subscription", async () => {
  fixture.keys = [{ id: "a", until: new Date(fixture.clock.now() + 60_000).toISOString(), cooldowns: [] }];
  fixture.begin("r");
  await fixture.clock.advance(1000);
  fixture.finish("r");
  fixture.watch.stop();
  expect(fixture.clock.pendingTimers).toBe(0);
  expect([fixture.poolListeners.size, fixture.rowListeners.size]).toEqual([0, 0]);
  const before = fixture.told.length;
  fixture.begin("unheard");
  fixture.watch.flush();
  expect(fixture.told.length).toBe(before);
});
