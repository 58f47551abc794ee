// The memory of a large request is given back when it is over, and not a moment before: whoever is asked last still gets all of it.
import { expect, setDefaultTimeout, test } from "bun:test";
import type { CapturedExchange } from "../../src/server/contract";
import { errorBody } from "../support/anthropic-answers";
import { awaitRows } from "../support/ledger-rows";
import { limitedForAnHour, readAnswer, startLimited } from "../support/openai-setup";
import { messageRequestBody, opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";

setDefaultTimeout(30_000);

const prompt = "What did we say? ".repeat(20_000);
const bodyFor = (model: string) => JSON.stringify(messageRequestBody({ prompt, model }));
const bodiesAt = (proxy: ProxySetup) => proxy.upstream.requests.map(({ body }) => body.toString());

test.concurrent("every key that is asked gets all of it", async () => {
  await using proxy = await startProxy({ config: { queueWaitMs: 5000 } });
  proxy.upstream.next(
    { key: "alpha" },
    json(529, errorBody("overloaded_error", "Overloaded")),
    limitedForAnHour,
  );
  proxy.upstream.next(
    { key: "beta" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after-ms": "400" }),
  );
  const answer = await proxy.message({ prompt });
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-attempts")).toBe("4");
  expect(bodiesAt(proxy)).toEqual(Array(4).fill(bodyFor(opus)));
});

test.concurrent("a cheaper model gets all of it", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { modelFallback: { [opus]: sonnet } } });
  proxy.upstream.always({ model: opus }, limitedForAnHour);
  expect((await proxy.message({ prompt })).header("x-cf-model")).toBe(sonnet);
  expect(bodiesAt(proxy)).toEqual([bodyFor(opus), bodyFor(sonnet)]);
});

test.concurrent("an OpenAI model gets all of it", async () => {
  await using proxy = await startLimited("chat");
  const answer = await proxy.message({ prompt });
  expect(readAnswer(answer).stop_reason).toBe("end_turn");
  expect(JSON.parse(proxy.upstream.last.body.toString()).messages.at(-1).content).toContain(prompt);
});

test.concurrent("a client that leaves while its request waits harms no other", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 20_000 } });
  const limitedForASecond = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after-ms": "1000" });
  proxy.upstream.next({}, limitedForASecond);
  const leaving = proxy.beginMessage({ prompt });
  leaving.answer.catch(() => null);
  await proxy.upstream.waitFor("the refusal", () => proxy.upstream.requests[0]?.answered === true);
  const staying = proxy.message({ prompt });
  leaving.abort();
  const [row] = await awaitRows(proxy.cf.home, 1);
  expect(row?.state).toBe("cancelled");
  expect((await staying).status).toBe(200);
  expect(bodiesAt(proxy)).toEqual(Array(2).fill(bodyFor(opus)));
});

test.concurrent("one that is kept for debugging stays", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const body = JSON.stringify({ on: true });
  const headers = { "content-type": "application/json" };
  await proxy.send("/dashboard/api/capture", { method: "PUT", headers, body });
  const id = (await proxy.message({ prompt })).header("x-cf-request-id");
  const kept = (await proxy.send(`/dashboard/api/requests/${id}/bodies`)).json<CapturedExchange>();
  expect(kept.requestBody.length).toBeGreaterThan(20_000);
  expect(bodyFor(opus)).toStartWith(kept.requestBody);
});
