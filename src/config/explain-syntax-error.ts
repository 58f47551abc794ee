// Says in plain words what breaks the JSON, where, and what probably caused it. Never quotes the text: it holds tokens.
import { type ParseError, printParseErrorCode } from "jsonc-parser";
import type { ConfigProblem } from "./config-error";

const doubleQuotes = 'names and texts need straight double quotes (")';

/** The first of the parser's errors as a problem. */
export function explainSyntaxError(text: string, errors: readonly ParseError[]): ConfigProblem {
  if (text.trim() === "") {
    const message = "the file is empty; write {} for a config with nothing but defaults";
    return { path: "", line: 1, column: null, message };
  }
  const first = errors[0];
  if (first === undefined) return { path: "", line: 1, column: null, message: "this is not valid JSON" };
  return { path: "", ...positionAt(text, first.offset), message: explain(text, first) };
}

/** Line and column, both from 1. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function explain(text: string, { error, offset, length }: ParseError): string {
  const symbol = text.slice(offset, offset + length);
  const before = text.slice(0, offset).trimEnd().at(-1) ?? "";
  switch (printParseErrorCode(error)) {
    case "InvalidSymbol":
      return explainSymbol(text, symbol);
    case "InvalidNumberFormat":
    case "UnexpectedEndOfNumber":
      return "this number is not complete";
    case "PropertyNameExpected":
      if (symbol === "}") return "a comma too many: none may stand before the closing }";
      return symbol === "," ? "a comma too many" : `a name is missing here; ${doubleQuotes}`;
    case "ValueExpected":
      if (before === "," && symbol === "]") return "a comma too many: none may stand before the closing ]";
      return "a value is missing here";
    case "ColonExpected":
      return "a colon is missing after the name";
    case "CommaExpected":
      if (/\d/.test(symbol) && before === "0") return "a number must not begin with 0";
      return "a comma is missing before this";
    case "CloseBraceExpected":
      return "a closing } is missing";
    case "CloseBracketExpected":
      return "a closing ] is missing";
    case "EndOfFileExpected":
      return "the config ends before this; a bracket may be closed once too often";
    case "InvalidCommentToken":
    case "UnexpectedEndOfComment":
      return "JSON has no comments; remove it";
    case "UnexpectedEndOfString":
      return 'a closing quote (") is missing on this line';
    case "InvalidUnicode":
      return "\\u needs four hexadecimal digits after it";
    case "InvalidEscapeCharacter":
      return "a single backslash stands in this text; write it twice (\\\\)";
    case "InvalidCharacter":
      return "a tab or another control character stands in this text; write \\t for a tab";
    default:
      return "this is not valid JSON";
  }
}

function explainSymbol(text: string, symbol: string): string {
  if (/^['`‘’“”„«»]/.test(symbol)) return doubleQuotes;
  if (/^[\s\u200b\ufeff\0]/.test(symbol)) return "an invisible character stands here; type the space again";
  const literal = symbol.toLowerCase();
  if (["true", "false", "null", "none", "undefined", "nan", "infinity"].includes(literal)) {
    return "this value is unknown to JSON; it knows true, false and null, in lower case";
  }
  if (!/^\s*[{[]/.test(text)) return "the config must begin with {";
  return `this is neither a text, a number, true, false nor null; ${doubleQuotes}`;
}
