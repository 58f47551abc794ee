// Reads JSON as settings files have it, comments and trailing commas included, into nodes that know their place.
import { createScanner, type Node, type ParseError, parseTree } from "jsonc-parser";
import { explainSyntaxError, positionAt } from "../../config/explain-syntax-error";
import { CfError } from "../../errors";

export interface JsonText {
  readonly text: string;
  /** null: the file holds nothing, or comments only. */
  readonly root: Node | null;
}

export interface Property {
  readonly name: string;
  /** The whole of `"name": value`. */
  readonly node: Node;
  readonly value: Node;
}

/** Throws a CfError that names line and column. `path` is for the message. */
export function parseJson(path: string, text: string): JsonText {
  const errors: ParseError[] = [];
  const root = parse(path, text, errors);
  if (errors.length === 0) return { text, root: root ?? null };
  const { line, column, message } = explainSyntaxError(text, errors);
  throw new CfError("setup_invalid_json", `${path}:${line}:${column} cannot be understood: ${message}.`, {
    hint: "The file was left as it is. Mend it, then run this again.",
  });
}

/** The properties in file order; names may repeat, then the last one counts. */
export function propertiesOf(node: Node): Property[] {
  return (node.children ?? []).flatMap((property) => {
    const [name, value] = property.children ?? [];
    return name === undefined || value === undefined ? [] : [{ name: name.value, node: property, value }];
  });
}

/** The property at `path`, or undefined where there is none. */
export function propertyAt(root: Node | null, path: readonly string[]): Property | undefined {
  let container: Node | null | undefined = root;
  let found: Property | undefined;
  for (const step of path) {
    if (container?.type !== "object") return undefined;
    found = propertiesOf(container).findLast(({ name }) => name === step);
    container = found?.value;
  }
  return found;
}

/** The JSON text of a node, as it stands in the file. */
export function sourceOf({ text }: JsonText, node: Node): string {
  return text.slice(node.offset, node.offset + node.length);
}

/** The line, from 1, on which a node begins. */
export function lineOf({ text }: JsonText, node: Node): number {
  return positionAt(text, node.offset).line;
}

/** The place of the comma that comes next after `offset`, comments left out; null if another thing comes first. */
export function findComma(text: string, offset: number): number | null {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  scanner.scan();
  return text[scanner.getTokenOffset()] === "," ? scanner.getTokenOffset() : null;
}

function parse(path: string, text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CfError("setup_invalid_json", `${path} is nested too deeply to be a settings file.`, {
      hint: "The file was left as it is.",
      cause: error,
    });
  }
}
