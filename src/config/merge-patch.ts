// Changes a document by a JSON merge patch: https://www.rfc-editor.org/rfc/rfc7396
import { isJsonObject, type JsonObject, type JsonValue } from "./document";

/** Null removes, objects are merged, everything else replaces. Names that were there keep their place. */
export function mergePatch(target: JsonValue | undefined, patch: JsonObject): JsonObject {
  const merged = new Map<string, JsonValue>(isJsonObject(target) ? target : []);
  for (const [name, value] of patch) {
    if (value === null) merged.delete(name);
    else merged.set(name, isJsonObject(value) ? mergePatch(merged.get(name), value) : value);
  }
  return merged;
}
