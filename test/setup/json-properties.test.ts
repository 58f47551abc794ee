// For any settings file and any later edits, apply and undo change our own part and nothing else.
import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import {
  applyEdits,
  createScanner,
  modify,
  type Node,
  type ParseError,
  parse,
  parseTree,
  type SyntaxKind,
} from "jsonc-parser";
import type { TargetFile } from "../../src/setup/files/read-target";
import { editJsonFile, readJson, takeBackJson } from "../../src/setup/json/edit-json-file";
import { anyLaterEdit, anySettings } from "./any-settings";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

const settings = [
  { path: ["env", "ANTHROPIC_BASE_URL"], value: "http://127.0.0.1:4080" },
  { path: ["env", "ANTHROPIC_AUTH_TOKEN"], value: "token" },
];
const path = "/settings.json";

function fileOf(text: string): TargetFile {
  return { path, target: path, isLink: false, bytes: Buffer.from(text), mode: 0o600, owner: null };
}

function editOf(text: string) {
  const file = fileOf(text);
  return editJsonFile(file, readJson(file), settings, () => 0o600);
}

/** As JSON.parse would, the last of repeated names counts; objects as maps, for which `__proto__` is a name like any other. */
function readObject(text: string): Map<string, unknown> {
  const errors: never[] = [];
  const root = parseTree(text.replace(/^\ufeff/, ""), errors, { allowTrailingComma: true });
  expect(errors).toEqual([]);
  expect(root?.type).toBe("object");
  return contentOf(root as Node) as Map<string, unknown>;
}

function contentOf(node: Node): unknown {
  const { type, children = [] } = node;
  if (type === "array") return children.map(contentOf);
  if (type !== "object") return node.value;
  return new Map(
    children.map(({ children: [name, value] = [] }) => [name?.value, value && contentOf(value)]),
  );
}

const lineComment: SyntaxKind.LineCommentTrivia = 12;
const blockComment: SyntaxKind.BlockCommentTrivia = 13;

function commentsOf(text: string): string[] {
  const body = text.replace(/^\ufeff/, "");
  const scanner = createScanner(body, false);
  const comments: string[] = [];
  for (let kind = scanner.scan(); kind !== 17; kind = scanner.scan()) {
    if (kind !== lineComment && kind !== blockComment) continue;
    comments.push(body.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength()));
  }
  return comments;
}

test("the edit sets our values, changes no other, and keeps every comment and its order", () => {
  fc.assert(
    fc.property(anySettings, (text) => {
      const after = editOf(text)?.after.toString() ?? text;
      const before = readObject(text);
      const env = new Map(before.get("env") as Map<string, unknown> | null);
      for (const { path, value } of settings) env.set(path[1] ?? "", value);
      expect(readObject(after)).toEqual(before.set("env", env));
      expect(commentsOf(after)).toEqual(commentsOf(text));
      expect(after.startsWith("\ufeff")).toBe(text.startsWith("\ufeff"));
      // A second time there is nothing to do.
      expect(editOf(after)).toBeNull();
    }),
    { includeErrorInReport: true, numRuns: 400 },
  );
});

test("taking it back leaves the values and comments of before", () => {
  fc.assert(
    fc.property(anySettings, (text) => {
      const edit = editOf(text);
      if (edit === null || edit.ours.kind !== "json") return;
      const back = takeBackJson(path, edit.after, Buffer.from(text), edit.ours.keys);
      expect(readObject(back.bytes.toString())).toEqual(readObject(text));
      expect(commentsOf(back.bytes.toString())).toEqual(commentsOf(text));
      expect(back.notes).toEqual([]);
    }),
    { includeErrorInReport: true, numRuns: 400 },
  );
});

test("taking it back after later edits leaves what those edits alone would have left", () => {
  fc.assert(
    fc.property(anySettings, fc.array(anyLaterEdit, { maxLength: 4 }), (text, later) => {
      const edit = editOf(text);
      if (edit === null || edit.ours.kind !== "json") return;
      const change = (start: string) => later.reduce((rest, one) => editByHand(rest, one), start);
      const changed = change(edit.after.toString());
      const back = takeBackJson(path, Buffer.from(changed), Buffer.from(text), edit.ours.keys);
      expect(back.notes).toEqual([]);
      expect(withoutEmptyEnv(back.bytes.toString())).toEqual(withoutEmptyEnv(change(text)));
      expect(commentsOf(back.bytes.toString())).toEqual(commentsOf(changed));
      const again = takeBackJson(path, back.bytes, Buffer.from(text), edit.ours.keys);
      expect(again.bytes.equals(back.bytes)).toBe(true);
    }),
    { includeErrorInReport: true, numRuns: 400 },
  );
});

test("any broken file is refused and never edited", () => {
  fc.assert(
    fc.property(anySettings, fc.nat(), fc.constantFrom("}", "{", "@", '"', ":"), (text, place, symbol) => {
      const at = place % (text.length + 1);
      const broken = text.slice(0, at) + symbol + text.slice(at);
      const errors: never[] = [];
      parse(broken.replace(/^\ufeff/, ""), errors, { allowTrailingComma: true, allowEmptyContent: true });
      if (errors.length === 0) return;
      expect(() => editOf(broken)).toThrow();
    }),
    { includeErrorInReport: true, numRuns: 400 },
  );
});

/** As another program would: with jsonc-parser's own editor, not with ours. */
function editByHand(text: string, edit: { kind: string; name: string; value: string }): string {
  const mark = text.startsWith("\ufeff") ? "\ufeff" : "";
  const body = text.slice(mark.length);
  const value = JSON.parse(edit.value);
  const options = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" } };
  if (edit.kind === "comment") return `${mark}// ${edit.name}\n${body}`;
  // With a name that stands twice, that editor and JSON.parse mean different ones.
  const repeats = (name: string) => (body.match(new RegExp(`"${name}"\\s*:`, "g")) ?? []).length > 1;
  const hasRepeats = edit.kind === "set in env" ? repeats("env") || repeats("MINE") : repeats(edit.name);
  if (hasRepeats) return text;
  const set = (place: string[], content: unknown) => {
    const result = applyEdits(body, modify(body, place, content, options));
    // That editor leaves `{,}` behind when it removes the only property before a trailing comma.
    const errors: ParseError[] = [];
    parse(result, errors, { allowTrailingComma: true });
    fc.pre(errors.length === 0);
    return mark + result;
  };
  if (edit.kind !== "set in env") return set([edit.name], edit.kind === "remove" ? undefined : value);
  return readObject(body).get("env") instanceof Map
    ? set(["env", "MINE"], value)
    : set(["env"], { MINE: value });
}

/** Where the file had no `env`, or null, an empty one of ours and none are the same. */
function withoutEmptyEnv(text: string): Map<string, unknown> {
  const object = readObject(text);
  const env = object.get("env");
  const isEmpty = env === undefined || env === null || (env instanceof Map && env.size === 0);
  if (isEmpty) object.delete("env");
  return object;
}
