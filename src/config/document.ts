// The config as its file says it: JSON with Maps for objects, so that key order and names like `__proto__` survive.

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject extends ReadonlyMap<string, JsonValue> {}

/** The whole file, current format. Edit it with `withValue` and `withoutKey`; it is never changed in place. */
export type ConfigDocument = JsonObject;

/** Property names and list indices from the root. */
export type DocumentPath = readonly (string | number)[];

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

/** The object under `name`, or an empty one where there is none. */
export function objectIn(object: JsonObject, name: string): JsonObject {
  const value = object.get(name);
  return isJsonObject(value) ? value : new Map();
}

/** The value at `path`, or undefined where there is none. */
export function valueAt(root: JsonValue, path: DocumentPath): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (isJsonObject(value)) value = value.get(String(step));
    else if (Array.isArray(value)) value = value[Number(step)];
    else return undefined;
  }
  return value;
}

/** A copy with `name` set: at its old place if it was there, else at the end. */
export function withValue(object: JsonObject, name: string, value: JsonValue): JsonObject {
  return new Map(object).set(name, value);
}

/** A copy without `name`. */
export function withoutKey(object: JsonObject, name: string): JsonObject {
  return new Map([...object].filter(([other]) => other !== name));
}

/** The text of the file: two spaces of indentation, as `JSON.stringify` would, but with the keys in their order. */
export function formatDocument(document: ConfigDocument): string {
  return `${formatValue(document, "")}\n`;
}

/** Turns parsed JSON (from a request, say) into a document's value. Throws a TypeError for what JSON cannot hold. */
export function toJsonValue(value: unknown): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (typeof value !== "object") throw new TypeError(`JSON cannot hold a value of type ${typeof value}`);
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return new Map(entries.map(([name, entry]) => [String(name), toJsonValue(entry)]));
}

function formatValue(value: JsonValue, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return enclose(
      "[]",
      value.map((entry) => formatValue(entry, inner)),
      indent,
    );
  }
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = [...value].map(([name, entry]) => `${JSON.stringify(name)}: ${formatValue(entry, inner)}`);
  return enclose("{}", entries, indent);
}

function enclose(brackets: "[]" | "{}", entries: readonly string[], indent: string): string {
  if (entries.length === 0) return brackets;
  return `${brackets[0]}\n${entries.map((entry) => `${indent}  ${entry}`).join(",\n")}\n${indent}${brackets[1]}`;
}
