// The demo from start to end, around a proxy of the test: what it makes, and that nothing of it stays behind.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningProxy, runDemo, type StartProxy, type Surroundings } from "../../src/demo/run-demo";
import { noDelay } from "../../src/demo/stream-frames";
import type { RequestEvent } from "../../src/state/record";
import { FakeInput, FakeOutput, FakeSignals } from "./fake-terminal";
import { ManualClock } from "./manual-clock";
import { attempt, health, requestEvents } from "./story-events";

let tempFolder: string;
beforeEach(async () => {
  tempFolder = await mkdtemp(join(tmpdir(), "cf-demo-test-"));
});
afterEach(() => rm(tempFolder, { recursive: true, force: true }));

interface FakeProxy {
  start: StartProxy;
  /** Known once the proxy was started. */
  seen: { home: string; port: number; config: Record<string, unknown>; modes: number[] }[];
  emit(event: RequestEvent): void;
  listeners: Set<(event: RequestEvent) => void>;
  stopped: number;
}

/** Forwards to the simulator with the first key, as far as this test needs it. */
function fakeProxy(changes: Partial<RunningProxy> = {}): FakeProxy {
  const proxy: FakeProxy = {
    seen: [],
    listeners: new Set(),
    stopped: 0,
    emit(event) {
      for (const listener of proxy.listeners) listener(event);
    },
    async start({ home, port }) {
      const path = join(home, "config.json");
      const config = await Bun.file(path).json();
      const modes = [(await stat(home)).mode & 0o777, (await stat(path)).mode & 0o777];
      proxy.seen.push({ home, port, config, modes });
      const server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        async fetch(request) {
          const headers = {
            authorization: `Bearer ${config.keys.personal.token}`,
            "anthropic-beta": "oauth-2025-04-20",
            "anthropic-version": "2023-06-01",
          };
          const body = await request.text();
          const answer = fetch(`${config.anthropicBaseUrl}/v1/messages`, { method: "POST", headers, body });
          // While all of it is taken apart, a request may find the simulator gone already.
          return answer.catch(() => new Response(null, { status: 502 }));
        },
      });
      return {
        url: `http://127.0.0.1:${server.port}`,
        onEvent(listener) {
          proxy.listeners.add(listener);
          return () => void proxy.listeners.delete(listener);
        },
        health: () => [health("personal"), health("work")],
        async stop() {
          proxy.stopped++;
          await server.stop(true);
        },
        ...changes,
      };
    },
  };
  return proxy;
}

function surroundings(output: FakeOutput) {
  const signals = new FakeSignals();
  const input = new FakeInput();
  const clock = new ManualClock();
  const given: Partial<Surroundings> = {
    output,
    input,
    signals,
    clock,
    tempFolder,
    env: { NO_COLOR: "1" },
    pace: noDelay,
    everyMs: 1000,
  };
  return { given, signals, input, clock };
}

async function refusesConnections(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

describe("runDemo", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"])("%s ends it cleanly: exit 0, nothing left", async (signal) => {
    const output = new FakeOutput(false);
    const { given, signals } = surroundings(output);
    const proxy = fakeProxy();
    const ended = runDemo(proxy.start, given);
    await output.until("Personal comes first");
    for (const event of requestEvents("a", [attempt("personal", 429), attempt("work", 200)]))
      proxy.emit(event);
    await output.until("Work took over");
    signals.emit(signal);

    expect(await ended).toBe(0);
    expect(output.text).toContain("0 served as asked, 1 rotated, 0 fell back, 0 failed.");
    expect(await readdir(tempFolder)).toEqual([]);
    expect([proxy.stopped, proxy.listeners.size]).toEqual([1, 0]);
    const config = proxy.seen[0]?.config as { anthropicBaseUrl: string; keys: { gpt: { baseUrl: string } } };
    expect(await refusesConnections(config.anthropicBaseUrl)).toBe(true);
    expect(await refusesConnections(config.keys.gpt.baseUrl)).toBe(true);
    expect(signals.eventNames()).toEqual([]);
  });

  test("gives the proxy a private home with three keys that are obviously fake", async () => {
    const output = new FakeOutput(false);
    const { given, signals } = surroundings(output);
    const proxy = fakeProxy();
    const ended = runDemo(proxy.start, given);
    await output.until("Personal comes first");
    signals.emit("SIGINT");
    await ended;
    const [seen] = proxy.seen;
    expect(seen).toMatchObject({
      port: 4080,
      modes: [0o700, 0o600],
      config: {
        profiles: { default: { port: 4080, keyOrder: ["personal", "work", "gpt"] } },
        keys: {
          personal: { label: "Personal" },
          work: { label: "Work" },
          gpt: {
            label: "GPT",
            provider: "openai",
            baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
          },
        },
        openaiModelFallback: true,
        modelFallback: { "claude-opus-4-6": "claude-sonnet-4-6" },
        anthropicBaseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      },
    });
    const tokens = Object.values(seen?.config.keys as Record<string, { token: string }>).map(
      (key) => key.token,
    );
    expect(tokens.every((token) => /demo.*this-is-not-a-real/.test(token))).toBe(true);
    expect(output.text).not.toContain("sk-");
  });

  test("says when the usual port was taken", async () => {
    const output = new FakeOutput(false);
    const { given, signals } = surroundings(output);
    const ended = runDemo(fakeProxy().start, given);
    await output.until("Port 4080 is taken");
    signals.emit("SIGINT");
    expect(await ended).toBe(0);
  });

  test("on a terminal: screen and keyboard are given back before the summary, for q and for Ctrl+C", async () => {
    for (const key of ["q", "\x03"]) {
      const output = new FakeOutput(true);
      const { given, input } = surroundings(output);
      const ended = runDemo(fakeProxy().start, given);
      await output.until("Ctrl+C");
      expect(input.raw).toBe(true);
      input.press("x");
      input.press(key);
      expect(await ended).toBe(0);
      expect(output.text.indexOf("\x1b[?1049l")).toBeLessThan(output.text.indexOf("With keys of your own"));
      expect([input.raw, input.flowing]).toEqual([false, false]);
    }
  });

  test("a reader that goes away ends it", async () => {
    const output = new FakeOutput(false);
    const { given } = surroundings(output);
    const ended = runDemo(fakeProxy().start, given);
    await output.until("Personal comes first");
    output.emit("error");
    expect(await ended).toBe(0);
    expect(await readdir(tempFolder)).toEqual([]);
  });

  test("a crash of the process restores the screen and removes the home", async () => {
    const output = new FakeOutput(true);
    const { given, signals, clock } = surroundings(output);
    let crashed = false;
    const proxy = fakeProxy({
      health() {
        if (crashed) throw new Error("crashed");
        return [health("personal"), health("work")];
      },
    });
    const ended = runDemo(proxy.start, given);
    await output.until("Ctrl+C");
    signals.emit("exit");
    expect(output.text).toEndWith("\x1b[?1049l");
    expect(await readdir(tempFolder)).toEqual([]);
    crashed = true;
    clock.advance(1000);
    await expect(ended).rejects.toThrow("crashed");
  });

  test("a second signal does not wait for a proxy that hangs", async () => {
    const output = new FakeOutput(false);
    const { given, signals } = surroundings(output);
    const stopping = Promise.withResolvers<void>();
    const proxy = fakeProxy({
      stop() {
        stopping.resolve();
        return new Promise(() => {});
      },
    });
    const ended = runDemo(proxy.start, given);
    await output.until("Personal comes first");
    signals.emit("SIGINT");
    await stopping.promise;
    signals.emit("SIGINT");
    expect(await ended).toBe(0);
    expect(await readdir(tempFolder)).toEqual([]);
  });
});

describe("when a part fails", () => {
  test.each(["uncaughtException", "unhandledRejection"])(
    "%s while running ends it cleanly",
    async (event) => {
      const output = new FakeOutput(true);
      const { given, signals } = surroundings(output);
      const proxy = fakeProxy();
      const ended = runDemo(proxy.start, given);
      await output.until("Ctrl+C");
      signals.emit(event, new Error("boom"));
      await expect(ended).rejects.toThrow("boom");
      expect(output.text).toEndWith("\x1b[?1049l");
      expect(await readdir(tempFolder)).toEqual([]);
      expect([proxy.stopped, signals.eventNames()]).toEqual([1, []]);
    },
  );

  test("the proxy does not start: its error comes through, the rest is taken apart", async () => {
    const output = new FakeOutput(true);
    const { given, signals, input } = surroundings(output);
    const simulators: string[] = [];
    const ended = runDemo(async ({ home }) => {
      const config = await Bun.file(join(home, "config.json")).json();
      simulators.push(config.anthropicBaseUrl, config.keys.gpt.baseUrl);
      throw new Error("no free port");
    }, given);
    await expect(ended).rejects.toThrow("no free port");
    expect(await readdir(tempFolder)).toEqual([]);
    expect(await Promise.all(simulators.map(refusesConnections))).toEqual([true, true]);
    expect(signals.eventNames()).toEqual([]);
    expect(input.raw).toBe(false);
    expect(output.text).toBe("");
  });

  test("the view fails while running: the same, and the screen is given back", async () => {
    const output = new FakeOutput(true);
    const { given } = surroundings(output);
    const proxy = fakeProxy({
      health() {
        throw new Error("no health");
      },
    });
    const ended = runDemo(proxy.start, given);
    await expect(ended).rejects.toThrow("no health");
    expect(await readdir(tempFolder)).toEqual([]);
    expect(output.text).toEndWith("\x1b[?1049l");
    expect(proxy.stopped).toBe(1);
  });

  test("the home cannot be made", async () => {
    const output = new FakeOutput(false);
    const { given, signals } = surroundings(output);
    const proxy = fakeProxy();
    const ended = runDemo(proxy.start, { ...given, tempFolder: join(tempFolder, "missing") });
    await expect(ended).rejects.toThrow();
    expect(proxy.seen).toEqual([]);
    expect(signals.eventNames()).toEqual([]);
  });
});
