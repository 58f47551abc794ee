// The stream of events: resumes behind the last event, backs off while nobody answers, knows locked from gone.
import { expect, test } from "bun:test";
import type { LiveEvent } from "../../src/server/contract";
import { type Link, LiveFeed, type LiveTools } from "../../web/live";
import { sampleEvent } from "../support/dashboard-samples";

interface Connection {
  headers: Headers;
  signal: AbortSignal;
  answer: (response: Response) => void;
  refuse: () => void;
}

/** A feed whose network and timers the test holds in its hands. */
function createFeed() {
  const connections: Connection[] = [];
  const events: LiveEvent[] = [];
  const links: Link[] = [];
  const timers = new Map<number, { run: () => void; ms: number }>();
  let lastTimer = 0;
  const tools: LiveTools = {
    fetch: (_url, init) =>
      new Promise((resolve, reject) => {
        const signal = init.signal as AbortSignal;
        const refuse = () => reject(new TypeError("failed"));
        signal.addEventListener("abort", refuse);
        connections.push({ headers: new Headers(init.headers), signal, answer: resolve, refuse });
      }),
    now: () => 1000,
    chance: () => 0.5,
    setTimer: (run, ms) => {
      lastTimer += 1;
      timers.set(lastTimer, { run, ms });
      return lastTimer;
    },
    clearTimer: (timer) => timers.delete(timer),
  };
  const feed = new LiveFeed<LiveEvent>(
    { url: "/events", onEvents: (batch) => events.push(...batch), onLink: (link) => links.push(link) },
    tools,
  );
  const fire = () => {
    const [[id, timer] = []] = [...timers];
    if (id === undefined || timer === undefined) throw new Error("no timer is set");
    timers.delete(id);
    timer.run();
    return timer.ms;
  };
  return { feed, connections, events, links, timers, fire };
}

function openStream() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const write = (text: string) => writer.write(new TextEncoder().encode(text));
  return {
    response: new Response(readable),
    write,
    close: () => writer.close(),
    abort: () => writer.abort(),
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const frame = (event: LiveEvent, id: string) => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
const warnings = (seq: number) => sampleEvent(seq, { type: "warnings", warnings: [] });

test("events arrive whatever the cuts between chunks, and a comment alone means live", async () => {
  const { feed, connections, events, links } = createFeed();
  feed.connect();
  const stream = openStream();
  connections[0]?.answer(stream.response);
  void stream.write(": hello\n\n");
  await settle();
  expect(links).toEqual([{ state: "connecting" }, { state: "live" }]);
  const text = frame(warnings(1), "one:1") + frame(warnings(2), "one:2");
  for (const char of text) void stream.write(char);
  await settle();
  await settle();
  expect(events.map((event) => event.seq)).toEqual([1, 2]);
  feed.close();
});

test("after a break it goes on behind the last event", async () => {
  const { feed, connections, links, fire } = createFeed();
  feed.connect();
  expect(connections[0]?.headers.get("last-event-id")).toBeNull();
  const stream = openStream();
  connections[0]?.answer(stream.response);
  void stream.write(frame(warnings(7), "one:7"));
  await settle();
  void stream.close();
  await settle();
  expect(links.at(-1)).toMatchObject({ state: "lost", since: 1000, attempts: 1 });
  fire();
  expect(connections[1]?.headers.get("last-event-id")).toBe("one:7");
  feed.close();
});

test("while nobody answers the pauses grow to a bound, and one answer forgets them", async () => {
  const { feed, connections, links, fire } = createFeed();
  feed.connect();
  const pauses: number[] = [];
  for (let count = 0; count < 8; count += 1) {
    connections.at(-1)?.refuse();
    await settle();
    pauses.push(fire());
  }
  expect(pauses).toEqual([300, 700, 1500, 3000, 5000, 10_000, 10_000, 10_000]);
  const stream = openStream();
  connections.at(-1)?.answer(stream.response);
  void stream.write(":\n\n");
  await settle();
  expect(links.at(-1)).toEqual({ state: "live" });
  void stream.close();
  await settle();
  expect(fire()).toBe(300);
  feed.close();
});

test("a server error is a loss like any other; 401 is not, and nothing is retried then", async () => {
  const { feed, connections, links, timers } = createFeed();
  feed.connect();
  connections[0]?.answer(new Response("no", { status: 503 }));
  await settle();
  expect(links.at(-1)?.state).toBe("lost");
  feed.connect();
  connections[1]?.answer(new Response("no", { status: 401 }));
  await settle();
  expect(links.at(-1)).toEqual({ state: "locked" });
  expect(timers.size).toBe(0);
  feed.connect();
  expect(connections).toHaveLength(3);
  feed.close();
});

test("a connection that is silent beyond the heartbeat is given up", async () => {
  const { feed, connections, links, timers, fire } = createFeed();
  feed.connect();
  const stream = openStream();
  connections[0]?.answer(stream.response);
  void stream.write(":\n\n");
  await settle();
  expect(timers.size).toBe(1);
  expect(fire()).toBe(40_000);
  expect(connections[0]?.signal.aborted).toBe(true);
  void stream.abort().catch(() => {});
  await settle();
  expect(links.at(-1)?.state).toBe("lost");
  feed.close();
  expect(timers.size).toBe(0);
});

test("connecting by hand does not open a second connection", () => {
  const { feed, connections } = createFeed();
  feed.connect();
  feed.connect();
  expect(connections).toHaveLength(1);
  feed.close();
});
