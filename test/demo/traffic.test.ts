// The pretend conversations: they grow, they begin anew, they end when told to.
import { afterEach, describe, expect, test } from "bun:test";
import { type Simulator, startAnthropicSimulator } from "../../src/demo/anthropic-simulator";
import { type Script, scripts } from "../../src/demo/conversations";
import { findModel } from "../../src/demo/simulated-models";
import { startTraffic, type Traffic } from "../../src/demo/traffic";
import { ManualClock } from "./manual-clock";

const key = { token: "sk-ant-api03-demo", organization: "org" };
const script: Script = { name: "test", model: "claude-opus-4-6", turns: scripts[0]?.turns.slice(0, 2) ?? [] };

interface Seen {
  session: string;
  messages: { role: string; content: string }[];
}

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A front before the simulator that adds the key, as the proxy does, and notes what comes. */
function startFront(answer: (forward: () => Promise<Response>) => Promise<Response> | Response) {
  const simulator: Simulator = startAnthropicSimulator({ keys: [key] });
  const seen: Seen[] = [];
  const arrivals: (() => void)[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const text = await request.text();
      const session = request.headers.get("x-claude-code-session-id") ?? "";
      seen.push({ session, messages: JSON.parse(text).messages });
      for (const arrived of arrivals.splice(0)) arrived();
      const headers = new Headers(request.headers);
      headers.set("x-api-key", key.token);
      const forward = () => fetch(`${simulator.url}/v1/messages`, { method: "POST", headers, body: text });
      // At the end of a test a request may find the simulator gone already.
      return Promise.resolve(answer(forward)).catch(() => new Response(null, { status: 502 }));
    },
  });
  undo.push(
    () => simulator.stop(),
    () => server.stop(true),
  );
  const until = async (count: number, clock: ManualClock) => {
    while (seen.length < count) {
      clock.advance(100);
      await new Promise<void>((resolve) => {
        arrivals.push(resolve);
        setImmediate(resolve);
      });
    }
  };
  return { url: `http://127.0.0.1:${server.port}`, seen, until };
}

function start(url: string, clock: ManualClock): Traffic {
  const traffic = startTraffic({ url, everyMs: 100, clock, scripts: [script] });
  undo.push(() => traffic.stop());
  return traffic;
}

describe("traffic", () => {
  test("a conversation grows turn by turn, then begins anew under a new session", async () => {
    const front = startFront((forward) => forward());
    const clock = new ManualClock();
    start(front.url, clock);
    await front.until(3, clock);
    const [first, second, third] = front.seen;
    expect(first?.messages.length).toBe(1);
    expect(second?.messages.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
    expect(second?.messages[1]?.content).toBe(script.turns[0]?.answer ?? "none");
    expect(second?.session).toBe(first?.session ?? "none");
    expect(third?.messages.length).toBe(1);
    expect(third?.session).not.toBe(first?.session);
  });

  test("a failed turn is asked again", async () => {
    let requests = 0;
    const front = startFront((forward) =>
      ++requests === 1 ? new Response("no", { status: 500 }) : forward(),
    );
    const clock = new ManualClock();
    start(front.url, clock);
    await front.until(3, clock);
    expect(front.seen.map((request) => request.messages.length)).toEqual([1, 1, 3]);
  });

  test("stop aborts what runs and sends nothing more", async () => {
    const hanging = Promise.withResolvers<Response>();
    const front = startFront(() => hanging.promise);
    const clock = new ManualClock();
    const traffic = start(front.url, clock);
    await front.until(1, clock);
    await traffic.stop();
    clock.advance(1000);
    expect(front.seen.length).toBe(1);
    hanging.resolve(new Response("late"));
  });

  test("the demo's own scripts ask for known models and have an answer to each question", () => {
    for (const { model, turns } of scripts) {
      expect(findModel(model)).toBeDefined();
      expect(turns.every((turn) => turn.answer.length > 20)).toBe(true);
    }
    const asks = scripts.flatMap((each) => each.turns.map((turn) => turn.ask));
    expect(new Set(asks).size).toBe(asks.length);
  });
});
