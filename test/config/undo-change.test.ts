import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatDocument, isJsonObject, toJsonValue } from "../../src/config/document";
import { mergePatch } from "../../src/config/merge-patch";
import { undoChange } from "../../src/config/undo-change";

function documentOf(value: unknown) {
  const document = toJsonValue(value);
  if (!isJsonObject(document)) throw new Error("no document");
  return document;
}

function undo(current: unknown, before: unknown, after: unknown): string | null {
  const change = { before: documentOf(before), after: documentOf(after) };
  const undone = undoChange(documentOf(current), change);
  return undone === null ? null : formatDocument(undone);
}

const text = (value: unknown) => formatDocument(documentOf(value));

test("what was removed comes back at its place", () => {
  const before = { keys: { a: { token: "1" }, b: { token: "2" }, c: { token: "3" } } };
  const after = { keys: { a: { token: "1" }, c: { token: "3" } } };
  expect(undo(after, before, after)).toBe(text(before));
});

test("what was changed since elsewhere stays", () => {
  const before = { keys: { a: { label: "A" }, b: { label: "B" } }, queueWaitMs: 1 };
  const after = { keys: { a: { label: "A" } }, queueWaitMs: 1 };
  const current = { keys: { a: { label: "New" }, z: {} }, queueWaitMs: 2, host: "::1" };
  expect(undo(current, before, after)).toBe(
    text({ keys: { a: { label: "New" }, b: { label: "B" }, z: {} }, queueWaitMs: 2, host: "::1" }),
  );
});

test.each([
  ["a value", { a: 3 }, { a: 1 }, { a: 2 }],
  ["something that was added", { a: { x: 1, y: 2 } }, {}, { a: { x: 1 } }],
  ["something that was removed and made anew", { a: 5 }, { a: 1 }, {}],
  ["a list", { a: [1, 2, 3] }, { a: [1] }, { a: [1, 2] }],
  ["an object that is gone", {}, { a: { x: 1 } }, { a: { x: 2 } }],
])("%s that was changed again is a conflict", (_, current, before, after) => {
  expect(undo(current, before, after)).toBeNull();
});

test("undo is the inverse of any change", () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.integer(),
      fc.string(),
      fc.array(fc.integer(), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__", "1"), tie("value")),
    patch: fc.dictionary(
      fc.constantFrom("a", "b", "c", "__proto__", "1"),
      fc.oneof(tie("value"), fc.constant(null)),
    ),
  }));
  fc.assert(
    fc.property(value.object, value.patch, (object, patch) => {
      const before = documentOf(object);
      const after = mergePatch(before, documentOf(patch));
      const undone = undoChange(after, { before, after });
      expect(undone === null ? null : formatDocument(undone)).toBe(formatDocument(before));
    }),
  );
});
