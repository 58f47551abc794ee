// Waiting in line: order, the probe, the ramp, and nobody lost.
import { beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Place, WaitQueue, type WaitResult } from "../../src/state/queue";
import { FakeClock, settle } from "./fake-clock";

const second = 1000;
const lane = { profile: "default", model: "opus" };

let clock: FakeClock;
let queue: WaitQueue;
/** What became of each waiter, in the order in which they went on: "name result". */
let log: string[];

beforeEach(() => {
  clock = new FakeClock();
  queue = new WaitQueue({ clock });
  log = [];
});

interface Waiter {
  place: Place;
  abort: () => void;
  wait: (until: number) => Promise<WaitResult>;
}

function enter(name: string, options: { deadline?: number; model?: string; variant?: string } = {}): Waiter {
  const controller = new AbortController();
  const { deadline = clock.now() + 90 * second, ...change } = options;
  const place = queue.enter({ ...lane, ...change, deadline, signal: controller.signal });
  return {
    place,
    abort: () => controller.abort(),
    wait: async (until) => {
      const result = await place.wait(until);
      log.push(`${name} ${result}`);
      return result;
    },
  };
}

/** Enters and waits; the promise is not awaited. */
function waits(name: string, until: number, options: { deadline?: number } = {}): Waiter {
  const waiter = enter(name, options);
  void waiter.wait(until);
  return waiter;
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `w${index + 1}`);

describe("the probe", () => {
  test("when a key comes back the first one goes alone", async () => {
    for (const name of names(5)) waits(name, clock.now() + 10 * second);
    await clock.advance(10 * second - 1);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(["w1 go"]);
  });

  test("on its success the rest follow in a ramp: 1, 2, 4, 8", async () => {
    const [first] = names(16).map((name) => waits(name, clock.now() + second));
    await clock.advance(second);
    first?.place.succeeded();
    await settle();
    const followers = [log.length];
    for (let step = 0; step < 3; step += 1) {
      await clock.advance(200);
      followers.push(log.length);
    }
    expect(followers).toEqual([2, 4, 8, 16]);
    expect(log).toEqual(names(16).map((name) => `${name} go`));
  });

  test("when it fails the others keep waiting, and it keeps its place", async () => {
    const [first, next] = names(3).map((name) => waits(name, clock.now() + second));
    await clock.advance(second);
    void first?.wait(clock.now() + 20 * second);
    await clock.advance(20 * second - 1);
    expect(log).toEqual(["w1 go"]);
    await clock.advance(1);
    expect(log).toEqual(["w1 go", "w1 go"]);
    first?.place.leave();
    await clock.advance(0);
    expect(log).toEqual(["w1 go", "w1 go", "w2 go"]);
    next?.place.succeeded();
    await settle();
    expect(log.at(-1)).toBe("w3 go");
  });

  test("a client that leaves during its probe hands the probe on", async () => {
    const [first] = names(2).map((name) => waits(name, clock.now() + second));
    await clock.advance(second);
    first?.abort();
    first?.place.leave();
    await clock.advance(0);
    expect(log).toEqual(["w1 go", "w2 go"]);
  });

  test("a probe that is being served for seconds does not hold up the rest", async () => {
    names(3).map((name) => waits(name, clock.now() + second));
    await clock.advance(second);
    await clock.advance(5 * second - 1);
    expect(log).toEqual(["w1 go"]);
    await clock.advance(1);
    expect(log).toEqual(["w1 go", "w2 go"]);
  });
});

test("a ramp stops when one of it has to wait again", async () => {
  const waiters = names(8).map((name) => waits(name, clock.now() + second));
  await clock.advance(second);
  waiters[0]?.place.succeeded();
  await settle();
  expect(log).toEqual(["w1 go", "w2 go"]);
  void waiters[1]?.wait(clock.now() + 30 * second);
  await clock.advance(30 * second - 1);
  expect(log).toEqual(["w1 go", "w2 go"]);
  await clock.advance(1);
  expect(log).toEqual(["w1 go", "w2 go", "w2 go"]);
});

describe("no barging", () => {
  test("a newcomer sees that others wait, and goes behind them", async () => {
    expect(queue.isBusy(lane)).toBe(false);
    const first = waits("old", clock.now() + second);
    expect(queue.isBusy(lane)).toBe(true);
    waits("new", clock.now());
    await clock.advance(second);
    expect(log).toEqual(["old go"]);
    first.place.succeeded();
    await settle();
    expect(log).toEqual(["old go", "new go"]);
  });

  test("while somebody probes, newcomers wait for the result", async () => {
    const first = waits("old", clock.now() + second);
    await clock.advance(second);
    expect(queue.isBusy(lane)).toBe(true);
    first.place.succeeded();
    expect(queue.isBusy(lane)).toBe(false);
  });

  test("another model, profile or variant is another line", () => {
    waits("old", clock.now() + second);
    expect(queue.isBusy({ ...lane, model: "sonnet" })).toBe(false);
    expect(queue.isBusy({ ...lane, profile: "work" })).toBe(false);
    expect(queue.isBusy({ ...lane, variant: "count_tokens" })).toBe(false);
  });
});

describe("leaving", () => {
  test("a client that goes away leaves at once", async () => {
    const [first] = names(2).map((name) => waits(name, clock.now() + 10 * second));
    first?.abort();
    await settle();
    expect(log).toEqual(["w1 gone"]);
    expect(queue.lengths()).toMatchObject([{ waiting: 1 }]);
    await clock.advance(10 * second);
    expect(log).toEqual(["w1 gone", "w2 go"]);
  });

  test("a client that is gone already does not wait", async () => {
    const waiter = enter("w");
    waiter.abort();
    expect(await waiter.wait(clock.now() + second)).toBe("gone");
  });

  test("the deadline ends the wait", async () => {
    waits("w1", clock.now() + 60 * second, { deadline: clock.now() + 3 * second });
    await clock.advance(3 * second);
    expect(log).toEqual(["w1 expired"]);
  });

  test("nobody waits past a deadline that is here", async () => {
    const waiter = enter("w", { deadline: clock.now() });
    expect(await waiter.wait(clock.now() + second)).toBe("expired");
  });

  test("nothing is left behind", async () => {
    const waiters = names(6).map((name) => waits(name, clock.now() + 10 * second));
    await clock.advance(10 * second);
    for (const waiter of waiters) {
      waiter.place.leave();
      waiter.place.leave();
    }
    await settle();
    expect(clock.pendingTimers).toBe(0);
    expect(queue.lengths()).toEqual([]);
    expect(queue.isBusy(lane)).toBe(false);
  });
});

test("a key that comes back early wakes the first one of each line", async () => {
  for (const name of names(3)) waits(name, clock.now() + 60 * second);
  const other = enter("other", { model: "sonnet" });
  void other.wait(clock.now() + 70 * second);
  queue.wake();
  await settle();
  expect(log).toEqual(["w1 go", "other go"]);
});

test("length and expected time are visible, by profile and model", () => {
  names(2).map((name) => waits(name, clock.now() + 10 * second));
  const counting = enter("counting", { variant: "count_tokens" });
  void counting.wait(clock.now() + 4 * second);
  expect(queue.lengths()).toEqual([{ ...lane, waiting: 3, expectedAt: clock.now() + 4 * second }]);
});

test("whatever happens, the line is first in, first out, and loses nobody", async () => {
  const events = fc.array(
    fc.record({
      kind: fc.constantFrom("enter", "enter", "succeed", "fail", "leave", "abort", "wake"),
      pick: fc.nat(50),
      ms: fc.integer({ min: 0, max: 8000 }),
    }),
    { minLength: 5, maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(events, async (list) => {
      clock = new FakeClock();
      queue = new WaitQueue({ clock });
      const waiting: number[] = [];
      const outOfTurn: number[] = [];
      const out = new Map<number, Waiter>();
      const all = new Map<number, Waiter>();
      const start = (id: number, waiter: Waiter, until: number) => {
        const position = waiting.findIndex((other) => other > id);
        waiting.splice(position < 0 ? waiting.length : position, 0, id);
        void waiter.place.wait(until).then((result) => {
          // Whoever goes on by turn must be the first of those who wait.
          if (result === "go" && waiting[0] !== id) outOfTurn.push(id);
          waiting.splice(waiting.indexOf(id), 1);
          if (result === "go") out.set(id, waiter);
        });
      };
      let next = 0;
      for (const { kind, pick, ms } of list) {
        const [id, waiter] = [...out][pick % Math.max(1, out.size)] ?? [];
        if (kind === "enter") {
          const newcomer = enter(`${next}`, { deadline: clock.now() + 20_000 });
          all.set(next, newcomer);
          start(next, newcomer, clock.now() + ms);
          next += 1;
        } else if (kind === "abort") [...all.values()][pick % Math.max(1, all.size)]?.abort();
        else if (kind === "wake") queue.wake();
        else if (id !== undefined && waiter !== undefined) {
          if (kind === "succeed") waiter.place.succeeded();
          out.delete(id);
          if (kind === "fail") start(id, waiter, clock.now() + ms);
          else waiter.place.leave();
        }
        await clock.advance(ms % 500);
      }
      await clock.advance(30_000);
      expect(outOfTurn).toEqual([]);
      expect(waiting).toEqual([]);
      for (const waiter of all.values()) waiter.place.leave();
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 200 },
  );
});
