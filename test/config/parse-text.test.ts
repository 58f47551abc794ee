import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatProblem } from "../../src/config/config-error";
import { isJsonObject, type JsonValue } from "../../src/config/document";
import { parseText } from "../../src/config/parse-text";

const faults: [text: string, message: string][] = [
  ["", "config.json:1: the file is empty; write {} for a config with nothing but defaults"],
  [" \r\n ", "config.json:1: the file is empty; write {} for a config with nothing but defaults"],
  ['{\n  "a": 1,\n}', "config.json:3:1: a comma too many: none may stand before the closing }"],
  ['{"a": [1,\n]}', "config.json:2:1: a comma too many: none may stand before the closing ]"],
  ['{"a": 1,, "b": 2}', "config.json:1:9: a comma too many"],
  ['{\n  "a": 1\n  "b": 2\n}', "config.json:3:3: a comma is missing before this"],
  ['{"a": 07}', "config.json:1:8: a number must not begin with 0"],
  [
    "{a: 1}",
    'config.json:1:2: this is neither a text, a number, true, false nor null; names and texts need straight double quotes (")',
  ],
  ["{'a': 1}", 'config.json:1:2: names and texts need straight double quotes (")'],
  ['{"a": “x”}', 'config.json:1:7: names and texts need straight double quotes (")'],
  [
    '{"a": True}',
    "config.json:1:7: this value is unknown to JSON; it knows true, false and null, in lower case",
  ],
  [
    '{"a": NaN}',
    "config.json:1:7: this value is unknown to JSON; it knows true, false and null, in lower case",
  ],
  ['{\u00a0"a": 1}', "config.json:1:2: an invisible character stands here; type the space again"],
  ["hello", "config.json:1:1: the config must begin with {"],
  ['{\r\n  // note\r\n  "a": 1\r\n}', "config.json:2:3: JSON has no comments; remove it"],
  ['{"a": 1 /* x', "config.json:1:9: JSON has no comments; remove it"],
  ['{"a": "x}', 'config.json:1:7: a closing quote (") is missing on this line'],
  ['{"a": "x\ny"}', 'config.json:1:7: a closing quote (") is missing on this line'],
  ['{"a": "\\q"}', "config.json:1:7: a single backslash stands in this text; write it twice (\\\\)"],
  ['{"a": "\\u12"}', "config.json:1:7: \\u needs four hexadecimal digits after it"],
  [
    '{"a": "\t"}',
    "config.json:1:7: a tab or another control character stands in this text; write \\t for a tab",
  ],
  ['{"a" 1}', "config.json:1:6: a colon is missing after the name"],
  ['{"a": }', "config.json:1:7: a value is missing here"],
  ['{"a": 1.}', "config.json:1:7: this number is not complete"],
  ['{"a": 1', "config.json:1:8: a closing } is missing"],
  ['{"a": [1', "config.json:1:9: a closing ] is missing"],
  ['{"a": 1}}', "config.json:1:9: the config ends before this; a bracket may be closed once too often"],
  ["[".repeat(200_000), "config.json:1: is nested too deeply to be a config"],
];

test.each(faults)("syntax error %#", (text, message) => {
  const parsed = parseText(text);
  expect(parsed.ok ? "no error" : formatProblem(parsed.problem)).toBe(message);
});

test("lines are those of the setting, or of what is around a missing one", () => {
  const parsed = parseText(
    '{\r\n  "keys": {\r\n    "a": {\r\n      "label": "x"\r\n    }\r\n  },\n"list": [\n1,\n2]}',
  );
  if (!parsed.ok) throw new Error("did not parse");
  expect(parsed.lineOf([])).toBe(1);
  expect(parsed.lineOf(["keys"])).toBe(2);
  expect(parsed.lineOf(["keys", "a", "label"])).toBe(4);
  expect(parsed.lineOf(["keys", "a", "token"])).toBe(3);
  expect(parsed.lineOf(["list", 1])).toBe(9);
  expect(parsed.lineOf(["nowhere", "at", "all"])).toBe(1);
});

test("a name that stands twice in one object is told with both lines", () => {
  const parsed = parseText('{"keys": {\n"a": {},\n"b": {},\n"a": {"x": 1, "x": 2}}}');
  expect(parsed.ok && parsed.repeated.map(formatProblem)).toEqual([
    "config.json:4 keys.a: appears twice (first on line 2); rename or remove one",
    "config.json:4 keys.a.x: appears twice (first on line 4); rename or remove one",
  ]);
});

test("accepts exactly what JSON.parse accepts, with the same meaning", () => {
  const broken = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom("", ",", '"', "}", "]", "{", ":", "\\", "0", "-", "\n", "\u2028", "\0", "//", "e"),
    )
    .map(([text, at, insert]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + insert + text.slice(place + (at % 2));
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken), (text) => {
      let expected: unknown;
      let valid = true;
      try {
        expected = JSON.parse(text);
      } catch {
        valid = false;
      }
      const parsed = parseText(text);
      expect(parsed.ok).toBe(valid);
      if (parsed.ok && parsed.repeated.length === 0) expect(toPlain(parsed.value)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

function toPlain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isJsonObject(value)) return value;
  // JSON.parse makes `__proto__` an own property too.
  const plain = {};
  for (const [name, entry] of value) {
    Object.defineProperty(plain, name, {
      value: toPlain(entry),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return plain;
}
