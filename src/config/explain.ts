// Says in plain words what the schema found wrong. Numbers and names are repeated, texts never: they could be tokens.
import type { core } from "zod/mini";
import { type DocumentPath, isJsonObject, type JsonValue, valueAt } from "./document";
import { knownNames } from "./schema";
import { suggest } from "./suggest";

/** A fault at its place in the document. */
export interface Fault {
  readonly path: DocumentPath;
  readonly message: string;
}

type Issue = core.$ZodIssue;

/** Every issue as a fault, in plain words. */
export function explainIssues(issues: readonly Issue[], document: JsonValue): Fault[] {
  const explained = new Set<string>();
  return issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
    if (issue.code !== "unrecognized_keys") {
      // One value can fail two checks (a fraction below the minimum): the first says enough.
      const place = JSON.stringify(path);
      if (explained.has(place)) return [];
      explained.add(place);
      return [{ path, message: explainIssue(issue, path, document) }];
    }
    return issue.keys.map((name) => ({ path: [...path, name], message: explainUnknownName(name, path) }));
  });
}

function explainIssue(issue: Issue, path: DocumentPath, document: JsonValue): string {
  const value = valueAt(document, path);
  switch (issue.code) {
    case "invalid_type":
      return explainType(issue.expected, value);
    case "too_big":
      return `${describeNumber(value)} is above ${issue.maximum}`;
    case "too_small":
      return `${describeNumber(value)} is below ${issue.minimum}`;
    case "invalid_value":
      return explainChoice(issue.values.map(String), value);
    default:
      return issue.message;
  }
}

function explainUnknownName(name: string, path: DocumentPath): string {
  const meant = suggest(name, knownNames(path));
  if (meant !== null) return `is not a known setting; did you mean "${meant}"?`;
  if (path.length > 0 && knownNames([]).includes(name))
    return "is not a setting here; it belongs at the top level";
  return "is not a known setting";
}

function explainType(expected: string, value: JsonValue | undefined): string {
  if (value === undefined) return "is missing";
  if (expected === "int" && typeof value === "number")
    return `${describeNumber(value)} is not a whole number`;
  if (expected === "number" && typeof value === "number")
    return `${describeNumber(value)} is not a usable number`;
  const wanted: Readonly<Record<string, string>> = {
    string: "a text in quotes",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list [...]",
    map: "an object {...}",
    object: "an object {...}",
  };
  const quoted = typeof value === "string" && /^(\d+|true|false)$/.test(value) && expected !== "string";
  return `must be ${wanted[expected] ?? expected}, not ${describeType(value)}${quoted ? "; remove the quotes" : ""}`;
}

function explainChoice(choices: readonly string[], value: JsonValue | undefined): string {
  if (value === undefined) return "is missing";
  const list = choices.map((choice) => `"${choice}"`).join(", ");
  const meant = typeof value === "string" ? suggest(value, choices) : null;
  return `must be one of ${list}${meant === null ? "" : `; did you mean "${meant}"?`}`;
}

function describeNumber(value: JsonValue | undefined): string {
  return typeof value === "number" ? String(value) : "the value";
}

function describeType(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isJsonObject(value)) return "an object";
  if (typeof value === "string") return "a text";
  return typeof value === "number" ? "a number" : String(value);
}
