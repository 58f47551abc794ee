// Takes one change of a document back, and leaves what was changed since as it is.
import { type ConfigDocument, isJsonObject, type JsonObject, type JsonValue } from "./document";

export interface DocumentChange {
  readonly before: ConfigDocument;
  readonly after: ConfigDocument;
}

/** `current` without the change; null if something that it touched has been changed again since. */
export function undoChange(
  current: ConfigDocument,
  { before, after }: DocumentChange,
): ConfigDocument | null {
  return undoObject(current, before, after);
}

function undoObject(current: JsonObject, before: JsonObject, after: JsonObject): JsonObject | null {
  const result = new Map(current);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [was, became, is] = [before.get(name), after.get(name), current.get(name)];
    if (isSame(was, became)) continue;
    if (isJsonObject(was) && isJsonObject(became) && isJsonObject(is)) {
      const inner = undoObject(is, was, became);
      if (inner === null) return null;
      result.set(name, inner);
      continue;
    }
    if (!isSame(became, is)) return null;
    if (was === undefined) result.delete(name);
    else result.set(name, was);
  }
  return inOrderOf(before, result, current);
}

/** What came back stands where it stood: the order of keys is the order in which they are used. */
function inOrderOf(before: JsonObject, result: JsonObject, current: JsonObject): JsonObject {
  const names = [...result.keys()].filter((name) => current.has(name));
  const old = [...before.keys()];
  for (const [place, name] of old.entries()) {
    if (current.has(name) || !result.has(name)) continue;
    const neighbour = old.slice(0, place).findLast((other) => names.includes(other));
    names.splice(neighbour === undefined ? 0 : names.indexOf(neighbour) + 1, 0, name);
  }
  return new Map(
    names.flatMap((name) => {
      const value = result.get(name);
      return value === undefined ? [] : [[name, value] satisfies [string, JsonValue]];
    }),
  );
}

function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return Bun.deepEquals(one, other, true);
}
