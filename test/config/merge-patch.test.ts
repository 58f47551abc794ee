// The examples of RFC 7396, appendix A, as far as the root is an object, and what documents add to them.
import { expect, test } from "bun:test";
import { isJsonObject, toJsonValue } from "../../src/config/document";
import { mergePatch } from "../../src/config/merge-patch";

function merge(target: unknown, patch: unknown): unknown {
  const wanted = toJsonValue(patch);
  if (!isJsonObject(wanted)) throw new Error("the patch of this test is no object");
  return mergePatch(toJsonValue(target), wanted);
}

test.each([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("%j patched with %j", (target, patch, expected) => {
  expect(merge(target, patch)).toEqual(toJsonValue(expected));
});

test("names keep their place, new ones come last, and none of them is special", () => {
  const patch = JSON.parse('{"b": 3, "__proto__": {"x": 1}, "constructor": 2}');
  const merged = merge({ c: 0, b: 1, a: 2 }, patch);
  expect(merged instanceof Map ? [...merged.keys()] : null).toEqual([
    "c",
    "b",
    "a",
    "__proto__",
    "constructor",
  ]);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});
