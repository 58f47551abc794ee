// Reads the arguments of a tool call, which models and servers write with all kinds of faults, into a tool's input.
import { closeJson } from "./close-json";
import { isBlank, isObject, type JsonObject } from "./json-value";

const fence = /^```[a-z]*/i;

/**
 * None at all are `{}`. JSON that was only cut off or fenced as Markdown is repaired; JSON of another kind becomes
 * `{value}`; what is no JSON becomes `{_raw}`, so that nothing is lost and the tool's own schema refuses it.
 */
export function parseArguments(raw: unknown): JsonObject {
  if (isObject(raw)) return raw;
  if (raw === undefined || raw === null) return {};
  if (typeof raw !== "string") return { value: raw };
  if (isBlank(raw)) return {};
  const value = parseJson(raw) ?? parseUnfenced(raw);
  if (value === undefined) return { _raw: raw };
  return typeof value.json === "string" ? readEncodedTwice(value.json) : wrap(value.json);
}

/** The parsed value in a box, since `null` is a value too; undefined for what is no JSON. */
function parseJson(text: string): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    // Not JSON: the caller goes on with what else the text could be.
    return undefined;
  }
}

function parseUnfenced(raw: string): { json: unknown } | undefined {
  const text = unfence(raw.trim());
  const end = closeJson(text);
  return end === null ? undefined : parseJson(text + end);
}

function unfence(text: string): string {
  const opening = fence.exec(text)?.[0];
  return opening === undefined
    ? text
    : text
        .slice(opening.length)
        .replace(/`{1,3}$/, "")
        .trim();
}

/** Some servers encode the object once more as a string. */
function readEncodedTwice(text: string): JsonObject {
  const inner = parseJson(text);
  return inner !== undefined && isObject(inner.json) ? inner.json : { value: text };
}

function wrap(value: unknown): JsonObject {
  if (value === null) return {};
  return isObject(value) ? value : { value };
}
