// Takes one property out of the text of a JSON file, with its comma and its line; comments beside it stay.
import type { Edit, Node } from "jsonc-parser";
import { findComma, type JsonText, propertiesOf } from "./parse-json";
import { isFirstOnLine } from "./set-property";

/** The edits that remove `property` from `object`. */
export function removeProperty({ text }: JsonText, object: Node, property: Node): Edit[] {
  const start = property.offset;
  const end = start + property.length;
  const comma = findComma(text, end);
  if (comma !== null) return removeBeforeComma(text, start, end, comma);
  const siblings = propertiesOf(object).map(({ node }) => node);
  const previous = siblings[siblings.indexOf(property) - 1];
  const commaBefore = previous === undefined ? null : findComma(text, previous.offset + previous.length);
  const from = startOfGap(text, start);
  // A comment up to the line end must not swallow what follows.
  const keep = needsLineEnd(text, from, end) ? (/\r?\n/.exec(text.slice(from, start))?.[0] ?? "") : "";
  const own = { offset: from, length: end - from, content: keep };
  if (commaBefore === null) return [own];
  if (commaBefore + 1 === from) return [{ offset: commaBefore, length: end - commaBefore, content: keep }];
  return [{ offset: commaBefore, length: 1, content: "" }, own];
}

/** Something follows: the property goes with its comma, and with its line if it has one for itself. */
function removeBeforeComma(text: string, start: number, end: number, comma: number): Edit[] {
  const isBare = text.slice(end, comma).trim() === "";
  const after = comma + 1;
  const restOfLine = /^[ \t]*(\r?\n)?/.exec(text.slice(after));
  const endsLine = restOfLine?.[1] !== undefined;
  const isOwnLine = isFirstOnLine(text, start) && endsLine;
  const from = isOwnLine ? text.lastIndexOf("\n", start - 1) + 1 : start;
  const to = isOwnLine || !endsLine ? after + (restOfLine?.[0].length ?? 0) : after;
  if (isBare) return [{ offset: from, length: to - from, content: "" }];
  // A comment between value and comma is not ours: it stays, and so does its line.
  return [
    { offset: start, length: end - start, content: "" },
    { offset: comma, length: 1, content: "" },
  ];
}

function startOfGap(text: string, offset: number): number {
  return text.slice(0, offset).trimEnd().length;
}

function needsLineEnd(text: string, from: number, end: number): boolean {
  if (/^[ \t]*(\r?\n|$)/.test(text.slice(end))) return false;
  const line = text.slice(text.lastIndexOf("\n", from - 1) + 1, from);
  // Also true for "//" inside a text, which costs no more than a line end.
  return line.includes("//");
}
