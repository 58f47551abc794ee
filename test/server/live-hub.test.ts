// The event stream over real sockets: everybody at their own pace, nobody at the cost of memory.
import { afterEach, describe, expect, test } from "bun:test";
import type { LiveEvent, Snapshot } from "../../src/server/contract";
import { type LiveChange, LiveHub } from "../../src/server/live/live-hub";
import { until } from "../support/gate";
import { LiveFollower } from "../support/live-events";

interface Fixture {
  hub: LiveHub;
  url: string;
  watched: boolean[];
  closing: AbortController;
  snapshots: () => number;
}

const running: (() => void)[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

function serveHub(): Fixture {
  const watched: boolean[] = [];
  const closing = new AbortController();
  let snapshots = 0;
  const hub = new LiveHub({
    instance: "one",
    snapshot: () => {
      snapshots += 1;
      return { instance: "one", version: "0" } as Omit<Snapshot, "seq">;
    },
    settle: () => {},
    now: () => 1_000_000,
    reportBug: (error) => {
      throw error;
    },
    onWatched: (now) => watched.push(now),
  });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: (request) => {
      const end = { gone: request.signal, closing: closing.signal };
      const body = hub.subscribe(request.headers.get("last-event-id"), end);
      if (body === null) return new Response(null, { status: 503 });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
  });
  running.push(() => {
    hub.close();
    void server.stop(true);
  });
  const url = `http://127.0.0.1:${server.port}`;
  return { hub, url, watched, closing, snapshots: () => snapshots };
}

function warning(title: string): LiveChange {
  return { type: "warnings", warnings: [{ code: "test", title, severity: "info", remedy: "" }] };
}

function titles(events: readonly LiveEvent[]): string[] {
  return events.flatMap((event) => (event.type === "warnings" ? (event.warnings[0]?.title ?? "") : []));
}

const isLast = (title: string) => (event: { warnings: { title: string }[] }) =>
  event.warnings[0]?.title === title;

describe("a subscriber", () => {
  test("gets a snapshot, then every change once and in order", async () => {
    const { hub, url } = serveHub();
    hub.publish([warning("before")]);
    const live = await LiveFollower.open(url);
    await live.snapshot();
    hub.publish([warning("a"), warning("b")]);
    hub.publish([]);
    hub.publish([warning("c")]);
    await live.next("warnings", isLast("c"));
    expect(titles(live.events)).toEqual(["a", "b", "c"]);
    expect(live.events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
    expect(live.lastEventId).toBe("one.4");
  });

  test("that does not read holds nothing up, and gets a snapshot for all that it missed", async () => {
    const { hub, url, snapshots } = serveHub();
    const slow = await LiveFollower.open(url);
    const quick = await LiveFollower.open(url);
    await slow.snapshot();
    await quick.snapshot();
    slow.answer.pause();
    const received = slow.answer.size;
    const filler = "x".repeat(100_000);
    // 20 MB, which no buffer between the two holds.
    for (let count = 0; count < 200; count += 1) {
      hub.publish([warning(`${count} ${filler}`)]);
      if (count % 20 === 0) await quick.next("warnings", isLast(`${count} ${filler}`));
    }
    await quick.next("warnings", isLast(`199 ${filler}`));
    expect(titles(quick.events).length).toBe(200);
    const before = snapshots();
    slow.answer.resume();
    await until("the slow one is up to date", async () => {
      await slow.next("snapshot", (event) => event.seq === hub.snapshot().seq);
      return true;
    });
    expect(slow.answer.size - received).toBeLessThan(15_000_000);
    expect(titles(slow.events).length).toBeLessThan(200);
    expect(snapshots()).toBeGreaterThan(before);
    // From here on it keeps up again.
    hub.publish([warning("end")]);
    await slow.next("warnings", isLast("end"));
    const numbers = slow.events.map((event) => event.seq);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  });

  test("that comes back within what is kept is told what it missed", async () => {
    const { hub, url } = serveHub();
    const first = await LiveFollower.open(url);
    await first.snapshot();
    hub.publish([warning("a")]);
    await first.next("warnings", isLast("a"));
    first.leave();
    hub.publish([warning("b"), warning("c")]);
    const second = await LiveFollower.open(url, { "last-event-id": first.lastEventId });
    await second.next("warnings", isLast("c"));
    expect(titles(second.events)).toEqual(["b", "c"]);
    expect(second.events.length).toBe(2);
  });

  test("that comes back when too much has happened gets a snapshot", async () => {
    const { hub, url } = serveHub();
    const first = await LiveFollower.open(url);
    await first.snapshot();
    hub.publish([warning("a")]);
    await first.next("warnings", isLast("a"));
    first.leave();
    for (let count = 0; count < 1001; count += 1) hub.publish([warning(String(count))]);
    const second = await LiveFollower.open(url, { "last-event-id": first.lastEventId });
    await second.snapshot();
    expect(second.events[0]?.seq).toBe(1002);
  });

  test("cannot resume over a time in which nobody watched", async () => {
    const { hub, url } = serveHub();
    const first = await LiveFollower.open(url);
    await first.snapshot();
    hub.publish([warning("a")]);
    await first.next("warnings", isLast("a"));
    hub.forget();
    hub.publish([warning("b")]);
    const second = await LiveFollower.open(url, { "last-event-id": first.lastEventId });
    await second.snapshot();
    expect(second.events[0]?.type).toBe("snapshot");
  });

  test("gets a fresh snapshot when everything begins anew", async () => {
    const { hub, url } = serveHub();
    const live = await LiveFollower.open(url);
    await live.snapshot();
    hub.restart();
    const again = await live.next("snapshot", (event) => event.seq > 0);
    expect(again.snapshot.seq).toBe(again.seq);
    hub.publish([warning("a")]);
    expect((await live.next("warnings")).seq).toBe(again.seq + 1);
  });
});

test("a snapshot that cannot be made is reported, and the subscriber is let go when it leaves", async () => {
  const reported: unknown[] = [];
  const gone = new AbortController();
  let broken = true;
  const hub = new LiveHub({
    instance: "one",
    snapshot: () => {
      if (broken) throw new Error("no snapshot");
      return {} as Omit<Snapshot, "seq">;
    },
    settle: () => {},
    now: Date.now,
    reportBug: (error) => reported.push(error),
    onWatched: () => {},
  });
  const body = hub.subscribe(null, { gone: gone.signal, closing: new AbortController().signal });
  expect(reported).toEqual([new Error("no snapshot")]);
  broken = false;
  hub.publish([warning("mended")]);
  const { value } = (await body?.getReader().read()) ?? {};
  expect(new TextDecoder().decode(value)).toContain('"type":"snapshot"');
  gone.abort();
  expect(hub.subscribers).toBe(0);
});

describe("many subscribers", () => {
  test("fifty get the same, and are let go when they leave", async () => {
    const { hub, url, watched } = serveHub();
    const followers = await Promise.all(Array.from({ length: 50 }, () => LiveFollower.open(url)));
    await Promise.all(followers.map((live) => live.snapshot()));
    expect([hub.subscribers, watched]).toEqual([50, [true]]);
    for (let count = 0; count < 100; count += 1) hub.publish([warning(String(count))]);
    await Promise.all(followers.map((live) => live.next("warnings", isLast("99"))));
    const expected = Array.from({ length: 100 }, (_, count) => String(count));
    for (const live of followers) expect(titles(live.events)).toEqual(expected);
    for (const live of followers) live.leave();
    await until("all are let go", () => hub.subscribers === 0);
    expect(watched).toEqual([true, false]);
    // Nobody listens: nothing is sent, nothing throws.
    hub.publish([warning("unheard")]);
  });

  test("more than anybody looks at are refused, and there is room again when one leaves", async () => {
    const { hub, url } = serveHub();
    const followers = await Promise.all(Array.from({ length: 256 }, () => LiveFollower.open(url)));
    const refused = await fetch(url);
    expect(refused.status).toBe(503);
    followers[0]?.leave();
    await until("one has left", () => hub.subscribers === 255);
    const late = await LiveFollower.open(url);
    await late.snapshot();
    for (const live of [...followers, late]) live.leave();
    await until("all are let go", () => hub.subscribers === 0);
  });

  test("their streams end properly when the port closes", async () => {
    const { hub, url, closing } = serveHub();
    const followers = await Promise.all([LiveFollower.open(url), LiveFollower.open(url)]);
    await Promise.all(followers.map((live) => live.snapshot()));
    closing.abort();
    for (const live of followers) expect((await live.answer.rest()).complete).toBe(true);
    expect(hub.subscribers).toBe(0);
  });
});
