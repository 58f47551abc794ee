// A bounded map agrees with the simple one that sorts by last use.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { LruMap } from "../../src/state/lru-map";

test("the least recently used goes first", () => {
  const map = new LruMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([map.peek("a"), map.peek("b"), map.peek("c")]).toEqual([1, undefined, 3]);
});

test("any sequence of uses leaves what a list in order of use would leave", () => {
  const key = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const step = fc.oneof(
    fc.record({ set: key, value: fc.nat(99) }),
    fc.record({ get: key }),
    fc.record({ peek: key }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), (capacity, steps) => {
      const map = new LruMap<number>(capacity);
      let list: [string, number][] = [];
      for (const one of steps) {
        if ("peek" in one) {
          expect(map.peek(one.peek)).toBe(list.find(([name]) => name === one.peek)?.[1]);
          continue;
        }
        const name = "set" in one ? one.set : one.get;
        const known = list.find(([other]) => other === name);
        const value = "set" in one ? one.value : known?.[1];
        if ("set" in one) map.set(name, one.value);
        else expect(map.get(name)).toBe(value);
        if (value === undefined) continue;
        list = [...list.filter(([other]) => other !== name), [name, value] as [string, number]].slice(
          -capacity,
        );
      }
      expect(map.size).toBe(list.length);
      for (const [name, value] of list) expect(map.peek(name)).toBe(value);
    }),
  );
});
