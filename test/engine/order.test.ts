// Which keys a profile uses, in which order.
import { expect, test } from "bun:test";
import { listCandidates, type OrderedKey, preferBound } from "../../src/engine/order";
import type { Provider } from "../../src/engine/types";

function keys(...entries: [string, Provider][]): ReadonlyMap<string, OrderedKey> {
  return new Map(entries.map(([id, provider]) => [id, { id, label: id.toUpperCase(), provider }]));
}

const all = keys(["o1", "openai"], ["k1", "anthropic"], ["k2", "anthropic"]);
const ids = (order: readonly string[] | null) => listCandidates(order, all).map((candidate) => candidate.key);

test("without an order: every key, Anthropic before OpenAI", () => {
  expect(ids(null)).toEqual(["k1", "k2", "o1"]);
  expect(ids([])).toEqual(["k1", "k2", "o1"]);
});

test("an explicit order names exactly the keys that are used", () => {
  expect(ids(["k2"])).toEqual(["k2"]);
  expect(ids(["k2", "gone", "k1", "k2"])).toEqual(["k2", "k1"]);
  expect(ids(["gone"])).toEqual([]);
});

test.each(["constructor", "__proto__"])("the id %p is as unknown as any other", (id) => {
  expect(ids([id, "k1"])).toEqual(["k1"]);
});

test("an OpenAI key before an Anthropic key keeps its place, one behind is a last resort", () => {
  const inPlace = (order: string[]) =>
    Object.fromEntries(listCandidates(order, all).map((candidate) => [candidate.key, candidate.inPlace]));
  expect(inPlace(["k1", "o1", "k2"])).toEqual({ k1: true, o1: true, k2: true });
  expect(inPlace(["k1", "k2", "o1"])).toEqual({ k1: true, k2: true, o1: false });
  expect(inPlace(["o1"])).toEqual({ o1: false });
});

test("the bound key comes first, the rest keep their order", () => {
  const order = (bound: string | null, list = ["k1", "k2", "o1"]) =>
    preferBound(listCandidates(list, all), bound).map((candidate) => candidate.key);
  expect(order("k2")).toEqual(["k2", "k1", "o1"]);
  expect(order("k1")).toEqual(["k1", "k2", "o1"]);
  expect(order(null)).toEqual(["k1", "k2", "o1"]);
  expect(order("gone")).toEqual(["k1", "k2", "o1"]);
  expect(order("o1")).toEqual(["k1", "k2", "o1"]);
  expect(order("o1", ["k1", "o1", "k2"])).toEqual(["o1", "k1", "k2"]);
});
