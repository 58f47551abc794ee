// RFC 7396 on plain JSON: what a patch makes of a document. Pure; neither is changed.

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** null removes, objects merge, anything else replaces. */
export function mergePatch(document: Json, patch: Json): Json {
  // By entries throughout: a model may be called `__proto__` or `constructor`.
  const merged = new Map(Object.entries(document));
  for (const [name, value] of Object.entries(patch)) {
    const before = merged.get(name);
    if (value === null) merged.delete(name);
    else if (isObject(value)) merged.set(name, mergePatch(isObject(before) ? before : {}, value));
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

/** The value at a path of names; undefined where there is none. */
export function valueAt(document: Json, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    document,
  );
}
