// Makes a small JSON value that satisfies a JSON Schema, for tool inputs and structured answers of the simulated model.
import { isObject } from "./json-value";

const maxDepth = 6;

/** Required properties only; unknown constructs give a string, which is what most of them accept. */
export function sampleJson(schema: unknown, depth = 0): unknown {
  if (!isObject(schema)) return {};
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const variants = [schema.anyOf, schema.oneOf, schema.allOf].find(Array.isArray);
  if (variants !== undefined && depth < maxDepth) return sampleJson(variants[0], depth + 1);

  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties !== undefined) return sampleObject(schema, depth);
  if (type === "array") return Number(schema.minItems ?? 0) > 0 ? [sampleJson(schema.items, depth + 1)] : [];
  if (type === "integer" || type === "number") return Number(schema.minimum ?? 1);
  if (type === "boolean") return true;
  if (type === "null") return null;
  return "demo";
}

function sampleObject(schema: Record<string, unknown>, depth: number): Record<string, unknown> {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  if (depth >= maxDepth) return {};
  return Object.fromEntries(required.map((name) => [name, sampleJson(properties[name], depth + 1)]));
}
