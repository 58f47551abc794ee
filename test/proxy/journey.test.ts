// When the bytes of a request may go: not while anybody may still be asked, and not before it is over.
import { expect, test } from "bun:test";
import type { ProxyContext } from "../../src/proxy/context";
import { Journey } from "../../src/proxy/journey";
import type { AskedRequest } from "../../src/proxy/read-request";
import { RequestBus } from "../../src/state/bus";

const fail = (error: unknown): never => {
  throw error;
};

const size = 100_000;

function beginJourney() {
  const context = {
    clock: { now: () => 0 },
    config: { timeouts: { firstByteMs: 1000 }, queueWaitMs: 0 },
    journeys: new Set(),
    bus: new RequestBus(fail),
    capture: { begin: () => null },
    profile: { name: "default" },
  } as unknown as ProxyContext;
  const client = new Request("http://127.0.0.1/v1/messages", { method: "POST" });
  const journey = new Journey(context, client, { endpoint: "messages", target: "/v1/messages" });
  const asked = { body: new Uint8Array(size), sent: new Uint8Array(size), scan: { model: "m" } };
  journey.begin(asked as unknown as AskedRequest);
  return { journey, lengths: () => [asked.body.length, asked.sent.length] };
}

test("its memory is given back when it is over", () => {
  const { journey, lengths } = beginJourney();
  journey.endSearch();
  expect(lengths()).toEqual([size, size]);
  journey.finishWithout(503, "error");
  expect(lengths()).toEqual([0, 0]);
});

test("a client that leaves takes nothing from the search that still goes on", () => {
  const { journey, lengths } = beginJourney();
  journey.stop();
  journey.finishWithout(499, "cancelled");
  expect(lengths()).toEqual([size, size]);
  journey.endSearch();
  expect(lengths()).toEqual([0, 0]);
});
