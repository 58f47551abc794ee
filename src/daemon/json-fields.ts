// Reads JSON of which nothing is certain: each function gives a value of the kind that it names, or none.

/** `{}` for whatever is no object. */
export function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? { ...value } : {};
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `[]` for whatever is no array. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Never the empty text. */
export function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Never NaN or an infinity. */
export function asNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
