// The live view watches while somebody looks, a little longer, and then not at all.
import { expect, test } from "bun:test";
import type { HealthReport } from "../../src/server/health";
import { LiveView } from "../../src/server/live/live-view";
import type { Runtime } from "../../src/server/runtime";
import { BodyCapture } from "../../src/state/body-capture";
import { EventBus, RequestBus } from "../../src/state/bus";
import { Ledger } from "../../src/state/ledger/ledger";
import { FakeClock } from "../state/fake-clock";
import { requestRecord } from "../support/request-records";

class CountingBus extends RequestBus {
  watchers = 0;

  override subscribe(listener: Parameters<RequestBus["subscribe"]>[0]): () => void {
    this.watchers += 1;
    const unsubscribe = super.subscribe(listener);
    return () => {
      this.watchers -= 1;
      unsubscribe();
    };
  }
}

const fail = (error: unknown): never => {
  throw error;
};

function makeView() {
  const clock = new FakeClock();
  const bus = new CountingBus(fail);
  const ledger = new Ledger({ now: clock.now, priceOf: () => null, reportBug: fail });
  const pool = { subscribe: () => () => {}, keyStates: () => [], limits: () => [] };
  const config = { keys: new Map(), profiles: [], host: "127.0.0.1", modelFallback: new Map() };
  const parts = {
    bus,
    pool,
    config,
    configBus: new EventBus(fail),
    journeys: new Set(),
    startedAt: 0,
    ledger,
  };
  // Nothing else of a runtime is looked at.
  const runtime = { ...parts, capture: new BodyCapture(), reportBug: fail } as unknown as Runtime;
  const report = {
    status: "ok",
    version: "2",
    configError: null,
    warnings: [],
    queue: [],
    profiles: [],
    keys: [],
  };
  const health = () => report as unknown as HealthReport;
  const view = new LiveView({
    runtime,
    health,
    figures: ledger,
    instance: "i",
    configHash: () => "h",
    clock,
  });
  return { view, bus, ledger, clock };
}

test("nobody looks: nothing is watched", () => {
  expect(makeView().bus.watchers).toBe(0);
});

test("a viewer that left is waited for, for a minute", async () => {
  const { view, bus, clock } = makeView();
  const [gone, closing] = [new AbortController(), new AbortController()];
  expect(view.subscribe(null, { gone: gone.signal, closing: closing.signal })).not.toBeNull();
  expect(bus.watchers).toBe(1);
  gone.abort();
  await clock.advance(59_000);
  expect(bus.watchers).toBe(1);
  await clock.advance(1000);
  expect([bus.watchers, clock.pendingTimers]).toEqual([0, 0]);
});

test("whoever asks for a snapshot can go on from it for a minute", async () => {
  const { view, bus, clock } = makeView();
  expect(view.snapshot()).toMatchObject({ instance: "i", configHash: "h", status: "ok" });
  expect(bus.watchers).toBe(1);
  await clock.advance(30_000);
  view.snapshot();
  await clock.advance(59_000);
  expect(bus.watchers).toBe(1);
  await clock.advance(1000);
  expect([bus.watchers, clock.pendingTimers]).toEqual([0, 0]);
});

test("a flood is told with its latest requests only, its end with as many as ever", async () => {
  const { view, ledger, clock } = makeView();
  const finish = (count: number) => {
    for (let each = 0; each < count; each++) ledger.add(requestRecord({ id: `req_cf_${++last}` }));
  };
  let last = 0;
  finish(150);
  expect(view.snapshot().recent).toHaveLength(100);
  finish(101);
  const { recent, today } = view.snapshot();
  expect([recent.length, recent[0]?.id, recent.at(-1)?.id]).toEqual([20, "req_cf_251", "req_cf_232"]);
  expect(today.requests).toBe(251);
  await clock.advance(5000);
  expect(view.snapshot().recent.map(({ id }) => id)).toEqual(
    Array.from({ length: 100 }, (_, index) => `req_cf_${251 - index}`),
  );
});

test("closed, it holds nothing", () => {
  const { view, bus, clock } = makeView();
  view.subscribe(null, { gone: new AbortController().signal, closing: new AbortController().signal });
  view.close();
  expect([bus.watchers, clock.pendingTimers]).toEqual([0, 0]);
});
