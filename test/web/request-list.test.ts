// The list of the Requests view: pages, live rows, holding, bounds, and a filter that agrees with its address.
import { describe, expect, test } from "bun:test";
import type { RequestFilter } from "../../src/server/contract";
import {
  addLive,
  addPage,
  emptyList,
  listCapacity,
  matches,
  type RequestList,
  readFilter,
  release,
  visibleRange,
} from "../../web/requests/request-list";
import { sampleAttempt, sampleRow } from "../support/dashboard-samples";

const row = (id: string) => sampleRow({ id });
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => row(`r${from + index}`));
const idsOf = (list: RequestList) => list.rows.map(({ id }) => id);

describe("live rows", () => {
  test("come on top, the newest first", () => {
    const list = addLive(addPage(emptyList, [row("a")], null), [row("b"), row("c")], false);
    expect(idsOf(list)).toEqual(["c", "b", "a"]);
  });

  test("are held back while somebody reads, and then shown in order", () => {
    const held = addLive(addLive(addPage(emptyList, [row("a")], null), [row("b")], true), [row("c")], true);
    expect(idsOf(held)).toEqual(["a"]);
    expect(held.held).toHaveLength(2);
    expect(idsOf(release(held))).toEqual(["c", "b", "a"]);
    expect(release(held).held).toEqual([]);
  });

  test("that a page brought already, or that come twice, are not doubled", () => {
    const list = addPage(emptyList, [row("a")], null);
    expect(addLive(list, [row("a")], false)).toBe(list);
    const held = addLive(list, [row("b")], true);
    expect(addLive(held, [row("b")], true)).toBe(held);
    expect(idsOf(release(addPage(held, [row("b"), row("z")], null)))).toEqual(["b", "a", "z"]);
  });

  test("stay bounded, held or not, over an hour of three a second", () => {
    let list = emptyList;
    let held = emptyList;
    for (let from = 0; from < 12_000; from += 60) {
      list = addLive(list, rows(from, 60), false);
      held = addLive(held, rows(from, 60), true);
    }
    expect(list.rows).toHaveLength(listCapacity);
    expect(list.rows[0]?.id).toBe("r11999");
    expect(held.held).toHaveLength(listCapacity);
    expect(release(held).rows).toHaveLength(listCapacity);
  });
});

test("a full list asks for no more pages", () => {
  const list = addPage(emptyList, rows(0, listCapacity), "cursor");
  expect(list.next).toBeNull();
  expect(addPage(emptyList, rows(0, 10), "cursor").next).toBe("cursor");
});

describe("the filter", () => {
  const sample = sampleRow({
    id: "req_cf_abc",
    modelAsked: "claude-opus-4-6",
    modelServed: "claude-sonnet-4-6",
    key: "work",
    service: "fell_back",
    session: "s1",
    attempts: [
      sampleAttempt({ key: "Personal", reason: "rate_limited", words: "rate limited (5-hour limit)" }),
    ],
  });

  test.each<[RequestFilter, boolean]>([
    [{}, true],
    [{ model: "claude-opus-4-6" }, true],
    [{ model: "claude-sonnet-4-6" }, true],
    [{ model: "claude-haiku-4-5" }, false],
    [{ key: "work", service: "fell_back" }, true],
    [{ key: "work", service: "asked" }, false],
    [{ session: "s2" }, false],
    [{ provider: "openai" }, false],
    [{ endpoint: "messages" }, true],
    [{ endpoint: "other" }, false],
    [{ search: "5-HOUR" }, true],
    [{ search: "cf_abc" }, true],
    [{ search: "personal" }, true],
    [{ search: "" }, true],
    [{ search: "nothing" }, false],
  ])("%p: %p", (filter, fits) => {
    expect(matches(sample, filter)).toBe(fits);
  });

  test("is read from the address, without what is not known there", () => {
    const query = new URLSearchParams(
      "key=work&service=bogus&search=a%20b&provider=openai&request=x&profile=&endpoint=models",
    );
    expect(readFilter(query)).toEqual({ key: "work", search: "a b", provider: "openai", endpoint: "models" });
  });
});

test.each([
  [10_000, 36, 0, 720, 0, 28],
  [10_000, 36, 36_000, 720, 992, 1028],
  [5, 36, 0, 720, 0, 5],
  [0, 36, 0, 720, 0, 0],
  [10, 36, 99_999, 720, 2, 10],
])(
  "of %p rows at %p px, scrolled by %p in %p px, %p to %p are drawn",
  (count, height, top, shown, from, until) => {
    expect(visibleRange(count, height, top, shown)).toEqual({ from, until });
  },
);
