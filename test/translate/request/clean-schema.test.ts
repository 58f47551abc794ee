import { describe, expect, test } from "bun:test";
import { cleanParameters } from "../../../src/translate/request/clean-schema";
import { isStrictSchema } from "../../../src/translate/request/strict-schema";

function clean(schema: unknown): { cleaned: unknown; lost: string[] } {
  const lost: string[] = [];
  return { cleaned: cleanParameters(schema, (keyword) => lost.push(keyword)), lost };
}

describe("cleaning", () => {
  test.each<[string, unknown, unknown]>([
    ["no schema", undefined, { type: "object", properties: {} }],
    ["an empty schema", {}, { type: "object", properties: {} }],
    ["an object without properties", { type: "object" }, { type: "object", properties: {} }],
    ["another type at the top", { type: "string" }, { type: "object", properties: {} }],
    [
      "several types at the top",
      { type: ["object", "null"], properties: {} },
      { type: "object", properties: {} },
    ],
    [
      "$schema, wherever it stands",
      {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: { a: { $schema: "x", type: "string" } },
      },
      { type: "object", properties: { a: { type: "string" } } },
    ],
    [
      "arrays without items",
      { type: "object", properties: { a: { type: "array" }, b: { type: ["array", "null"] } } },
      {
        type: "object",
        properties: { a: { type: "array", items: {} }, b: { type: ["array", "null"], items: {} } },
      },
    ],
    [
      "inner objects without properties",
      { type: "object", properties: { a: { type: "object", additionalProperties: { type: "array" } } } },
      {
        type: "object",
        properties: {
          a: { type: "object", additionalProperties: { type: "array", items: {} }, properties: {} },
        },
      },
    ],
    [
      "tuples of older drafts",
      {
        type: "object",
        properties: { a: { type: "array", items: [{ type: "string" }, { type: "array" }] } },
      },
      {
        type: "object",
        properties: {
          a: { type: "array", items: { anyOf: [{ type: "string" }, { type: "array", items: {} }] } },
        },
      },
    ],
    [
      "required as older drafts have it",
      { type: "object", properties: { a: { type: "string", required: true } } },
      { type: "object", properties: { a: { type: "string" } } },
    ],
    [
      "limits and conditions that OpenAI takes stay",
      {
        type: "object",
        properties: { n: { type: "integer", exclusiveMinimum: 0, maximum: 9007199254740991 } },
        additionalProperties: false,
      },
      {
        type: "object",
        properties: { n: { type: "integer", exclusiveMinimum: 0, maximum: 9007199254740991 } },
        additionalProperties: false,
      },
    ],
    [
      "references stay",
      { type: "object", properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: { type: "array" } } },
      {
        type: "object",
        properties: { a: { $ref: "#/$defs/A" } },
        $defs: { A: { type: "array", items: {} } },
      },
    ],
  ])("%s", (_name, schema, expected) => {
    expect(clean(schema).cleaned).toEqual(expected);
  });

  test("properties that are named like keywords are properties", () => {
    const properties = {
      $schema: { type: "string" },
      properties: { type: "string" },
      items: { type: "string" },
      required: { type: "boolean" },
      type: { type: "string" },
      anyOf: { type: "string" },
      ["__proto__"]: { type: "string" },
    };
    const { cleaned } = clean({ type: "object", properties, required: ["type"] });
    expect(JSON.stringify(cleaned)).toBe(JSON.stringify({ type: "object", properties, required: ["type"] }));
  });

  test("values are not schemas: defaults, constants and examples stay as they are", () => {
    const property = {
      default: { type: "array" },
      enum: [{ type: "object" }],
      const: { $schema: "x" },
      examples: [{ type: "array" }],
    };
    const schema = { type: "object", properties: { a: property } };
    expect(clean(schema).cleaned).toEqual(schema);
  });

  test("the original is untouched", () => {
    const schema = { $schema: "x", anyOf: [{ type: "object", properties: { a: { type: "array" } } }] };
    const before = structuredClone(schema);
    clean(schema);
    expect(schema).toEqual(before);
  });
});

describe("alternatives at the top", () => {
  const one = {
    type: "object",
    properties: { kind: { const: "one" }, a: { type: "string" } },
    required: ["kind", "a"],
  };
  const two = {
    type: "object",
    properties: { kind: { const: "two" }, b: { type: "string" } },
    required: ["kind"],
  };

  test.each(["anyOf", "oneOf"])("%s becomes one object that allows each", (keyword) => {
    expect(clean({ [keyword]: [one, two] }).cleaned).toEqual({
      type: "object",
      properties: {
        kind: { anyOf: [{ const: "one" }, { const: "two" }] },
        a: { type: "string" },
        b: { type: "string" },
      },
      required: ["kind"],
    });
  });

  test("allOf becomes one object that asks for all", () => {
    expect(clean({ allOf: [one, two], properties: { c: {} }, required: ["c"] }).cleaned).toMatchObject({
      properties: { a: { type: "string" }, b: { type: "string" }, c: {} },
      required: ["c", "kind", "a"],
    });
  });

  test("a reference at the top is followed, a circle is not", () => {
    const schema = {
      $ref: "#/definitions/A",
      definitions: { A: { ...one, $ref: "#/definitions/B" }, B: two },
    };
    expect(clean(schema).cleaned).toMatchObject({ type: "object", properties: one.properties });
    const circle = { $ref: "#/$defs/A", $defs: { A: { $ref: "#/$defs/A" } } };
    expect(clean(circle)).toEqual({
      cleaned: { type: "object", properties: {}, $defs: { A: { $ref: "#/$defs/A" } } },
      lost: ["$ref"],
    });
  });

  test("what cannot stand at the top is named", () => {
    expect(clean({ type: "object", properties: {}, enum: [1], not: {} }).lost).toEqual(["enum", "not"]);
  });
});

describe("strict mode", () => {
  const closed = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };
  test.each<[string, Record<string, unknown>, boolean]>([
    ["a closed object", closed, true],
    ["nested closed objects", { ...closed, properties: { a: { type: "array", items: closed } } }, true],
    ["an open object", { ...closed, additionalProperties: true }, false],
    ["an optional property", { ...closed, required: [] }, false],
    ["an open object inside", { ...closed, properties: { a: { type: "object", properties: {} } } }, false],
    [
      "a keyword beyond the subset",
      { ...closed, properties: { a: { type: "string", minLength: 1 } } },
      false,
    ],
    ["a look-ahead", { ...closed, properties: { a: { type: "string", pattern: "(?=a)" } } }, false],
    ["an unknown format", { ...closed, properties: { a: { type: "string", format: "uri" } } }, false],
  ])("%s", (_name, schema, expected) => {
    expect(isStrictSchema(schema)).toBe(expected);
  });
});
