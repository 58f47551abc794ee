// Sets one property in the text of a JSON file: its neighbours, comments, order, indentation and line ends stay as they are.
import type { Edit, Node } from "jsonc-parser";
import { findComma, type JsonText, propertiesOf, propertyAt } from "./parse-json";

interface Style {
  readonly lineEnd: string;
  /** One step of indentation. */
  readonly step: string;
}

/**
 * The edits that give the property at `path` the value whose JSON text is `value`; objects on the way that are missing, or
 * null, are made. Every object on the way must be an object, null or missing.
 */
export function setProperty(json: JsonText, path: readonly string[], value: string): Edit[] {
  const style = styleOf(json);
  if (json.root === null) return [appendRoot(json, nest(path, value, "", style), style)];
  let container: Node = json.root;
  for (const [index, name] of path.entries()) {
    const rest = path.slice(index + 1);
    const property = propertyAt(container, [name]);
    if (property === undefined) return insertProperty(json, container, name, rest, value, style);
    const isPassable = rest.length > 0 && property.value.type === "object";
    if (!isPassable) {
      const content = nest(rest, value, indentOf(json.text, property.node.offset), style);
      return [{ offset: property.value.offset, length: property.value.length, content }];
    }
    container = property.value;
  }
  return [];
}

function insertProperty(
  json: JsonText,
  object: Node,
  name: string,
  rest: readonly string[],
  value: string,
  style: Style,
): Edit[] {
  const { text } = json;
  const close = object.offset + object.length - 1;
  const inner = text.slice(object.offset + 1, close);
  const last = propertiesOf(object).at(-1)?.node;
  const lastEnd = last === undefined ? object.offset + 1 : last.offset + last.length;
  const hasTrailingComma = last !== undefined && findComma(text, lastEnd) !== null;
  const comma = last !== undefined && !hasTrailingComma ? [{ offset: lastEnd, length: 0, content: "," }] : [];
  const tail = hasTrailingComma ? "," : "";
  // After the comments behind the last property: they speak of it.
  const contentEnd = object.offset + 1 + inner.trimEnd().length;
  if (last !== undefined && !inner.includes("\n")) {
    const gap = /[,:]\s/.test(inner) ? " " : "";
    const content = `${gap}${JSON.stringify(name)}:${gap}${nestInline(rest, value, gap)}${tail}`;
    return merge([...comma, { offset: contentEnd, length: 0, content }]);
  }
  const outer = indentOf(text, object.offset);
  const indent =
    last !== undefined && isFirstOnLine(text, last.offset) ? indentOf(text, last.offset) : outer + style.step;
  const line = `${style.lineEnd}${indent}${JSON.stringify(name)}: ${nest(rest, value, indent, style)}${tail}`;
  const isCloseOnOwnLine = text.slice(contentEnd, close).includes("\n");
  const end = isCloseOnOwnLine ? "" : `${style.lineEnd}${outer}`;
  return merge([...comma, { offset: contentEnd, length: 0, content: `${line}${end}` }]);
}

/** Two insertions at one place become one: appliers differ about their order. */
function merge(edits: Edit[]): Edit[] {
  const [first, second] = edits;
  if (first === undefined || second === undefined || first.offset !== second.offset) return edits;
  return [{ offset: first.offset, length: 0, content: first.content + second.content }];
}

/** `{ "name": … }` around `value` for every name of `path`. */
function nest(path: readonly string[], value: string, indent: string, style: Style): string {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const inner = indent + style.step;
  const { lineEnd } = style;
  return `{${lineEnd}${inner}${JSON.stringify(name)}: ${nest(rest, value, inner, style)}${lineEnd}${indent}}`;
}

function nestInline(path: readonly string[], value: string, gap: string): string {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  return `{${JSON.stringify(name)}:${gap}${nestInline(rest, value, gap)}}`;
}

function appendRoot({ text }: JsonText, root: string, { lineEnd }: Style): Edit {
  const isOnOwnLine = text === "" || text.endsWith("\n");
  return { offset: text.length, length: 0, content: `${isOnOwnLine ? "" : lineEnd}${root}${lineEnd}` };
}

/** The white space that the line of `offset` begins with. */
function indentOf(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** Whether only white space stands before `offset` on its line. */
export function isFirstOnLine(text: string, offset: number): boolean {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return text.slice(start, offset).trim() === "";
}

function styleOf({ text, root }: JsonText): Style {
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? "\n";
  const first = root?.type === "object" ? propertiesOf(root)[0]?.node : undefined;
  const isIndented = first !== undefined && isFirstOnLine(text, first.offset);
  const found = isIndented
    ? indentOf(text, first.offset).slice(indentOf(text, root?.offset ?? 0).length)
    : "";
  return { lineEnd, step: found === "" ? "  " : found };
}
