// Carries a wish for structured output over, as a schema where the target takes one, else as words.

import { isObject, type JsonObject } from "../json-value";
import { cleanSchema } from "./clean-schema";
import { isStrictSchema } from "./strict-schema";

export interface OutputFormat {
  name: string;
  schema: JsonObject;
  /** Whether the schema keeps to the subset that OpenAI enforces. */
  strict: boolean;
}

/** At most one of the two is set. */
export interface PreparedFormat {
  format: OutputFormat | null;
  /** To be added to the system prompt. */
  instruction: string | null;
}

/** `isTaken`: the target takes a schema for its answer. OpenAI takes only those of one plain object. */
export function prepareFormat(request: JsonObject, isTaken: boolean): PreparedFormat {
  const schema = readSchema(request);
  if (schema === null) return { format: null, instruction: null };
  if (!isTaken || !isPlainObject(schema)) {
    const words = `Answer with JSON only, without any other text, that matches this JSON schema: ${JSON.stringify(schema)}`;
    return { format: null, instruction: words };
  }
  return { format: { name: "output", schema, strict: isStrictSchema(schema) }, instruction: null };
}

/** `output_config.format`, or the older `output_format`; both hold `{type: "json_schema", schema}`. */
function readSchema(request: JsonObject): JsonObject | null {
  const config = isObject(request.output_config) ? request.output_config : {};
  const format = isObject(config.format) ? config.format : request.output_format;
  if (!isObject(format) || format.type !== "json_schema" || !isObject(format.schema)) return null;
  return cleanSchema(format.schema);
}

function isPlainObject(schema: JsonObject): boolean {
  const alternatives = ["allOf", "anyOf", "oneOf", "not", "enum", "$ref"];
  return schema.type === "object" && !alternatives.some((keyword) => Object.hasOwn(schema, keyword));
}
