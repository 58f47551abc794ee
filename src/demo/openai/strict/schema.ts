// Checks JSON schemas as OpenAI does: of functions, and of answers in strict mode.
import { isObject, type JsonObject } from "../../json-value";
import { type Check, firstOf, refuse } from "./refusal";

const refusedAtRoot = ["oneOf", "anyOf", "allOf", "enum", "not"];
const types = ["string", "number", "integer", "boolean", "object", "array", "null"];

/** `name`: for the message only. */
export function checkParameters(schema: unknown, name: string, param: string): Check {
  const fail = (words: string) =>
    refuse(param, `Invalid schema for function '${name}': ${words}`, "invalid_function_parameters");
  if (!isObject(schema)) return fail("schema must be an object.");
  const isObjectType = schema.type === "object" && !refusedAtRoot.some((keyword) => keyword in schema);
  if (!isObjectType) {
    return fail(
      "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.",
    );
  }
  const words = findFault(schema, "()");
  return words === null ? null : fail(words);
}

function findFault(schema: unknown, context: string): string | null {
  if (typeof schema === "boolean") return null;
  if (!isObject(schema))
    return `In context=${context}, ${JSON.stringify(schema)} is not of type 'object', 'boolean'.`;
  const declared = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type];
  if (!declared.every((type) => types.includes(type))) return `In context=${context}, unknown type.`;
  if (declared.includes("array") && schema.items === undefined) {
    return `In context=${context}, array schema missing items.`;
  }
  if (declared.includes("object") && !isObject(schema.properties)) {
    return `In context=${context}, object schema missing properties.`;
  }
  if (schema.required !== undefined && !Array.isArray(schema.required)) {
    return `In context=${context}, required is not of type 'array'.`;
  }
  return listInner(schema).reduce(
    (found: string | null, [name, inner]) => found ?? findFault(inner, `${context}.${name}`),
    null,
  );
}

function listInner(schema: JsonObject): [string, unknown][] {
  const maps = [schema.properties, schema.$defs, schema.definitions].filter(isObject);
  const lists = ["anyOf", "oneOf", "allOf", "prefixItems"].filter((keyword) =>
    Array.isArray(schema[keyword]),
  );
  const single = ["items", "additionalProperties", "not"].filter((keyword) => schema[keyword] !== undefined);
  return [
    ...maps.flatMap((map) => Object.entries(map)),
    ...lists.flatMap((keyword) => Object.entries(schema[keyword] as object)),
    ...single.map((keyword): [string, unknown] => [keyword, schema[keyword]]),
  ];
}

/** `{name, schema, strict}` of a structured answer. */
export function checkFormat(format: unknown, param: string): Check {
  if (!isObject(format))
    return refuse(param, `Missing required parameter: '${param}'.`, "missing_required_parameter");
  const name = String(format.name);
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return refuse(`${param}.name`, "Invalid name.", "invalid_value");
  const fail = (words: string) =>
    refuse(
      `${param}.schema`,
      `Invalid schema for response_format '${name}': ${words}`,
      "invalid_json_schema",
    );
  if (!isObject(format.schema)) return fail("schema must be an object.");
  if (
    format.schema.type !== "object" ||
    refusedAtRoot.some((keyword) => keyword in (format.schema as object))
  ) {
    return fail("schema must be a JSON Schema of 'type: \"object\"'.");
  }
  return format.strict === true ? (isClosed(format.schema) ? null : fail("not strict.")) : null;
}

/** The two rules of strict mode that schemas break most, and the keywords that it never takes. */
export function isClosed(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  const banned = [
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "patternProperties",
    "propertyNames",
    "dependentSchemas",
  ];
  if (banned.some((keyword) => keyword in schema)) return false;
  if (isObject(schema.properties)) {
    const required = Array.isArray(schema.required) ? schema.required : [];
    const isComplete = Object.keys(schema.properties).every((name) => required.includes(name));
    if (schema.additionalProperties !== false || !isComplete) return false;
  }
  return listInner(schema).every(([, inner]) => isClosed(inner));
}

export function checkUniqueNames(names: readonly unknown[], param: string): Check {
  return firstOf(names, (name, index) =>
    names.indexOf(name) === index
      ? null
      : refuse(param, `Duplicate function name '${String(name)}'.`, "invalid_value"),
  );
}
