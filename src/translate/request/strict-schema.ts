// Tells whether a JSON schema keeps to the subset that OpenAI's strict mode enforces.
import { isObject, type JsonObject } from "../json-value";

const keywords = new Set(
  (
    "type properties required additionalProperties items enum const anyOf $ref $defs definitions description title " +
    "pattern format multipleOf maximum minimum exclusiveMaximum exclusiveMinimum minItems maxItems"
  ).split(" "),
);
const formats = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
const maxDepth = 10;
const maxProperties = 5_000;

/** Every object closed, every property required, only known keywords, at most ten levels and 5,000 properties. */
export function isStrictSchema(schema: JsonObject): boolean {
  return countProperties(schema, 1) <= maxProperties;
}

/** Infinity where the subset is left. */
function countProperties(schema: unknown, depth: number): number {
  if (!isObject(schema) || depth > maxDepth || !hasStrictKeywords(schema)) return Number.POSITIVE_INFINITY;
  const properties = isObject(schema.properties) ? Object.values(schema.properties) : [];
  const inner = [
    ...properties,
    ...(Array.isArray(schema.anyOf) ? schema.anyOf : []),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...[schema.$defs, schema.definitions].flatMap((group) => (isObject(group) ? Object.values(group) : [])),
  ];
  return inner.reduce((sum: number, each) => sum + countProperties(each, depth + 1), properties.length);
}

function hasStrictKeywords(schema: JsonObject): boolean {
  if (!Object.keys(schema).every((keyword) => keywords.has(keyword))) return false;
  // Look-around is refused in patterns.
  if (typeof schema.pattern === "string" && /\(\?<?[=!]/.test(schema.pattern)) return false;
  if (schema.format !== undefined && !formats.some((format) => format === schema.format)) return false;
  if (!isObject(schema.properties)) return schema.type !== "object";
  const required = Array.isArray(schema.required) ? schema.required : [];
  const names = Object.keys(schema.properties);
  return schema.additionalProperties === false && names.every((name) => required.includes(name));
}
