// Reads unknown JSON without trusting it: what a client or an upstream sends may be anything.

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects in an array; everything else, also a missing array, counts as absent. */
export function readObjects(value: unknown): JsonObject[] {
  if (!Array.isArray(value)) return [];
  // Streams ask this of every event, mostly of an array of one.
  return value.length === 1 && isObject(value[0]) ? value : value.filter(isObject);
}

export function readString(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Also for text that is only white space, which no provider accepts as content. */
export function isBlank(text: string): boolean {
  return text.trim() === "";
}
