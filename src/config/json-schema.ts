// The JSON Schema of config.json, for editors: made from the one schema.
import * as z from "zod/mini";
import { configSchema } from "./schema";

/** Draft 2020-12. */
export function describeConfig(): Record<string, unknown> {
  return { title: "Claude Failover config", ...toJsonSchema(configSchema) };
}

function toJsonSchema(schema: z.core.$ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    io: "output",
    // Maps stand for JSON objects with free names, which is what the override writes.
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type !== "map") return;
      const { $schema: _, ...values } = toJsonSchema(zodSchema._zod.def.valueType);
      jsonSchema.type = "object";
      jsonSchema.additionalProperties = values;
    },
  });
}
