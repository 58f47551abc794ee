// Arguments of tool calls with the faults that models and servers make.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { closeJson } from "../../src/translate/close-json";
import { parseArguments } from "../../src/translate/parse-arguments";
import { ToolInput } from "../../src/translate/tool-input";

describe("parseArguments", () => {
  const cases: [string, unknown, Record<string, unknown>][] = [
    ["an object's JSON", '{"a":1}', { a: 1 }],
    ["nothing", "", {}],
    ["absent", undefined, {}],
    ["null", null, {}],
    ["white space", " \n", {}],
    ["the word null", "null", {}],
    ["an object", { a: 1 }, { a: 1 }],
    ["encoded twice", '"{\\"a\\":1}"', { a: 1 }],
    ["another string", '"hello"', { value: "hello" }],
    ["an array", "[1,2]", { value: [1, 2] }],
    ["a number", "7", { value: 7 }],
    ["fenced", '```json\n{"a":1}\n```', { a: 1 }],
    ["fenced and cut", '```\n{"a":[1', { a: [1] }],
    ["cut in a string", '{"a":"b', { a: "b" }],
    ["cut behind a key", '{"a":1,"b"', { a: 1, b: null }],
    ["cut behind a colon", '{"a":', { a: null }],
    ["cut in a key", '{"a":1,"b', { a: 1, b: null }],
    ["cut in a word", '{"a":tr', { a: true }],
    ["cut in a number", '{"a":-', { a: -0 }],
    ["cut in nested brackets", '{"a":[{"b":"}]', { a: [{ b: "}]" }] }],
    ["no JSON", "ls -la", { _raw: "ls -la" }],
    ["broken in the middle", '{"a":1,,"b":2}', { _raw: '{"a":1,,"b":2}' }],
    ["a key named __proto__", '{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}')],
  ];
  test.each(cases)("%s", (_name, raw, input) => {
    expect(parseArguments(raw)).toEqual(input);
  });
});

const jsonObject = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));

test("whatever way an object's JSON is cut, it can be closed, unless within an escape or behind a comma", () => {
  const closes = (value: Record<string, unknown>, at: number) => {
    const json = JSON.stringify(value);
    const cut = json.slice(0, 1 + (at % json.length));
    if (/\\(?:u[\da-f]{0,3})?$/i.test(cut) || cut.endsWith(",")) return;
    const end = closeJson(cut);
    expect(end).not.toBeNull();
    expect(typeof JSON.parse(cut + end)).toBe("object");
  };
  fc.assert(fc.property(jsonObject, fc.nat(500), closes), { numRuns: 500 });
});

test("closing is harmless: what is whole stays, what was there stays in front", () => {
  fc.assert(fc.property(jsonObject, (value) => expect(closeJson(JSON.stringify(value))).toBe("")));
  expect(closeJson("plain")).toBeNull();
  expect(closeJson("")).toBeNull();
});

describe("ToolInput", () => {
  function run(pieces: unknown[], cut = false): string {
    const input = new ToolInput();
    const out = pieces.map((piece) => {
      input.push(piece);
      return input.take();
    });
    return out.join("") + input.close(cut);
  }

  test("passes an object on as it comes, in whatever pieces", () => {
    const same = (value: Record<string, unknown>, size: number) => {
      const json = JSON.stringify(value);
      const pieces = json.match(new RegExp(`.{1,${size}}`, "gs")) ?? [];
      expect(run(pieces)).toBe(json);
    };
    fc.assert(fc.property(jsonObject, fc.integer({ min: 1, max: 9 }), same));
  });

  test("whatever comes, a call that was not cut off has an object's JSON, or what came as it is", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (pieces) => {
        const out = run(pieces);
        if (pieces.join("").trimStart().startsWith("{")) expect(out.startsWith(pieces.join(""))).toBe(true);
        else expect(typeof JSON.parse(out)).toBe("object");
      }),
    );
  });

  test("a cut call gets no end, and none at all no object", () => {
    expect(run(['{"a":"b'], true)).toBe('{"a":"b');
    expect(run([], true)).toBe("");
    expect(run([" "], true)).toBe("");
    expect(run(["```json\n{"], true)).toBe("```json\n{");
  });

  test("fill adds what is missing and never the same twice", () => {
    const input = new ToolInput();
    input.push('{"a"');
    expect(input.fill('{"a":1}')).toBe(":1}");
    expect(input.fill('{"a":1}')).toBe("");
    expect(input.fill({ a: 1 })).toBe("");
    expect(input.take() + input.close(false)).toBe('{"a":1}');
  });

  test("a large input in small pieces takes no time that grows with its square", () => {
    const input = new ToolInput();
    input.push('{"a":"');
    let taken = 0;
    for (let index = 0; index < 200_000; index++) {
      input.push("0123456789");
      taken += input.take().length;
    }
    expect(taken).toBe(2_000_006);
    expect(input.close(false)).toBe('"}');
  });
});
