// Reads what an OpenAI-compatible server says went wrong, in any of the shapes that such servers use.
import { isObject, type JsonObject } from "./json-value";

export interface OpenAiError {
  type: string | null;
  /** A number (some gateways put the status here) becomes its digits. */
  code: string | null;
  /** The field of the request that the server refuses. */
  param: string | null;
  /** Empty if the server says nothing. */
  message: string;
  /** Counts that llama.cpp's server puts beside the message. */
  promptTokens: number | null;
  contextTokens: number | null;
}

/** The body of a failed request. HTML of a gateway in between gives its title. Never throws. */
export function readErrorBody(body: string, contentType: string | null): OpenAiError {
  if (/^text\/html\b/i.test(contentType ?? "") || /^\s*<(?:!doctype|html|head|body)\b/i.test(body)) {
    return withMessage(readTitle(body));
  }
  try {
    return readErrorValue(JSON.parse(body));
  } catch {
    // Not JSON: plain text says it in its own words.
    return withMessage(body.trim());
  }
}

/** A parsed error: `{error: {…}}`, `{error: "…"}`, `{detail}` of the ChatGPT backend and FastAPI, `{message}`, a list of these. */
export function readErrorValue(value: unknown): OpenAiError {
  if (Array.isArray(value)) return readErrorValue(value[0]);
  if (typeof value === "string") return withMessage(value);
  if (!isObject(value)) return withMessage("");
  const inner = value.error ?? value.detail;
  if (typeof inner === "string") return { ...readFields(value), message: inner };
  if (Array.isArray(inner)) return withMessage(inner.map(readDetail).filter(Boolean).join("; "));
  return readFields(isObject(inner) ? inner : value);
}

function readFields(error: JsonObject): OpenAiError {
  return {
    type: readWord(error.type),
    code: readWord(error.code),
    param: readWord(error.param),
    message: readWord(error.message) ?? "",
    promptTokens: readCount(error.n_prompt_tokens),
    contextTokens: readCount(error.n_ctx),
  };
}

/** One finding of FastAPI's validation: `{loc: ["body", "tools", 0], msg}`. */
function readDetail(detail: unknown): string {
  if (!isObject(detail)) return readWord(detail) ?? "";
  const place = Array.isArray(detail.loc) ? `${detail.loc.join(".")}: ` : "";
  return place + (readWord(detail.msg) ?? readWord(detail.message) ?? "");
}

function readTitle(html: string): string {
  const title = /<title[^>]*>([^<]{1,200})</i.exec(html)?.[1]?.trim();
  return title === undefined || title === ""
    ? "the server answered with an HTML page"
    : `the server answered with an HTML page: ${title}`;
}

function withMessage(message: string): OpenAiError {
  return { type: null, code: null, param: null, message, promptTokens: null, contextTokens: null };
}

function readWord(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : null;
}

function readCount(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}
