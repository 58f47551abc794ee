// The test tools themselves: if these were wrong, the tests of the binary would prove nothing.
import { expect, test } from "bun:test";
import { messageEvents } from "./anthropic-answers";
import { makeGate } from "./gate";
import { begin, open, send } from "./raw-client";
import { closeAtOnce, informational, json, resetAtOnce, resetInHead, respond, sse, stall } from "./replies";
import { ScriptedUpstream } from "./scripted-upstream";
import { tokenFor } from "./test-token";

async function withUpstream(run: (upstream: ScriptedUpstream) => Promise<void>): Promise<void> {
  await using upstream = await ScriptedUpstream.start();
  await run(upstream);
}

test("a request is recorded as it was sent", () =>
  withUpstream(async (upstream) => {
    const answer = await send(`${upstream.url}/v1/messages?beta=true`, {
      method: "POST",
      headers: [
        ["X-Api-Key", tokenFor("alpha")],
        ["anthropic-beta", "one"],
        ["Anthropic-Beta", "two"],
      ],
      body: '{"model":"claude-opus-4-6", "x": 1}',
      chunked: 5,
    });
    expect(answer.status).toBe(200);
    const request = upstream.last;
    expect(request.target).toBe("/v1/messages?beta=true");
    expect(request.headers.slice(1, 4)).toEqual([
      ["X-Api-Key", tokenFor("alpha")],
      ["anthropic-beta", "one"],
      ["Anthropic-Beta", "two"],
    ]);
    expect(request.header("anthropic-beta")).toBe("one, two");
    expect(request.body.toString()).toBe('{"model":"claude-opus-4-6", "x": 1}');
    expect(request.framing).toBe("chunked");
    expect(upstream.calls()).toEqual(["alpha claude-opus-4-6"]);
    expect(request.answered).toBe(true);
  }));

test("queued replies come once and first, standing replies after them", () =>
  withUpstream(async (upstream) => {
    upstream.always({}, json(500, {})).next({ path: "/a" }, json(201, {}), json(202, {}));
    const statuses: number[] = [];
    for (const path of ["/a", "/b", "/a", "/a"]) statuses.push((await send(`${upstream.url}${path}`)).status);
    expect(statuses).toEqual([201, 500, 202, 500]);
  }));

test("a body cut by FIN or by a reset is seen as incomplete, a clean one as complete", () =>
  withUpstream(async (upstream) => {
    const events = messageEvents();
    upstream.next({}, sse(events), sse(events, { ending: "cut" }), sse(events, { ending: "reset" }));
    upstream.next({}, sse(events, { framing: "close" }), respond({ text: "abc", length: 9, ending: "cut" }));
    const complete: boolean[] = [];
    for (let count = 0; count < 5; count++) complete.push((await send(upstream.url)).complete);
    expect(complete).toEqual([true, false, false, true, false]);
  }));

test.each([
  ["close", closeAtOnce],
  ["reset", resetAtOnce],
  ["reset in the head", resetInHead],
])("%s before an answer fails the request", (_name, reply) =>
  withUpstream(async (upstream) => {
    upstream.always({}, reply);
    expect(await send(upstream.url).catch(() => null)).toBeNull();
    await upstream.received(1);
  }),
);

test("an informational answer is passed over", () =>
  withUpstream(async (upstream) => {
    upstream.always({}, informational(103, json(200, { ok: true })));
    expect((await send(upstream.url)).json()).toEqual({ ok: true });
  }));

test("pieces arrive in packets of their own and make the same bytes", () =>
  withUpstream(async (upstream) => {
    upstream.always({}, sse(["data: Grüße\n\n"], { splitEvery: 1 }));
    expect((await send(upstream.url)).text).toBe("data: Grüße\n\n");
  }));

test("a client that goes away is noticed", () =>
  withUpstream(async (upstream) => {
    upstream.always({}, stall);
    const request = begin(upstream.url);
    await upstream.received(1);
    request.abort();
    await upstream.waitFor("the close", () => upstream.last.abandonedAt !== null);
  }));

test("a reader that pauses holds the writer back", () =>
  withUpstream(async (upstream) => {
    const megabyte = new Uint8Array(1 << 20);
    let written = 0;
    const firstWritten = makeGate();
    upstream.always(
      {},
      respond({
        framing: "close",
        parts: Array.from({ length: 64 }, () => async (exchange) => {
          await exchange.write(megabyte);
          written++;
          firstWritten.open();
        }),
      }),
    );
    const answer = await open(upstream.url);
    answer.pause();
    await firstWritten.promise;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThan(32);
    answer.resume();
    const whole = await answer.rest();
    expect(whole.body.length).toBe(64 << 20);
    expect(written).toBe(64);
  }));

test("a request body is not read while it is held", () =>
  withUpstream(async (upstream) => {
    const gate = makeGate();
    upstream.holdBodies = gate.promise;
    const request = begin(upstream.url, { body: "x".repeat(1 << 23) });
    await upstream.waitFor("the head", () => upstream.requests.length === 1);
    expect(upstream.last.complete).toBe(false);
    gate.open();
    expect((await request.answer).status).toBe(200);
    expect(upstream.last.body.length).toBe(1 << 23);
  }));
