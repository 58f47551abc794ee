// Where the user is, as far as a hosted web search may know.
import { isObject, type JsonObject, readString } from "../json-value";

const fields = ["city", "country", "region", "timezone"] as const;

/** The fields that are there; null if there is none. `tool` is Anthropic's web search tool. */
export function readUserLocation(tool: JsonObject): Record<string, string> | null {
  const location = isObject(tool.user_location) ? tool.user_location : {};
  const known = fields.flatMap((field) => {
    const value = readString(location[field]);
    return value === null ? [] : [[field, value] as const];
  });
  return known.length === 0 ? null : Object.fromEntries(known);
}
