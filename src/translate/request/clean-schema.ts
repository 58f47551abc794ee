// Makes a tool's JSON schema one that OpenAI accepts, on a copy.
import { isObject, type JsonObject, readObjects, readString } from "../json-value";
import { mergeBranches } from "./merge-branches";

/** Deeper than any real schema; protects the stack. */
const maxDepth = 100;

const schemaKeywords = ["additionalProperties", "contains", "else", "if", "not", "propertyNames", "then"];
const schemaListKeywords = ["allOf", "anyOf", "oneOf", "prefixItems"];
const schemaMapKeywords = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];
/** What OpenAI refuses at the top of a function's parameters. */
const refusedAtRoot = ["allOf", "anyOf", "const", "enum", "not", "oneOf", "$ref"];

/**
 * The parameters of a function: always an object type with properties. Alternatives at the top are merged into one object
 * that allows each of them. `lost` hears the name of every keyword that had to go.
 */
export function cleanParameters(schema: unknown, lost: (keyword: string) => void): JsonObject {
  if (!isObject(schema)) return { type: "object", properties: {} };
  const cleaned = cleanObject(schema, 0);
  const merged = mergeBranches(cleaned);
  for (const keyword of refusedAtRoot) {
    if (!Object.hasOwn(merged, keyword)) continue;
    lost(keyword);
    delete merged[keyword];
  }
  delete merged.$id;
  return { ...merged, type: "object", properties: isObject(merged.properties) ? merged.properties : {} };
}

/** A schema for answers: cleaned like a tool's, but what it says at the top stays as it is. */
export function cleanSchema(schema: JsonObject): JsonObject {
  return cleanObject(schema, 0);
}

function cleanNode(schema: unknown, depth: number): unknown {
  return isObject(schema) ? cleanObject(schema, depth) : schema;
}

function cleanObject(schema: JsonObject, depth: number): JsonObject {
  if (depth > maxDepth) return {};
  const entries = Object.entries(schema)
    .filter(([keyword, value]) => isKept(keyword, value))
    .map(([keyword, value]) => [keyword, cleanKeyword(keyword, value, depth + 1)]);
  // fromEntries, because a property may be called `__proto__`.
  return addMissing(Object.fromEntries(entries));
}

function isKept(keyword: string, value: unknown): boolean {
  if (keyword === "$schema") return false;
  // Older drafts mark a property itself as required; OpenAI takes only the list.
  if (keyword === "required") return Array.isArray(value);
  return keyword !== "description" || typeof value === "string";
}

function cleanKeyword(keyword: string, value: unknown, depth: number): unknown {
  if (keyword === "items") return cleanItems(value, depth);
  if (schemaKeywords.includes(keyword)) return cleanNode(value, depth);
  if (schemaListKeywords.includes(keyword) && Array.isArray(value)) {
    return value.map((branch) => cleanNode(branch, depth));
  }
  if (schemaMapKeywords.includes(keyword) && isObject(value)) {
    const entries = Object.entries(value).map(([name, inner]) => [name, cleanNode(inner, depth)]);
    return Object.fromEntries(entries);
  }
  return value;
}

/** The tuple form of older drafts becomes "any of these". */
function cleanItems(items: unknown, depth: number): unknown {
  if (!Array.isArray(items)) return cleanNode(items, depth);
  const [first, ...others] = readObjects(items).map((item) => cleanObject(item, depth));
  if (first === undefined) return {};
  return others.length === 0 ? first : { anyOf: [first, ...others] };
}

function addMissing(schema: JsonObject): JsonObject {
  if (hasType(schema, "array") && !isSchema(schema.items)) schema.items = {};
  if (hasType(schema, "object") && !isObject(schema.properties)) schema.properties = {};
  return schema;
}

function isSchema(value: unknown): boolean {
  return isObject(value) || typeof value === "boolean";
}

function hasType(schema: JsonObject, type: string): boolean {
  return Array.isArray(schema.type) ? schema.type.includes(type) : readString(schema.type) === type;
}
