// Reads the error bodies in which OpenAI and its many imitators refuse a request.
import { isObject, readString } from "./json-value";

export interface Refusal {
  /** The parameter that the server names by itself, without indexes: `reasoning.effort`, `tools.type`. */
  param: string | null;
  /** All words of the body, also of an error that is nested as text. */
  text: string;
}

/** An error is long enough with this; the rest would be an HTML page. */
const longestText = 8_000;
const maxDepth = 8;

/** `body`: text or parsed; `{error: {message, param, code}}`, a bare error, FastAPI's `detail`, or no JSON at all. */
export function readRefusal(body: unknown): Refusal {
  const parsed = typeof body === "string" ? parse(body) : body;
  const error = isObject(parsed) && isObject(parsed.error) ? parsed.error : parsed;
  const param = isObject(error) ? readString(error.param) : null;
  return {
    param: param === null ? null : param.replace(/\[\d+\]/g, "").replace(/^body\./, ""),
    text: listTexts(parsed, 0).join("\n").slice(0, longestText),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Plain text and HTML have words too.
    return text;
  }
}

function listTexts(value: unknown, depth: number): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > maxDepth) return [];
  return Object.entries(value).flatMap(([field, inner]) =>
    // Some servers send back what they were sent: a conversation may say anything.
    field === "input" && typeof inner === "object" ? [] : listTexts(inner, depth + 1),
  );
}
