// Keeping bodies for debugging: off by default, bounded, without secrets, and never in the way of a stream.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { gzipSync } from "node:zlib";
import type { CapturedExchange, CaptureView, Snapshot } from "../../src/server/contract";
import { messageEvents, sseEvent } from "../support/anthropic-answers";
import { until } from "../support/gate";
import { LiveFollower } from "../support/live-events";
import { type ProxySetup, startProxy } from "../support/proxy-setup";
import { respond, sse } from "../support/replies";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

async function switchCapture(proxy: ProxySetup, on: boolean): Promise<CaptureView> {
  const headers = { "content-type": "application/json" };
  const answer = await proxy.send("/dashboard/api/capture", {
    method: "PUT",
    headers,
    body: JSON.stringify({ on }),
  });
  expect(answer.status).toBe(200);
  return answer.json<CaptureView>();
}

async function bodiesOf(proxy: ProxySetup, id: string | null): Promise<CapturedExchange> {
  const answer = await proxy.send(`/dashboard/api/requests/${id}/bodies`);
  expect(answer.status).toBe(200);
  return answer.json<CapturedExchange>();
}

describe("capture", () => {
  let proxy: ProxySetup;
  beforeAll(async () => {
    proxy = await startProxy({ keys: ["alpha"] });
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  test("is off at first: nothing is kept, and whoever asks hears how to change that", async () => {
    const id = (await proxy.message()).header("x-cf-request-id");
    const answer = await proxy.send(`/dashboard/api/requests/${id}/bodies`);
    expect(answer.status).toBe(404);
    expect(answer.json<{ error: { code: string; hint: string } }>().error).toMatchObject({
      code: "not_captured",
      hint: expect.stringContaining("Switch the keeping of bodies on"),
    });
    const snapshot = (await proxy.send("/dashboard/api/snapshot")).json<Snapshot>();
    expect(snapshot.capture).toEqual({ on: false, held: 0, capacity: 20 });
  });

  test("keeps a whole answer and a stream as the client saw them, and says so live", async () => {
    const live = await LiveFollower.open(proxy.url);
    await live.snapshot();
    expect((await switchCapture(proxy, true)).on).toBe(true);
    await live.next("capture", (event) => event.capture.on);
    const whole = await proxy.message({ prompt: "What is kept?" });
    const kept = await bodiesOf(proxy, whole.header("x-cf-request-id"));
    expect(kept).toMatchObject({ responseStatus: 200, responseBody: whole.text, truncated: false });
    expect(JSON.parse(kept.requestBody).messages[0].content).toBe("What is kept?");
    expect(kept.responseHeaders).toContainEqual(["x-cf-key", "alpha"]);
    const stream = await proxy.message({ stream: true });
    expect((await bodiesOf(proxy, stream.header("x-cf-request-id"))).responseBody).toBe(stream.text);
    await live.next("capture", (event) => event.capture.held === 2);
    live.leave();
  });

  test("a compressed answer is kept readable, while the client gets it as it came", async () => {
    const packed = gzipSync(JSON.stringify({ type: "message", content: "packed" }));
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    proxy.upstream.next({}, respond({ parts: [packed], headers }));
    const answer = await proxy.message();
    expect(answer.body.equals(packed)).toBe(true);
    expect(answer.header("content-encoding")).toBe("gzip");
    const kept = await bodiesOf(proxy, answer.header("x-cf-request-id"));
    expect(JSON.parse(kept.responseBody)).toEqual({ type: "message", content: "packed" });
  });

  test("our own errors are kept as well", async () => {
    const answer = await proxy.message({ headers: { "x-cf-fallback": "off" }, model: "claude-x" });
    expect(answer.status).toBe(200);
    proxy.upstream.next({}, respond({ status: 429, json: {}, headers: { "retry-after": "1" } }));
    const refused = await proxy.message();
    expect(refused.status).toBe(429);
    const kept = await bodiesOf(proxy, refused.header("x-cf-request-id"));
    expect(kept).toMatchObject({ responseStatus: 429, responseBody: refused.text });
    await proxy.untilReady("alpha");
  });

  test("secrets show nowhere: not the client's, not ours, not echoed ones", async () => {
    const token = tokenFor("alpha");
    const foreign = "sk-ant-api03-somebody-elses-0123456789abcdefghij";
    proxy.upstream.next({}, sse([sseEvent("message_start", { echo: token }), ...messageEvents().slice(1)]));
    const answer = await proxy.message({
      stream: true,
      prompt: `My key is ${foreign} and ${token}`,
      headers: { authorization: `Bearer ${foreign}`, cookie: "session=abc123secret" },
    });
    const text = JSON.stringify(await bodiesOf(proxy, answer.header("x-cf-request-id")));
    expect(text).toContain("[redacted]");
    for (const secret of [token, foreign, "abc123secret"]) expect(text).not.toContain(secret);
  });

  test("keeps the beginning and the end of what is too long, and passes all of it on", async () => {
    const long = "x".repeat(900_000);
    proxy.upstream.next(
      {},
      sse([...messageEvents().slice(0, 2), `: ${long}\n\n`, ...messageEvents().slice(2)]),
    );
    const answer = await proxy.message({ stream: true, prompt: `begin ${long} end` });
    expect(answer.text.length).toBeGreaterThan(900_000);
    const kept = await bodiesOf(proxy, answer.header("x-cf-request-id"));
    expect(kept.truncated).toBe(true);
    expect(kept.requestBody).toMatch(/begin x+\n… \d+ bytes are left out …\nx+ end"/);
    expect(kept.responseBody.length).toBe(512 * 1024);
  });

  test("holds the last 20 only, and forgets them when it is switched off", async () => {
    const first = (await proxy.message()).header("x-cf-request-id");
    let last: string | null = null;
    for (let count = 0; count < 20; count += 1) last = (await proxy.message()).header("x-cf-request-id");
    expect((await proxy.send(`/dashboard/api/requests/${first}/bodies`)).status).toBe(404);
    expect((await bodiesOf(proxy, last)).responseStatus).toBe(200);
    expect(await switchCapture(proxy, false)).toEqual({ on: false, held: 0, capacity: 20 });
    expect((await proxy.send(`/dashboard/api/requests/${last}/bodies`)).status).toBe(404);
  });

  test("a client that leaves takes nothing with it: what had come until then is there", async () => {
    await switchCapture(proxy, true);
    const [first = ""] = messageEvents();
    proxy.upstream.next({}, sse([first], { ending: "stall" }));
    const stream = await proxy.openMessage({ stream: true });
    await stream.readUntil("message_start");
    stream.abort();
    const id = stream.header("x-cf-request-id");
    await until("the request is over", async () => {
      return (await proxy.send(`/dashboard/api/requests/${id}`)).status === 200;
    });
    expect((await bodiesOf(proxy, id)).responseBody).toBe(first);
    await switchCapture(proxy, false);
  });

  test.each([
    ["{}", "body.on"],
    ['{"on":"yes"}', "body.on"],
    ['{"on":true,"of":1}', "body.of"],
  ])("%s is refused with its place", async (body, path) => {
    const headers = { "content-type": "application/json" };
    const answer = await proxy.send("/dashboard/api/capture", { method: "PUT", headers, body });
    expect([answer.status, answer.json<{ error: { path: string } }>().error.path]).toEqual([400, path]);
  });
});
