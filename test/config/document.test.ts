import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  formatDocument,
  isJsonObject,
  type JsonValue,
  toJsonValue,
  valueAt,
  withoutKey,
  withValue,
} from "../../src/config/document";
import { parseText } from "../../src/config/parse-text";

const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value")),
    fc
      .uniqueArray(
        fc.tuple(fc.oneof(fc.string(), fc.constantFrom("1", "0", "__proto__", "constructor")), tie("value")),
        {
          selector: ([name]) => name,
        },
      )
      .map((entries) => new Map(entries)),
  ),
})).value;

test("document -> text -> document is the identity, key order and odd names included", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json).map(toJsonValue), (value) => {
      if (!isJsonObject(value)) throw new Error("not an object");
      const parsed = parseText(formatDocument(value));
      expect(parsed.ok && parsed.value).toEqual(value);
      expect(parsed.ok && formatDocument(parsed.value as typeof value)).toBe(formatDocument(value));
    }),
  );
});

test("the text is what JSON.stringify writes with two spaces", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = { b: value, a: [value], empty: {}, none: [] };
      const document = toJsonValue(JSON.parse(JSON.stringify(plain)));
      if (!isJsonObject(document)) throw new Error("not an object");
      expect(formatDocument(document)).toBe(
        `${JSON.stringify(JSON.parse(JSON.stringify(plain)), null, 2)}\n`,
      );
    }),
  );
});

test("integer-like names keep their place", () => {
  const text = '{\n  "b": 1,\n  "2": 2,\n  "1": 3\n}\n';
  const parsed = parseText(text);
  expect(parsed.ok && isJsonObject(parsed.value) && formatDocument(parsed.value)).toBe(text);
});

describe("edits", () => {
  const document = new Map<string, JsonValue>([
    ["a", 1],
    ["b", [new Map([["c", 2]])]],
  ]);

  test("make copies and keep places", () => {
    expect([...withValue(document, "a", 9).keys()]).toEqual(["a", "b"]);
    expect([...withValue(document, "z", 9).keys()]).toEqual(["a", "b", "z"]);
    expect([...withoutKey(document, "a").keys()]).toEqual(["b"]);
    expect(document.size).toBe(2);
    expect(document.get("a")).toBe(1);
  });

  test("valueAt walks objects and lists", () => {
    expect(valueAt(document, ["b", 0, "c"])).toBe(2);
    expect(valueAt(document, [])).toBe(document);
    expect(valueAt(document, ["b", 7, "c"])).toBeUndefined();
    expect(valueAt(document, ["a", "toString"])).toBeUndefined();
    expect(valueAt(document, ["constructor"])).toBeUndefined();
  });

  test("toJsonValue refuses what JSON cannot hold", () => {
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 1, 1n, { a: undefined }]) {
      expect(() => toJsonValue(value)).toThrow(TypeError);
    }
  });
});
