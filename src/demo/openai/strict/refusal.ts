// How the strict checker refuses: the three fields of an OpenAI error that matter, found by walking the request.
import { isObject, type JsonObject } from "../../json-value";

export interface StrictRefusal {
  /** Path of the field at fault, null where OpenAI names none. */
  param: string | null;
  code: string | null;
  message: string;
}

/** The first refusal, or null if everything is fine. */
export type Check = StrictRefusal | null;

export function refuse(param: string | null, message: string, code: string | null = null): StrictRefusal {
  return { param, code, message };
}

export function firstOf<Element>(
  elements: readonly Element[],
  check: (element: Element, index: number) => Check,
): Check {
  for (const [index, element] of elements.entries()) {
    const refusal = check(element, index);
    if (refusal !== null) return refusal;
  }
  return null;
}

export function checkFields(holder: JsonObject, known: readonly string[], path: string): Check {
  const unknown = Object.keys(holder).find((field) => !known.includes(field));
  if (unknown === undefined) return null;
  const param = path === "" ? unknown : `${path}.${unknown}`;
  return refuse(param, `Unknown parameter: '${param}'.`, "unknown_parameter");
}

/** OpenAI takes blank texts in places; nothing that we send should ever be one. */
export function checkText(text: unknown, path: string): Check {
  if (typeof text !== "string")
    return refuse(path, `Invalid type for '${path}': expected a string.`, "invalid_type");
  if (text.trim() === "") return refuse(path, `Invalid '${path}': empty text.`, "empty_string");
  return checkUnicode(text, path);
}

export function checkUnicode(text: string, path: string): Check {
  return text.isWellFormed() ? null : refuse(path, `Invalid '${path}': invalid unicode.`, "invalid_unicode");
}

export function checkName(name: unknown, path: string): Check {
  if (typeof name === "string" && /^[a-zA-Z0-9_-]{1,64}$/.test(name)) return null;
  return refuse(
    path,
    `Invalid '${path}': string does not match pattern '^[a-zA-Z0-9_-]{1,64}$'.`,
    "invalid_value",
  );
}

export function checkId(id: unknown, path: string): Check {
  if (typeof id !== "string" || id === "")
    return refuse(path, `Invalid '${path}': empty id.`, "empty_string");
  if (id.length <= 64) return checkUnicode(id, path);
  return refuse(path, `Invalid '${path}': string too long. Expected at most 64.`, "string_above_max_length");
}

/** Servers parse the arguments of earlier calls again for the model's template. */
export function checkArguments(value: unknown, path: string): Check {
  if (typeof value !== "string")
    return refuse(path, `Invalid type for '${path}': expected a string.`, "invalid_type");
  try {
    if (isObject(JSON.parse(value))) return null;
  } catch {
    // Falls through to the same refusal as JSON that is no object.
  }
  return refuse(path, `Invalid '${path}': not a JSON object.`, "invalid_value");
}

export function checkOneOf(value: unknown, values: readonly unknown[], path: string): Check {
  if (value === undefined || values.includes(value)) return null;
  return refuse(
    path,
    `Invalid value: '${String(value)}'. Supported values are: ${values.join(", ")}.`,
    "invalid_value",
  );
}

export function checkNumber(value: unknown, least: number, most: number, path: string): Check {
  if (value === undefined) return null;
  if (typeof value === "number" && value >= least && value <= most) return null;
  return refuse(path, `Invalid '${path}': expected a number from ${least} to ${most}.`, "invalid_value");
}
