// Reads the text of the config file into a document that knows on which line each setting stands.
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { type ConfigProblem, formatPath } from "./config-error";
import type { DocumentPath, JsonValue } from "./document";
import { explainSyntaxError, positionAt } from "./explain-syntax-error";

export type ParsedText =
  | {
      readonly ok: true;
      readonly value: JsonValue;
      /** Line, from 1, of the setting at a path; for a missing one that of the nearest setting around it. */
      lineOf(path: DocumentPath): number;
      /** Names that stand twice in one object: JSON would silently keep the last. */
      readonly repeated: readonly ConfigProblem[];
    }
  | { readonly ok: false; readonly problem: ConfigProblem };

/** Strict JSON: no comments, no trailing commas. Only the first syntax error is told, the others follow from it. */
export function parseText(text: string): ParsedText {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { disallowComments: true });
    if (root === undefined || errors.length > 0) {
      return { ok: false, problem: explainSyntaxError(text, errors) };
    }
    const lineAt = (offset: number) => positionAt(text, offset).line;
    return {
      ok: true,
      value: toValue(root),
      lineOf: (path) => lineAt(nodeAt(root, path).offset),
      repeated: findRepeated(root, [], lineAt),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = "is nested too deeply to be a config";
    return { ok: false, problem: { path: "", line: 1, column: null, message } };
  }
}

function toValue(node: Node): JsonValue {
  if (node.type === "array") return (node.children ?? []).map(toValue);
  if (node.type === "object")
    return new Map(propertiesOf(node).map(({ name, value }) => [name, toValue(value)]));
  return node.value;
}

interface Property {
  readonly name: string;
  readonly value: Node;
  readonly node: Node;
}

function propertiesOf(node: Node): Property[] {
  return (node.children ?? []).flatMap((property) => {
    const [name, value] = property.children ?? [];
    return name === undefined || value === undefined ? [] : [{ name: name.value, value, node: property }];
  });
}

/** The property or list entry at `path`, or the last one on the way to it. */
function nodeAt(root: Node, path: DocumentPath): Node {
  let container = root;
  let found = root;
  for (const step of path) {
    // The last of repeated names is the one whose value counts.
    const property = propertiesOf(container).findLast(({ name }) => name === String(step));
    const entry = container.type === "array" ? container.children?.[Number(step)] : property?.value;
    if (entry === undefined) break;
    found = container.type === "array" ? entry : (property?.node ?? entry);
    container = entry;
  }
  return found;
}

function findRepeated(
  node: Node,
  path: (string | number)[],
  lineAt: (offset: number) => number,
): ConfigProblem[] {
  if (node.type === "array") {
    return (node.children ?? []).flatMap((entry, index) => findRepeated(entry, [...path, index], lineAt));
  }
  if (node.type !== "object") return [];
  const firstOffsets = new Map<string, number>();
  return propertiesOf(node).flatMap(({ name, value, node: property }) => {
    const inside = findRepeated(value, [...path, name], lineAt);
    const first = firstOffsets.get(name);
    if (first === undefined) {
      firstOffsets.set(name, property.offset);
      return inside;
    }
    const message = `appears twice (first on line ${lineAt(first)}); rename or remove one`;
    const line = lineAt(property.offset);
    return [{ path: formatPath([...path, name]), line, column: null, message }, ...inside];
  });
}
