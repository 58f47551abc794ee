// Merges the alternatives at the top of a schema into one object type, because OpenAI takes none there.
import { isObject, type JsonObject, readObjects, readString } from "../json-value";

/** References may point to each other. */
const maxResolved = 10;

/**
 * One object schema that accepts whatever one of the branches accepts: all their properties, and as required what every
 * alternative requires (of `allOf`: what any part requires).
 */
export function mergeBranches(root: JsonObject): JsonObject {
  const base = resolve(root, root, 0);
  const alternatives = [...readObjects(base.anyOf), ...readObjects(base.oneOf)];
  const parts = readObjects(base.allOf);
  if (alternatives.length === 0 && parts.length === 0) return base;
  const { anyOf: _anyOf, oneOf: _oneOf, allOf: _allOf, ...rest } = base;
  const branches = alternatives.map((branch) => resolve(branch, root, 0));
  const needed = parts.map((branch) => resolve(branch, root, 0));
  const required = new Set([
    ...listRequired(rest),
    ...needed.flatMap(listRequired),
    ...requiredByAll(branches),
  ]);
  return {
    ...rest,
    type: "object",
    properties: mergeProperties([rest, ...needed, ...branches]),
    ...(required.size === 0 ? {} : { required: [...required] }),
  };
}

/** Follows a local reference (`#/$defs/Name`, `#/definitions/Name`) at the top; what stands beside it wins. */
function resolve(schema: JsonObject, root: JsonObject, count: number): JsonObject {
  const [, group, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(readString(schema.$ref) ?? "") ?? [];
  const definitions = group === undefined ? null : root[group];
  if (count >= maxResolved || name === undefined || !isObject(definitions)) return schema;
  const target = Object.hasOwn(definitions, name) ? definitions[name] : null;
  if (!isObject(target)) return schema;
  const { $ref: _ref, ...rest } = schema;
  return resolve({ ...target, ...rest }, root, count + 1);
}

function mergeProperties(schemas: readonly JsonObject[]): JsonObject {
  const merged = new Map<string, unknown[]>();
  for (const { properties } of schemas) {
    for (const [name, schema] of Object.entries(isObject(properties) ? properties : {})) {
      const known = merged.get(name) ?? [];
      const text = JSON.stringify(schema);
      if (!known.some((other) => JSON.stringify(other) === text)) merged.set(name, [...known, schema]);
    }
  }
  const entries = [...merged].map(([name, found]) => [
    name,
    found.length === 1 ? found[0] : { anyOf: found },
  ]);
  return Object.fromEntries(entries);
}

function requiredByAll(branches: readonly JsonObject[]): string[] {
  const [first, ...others] = branches.map(listRequired);
  return (first ?? []).filter((name) => others.every((names) => names.includes(name)));
}

function listRequired(schema: JsonObject): string[] {
  return Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === "string") : [];
}
