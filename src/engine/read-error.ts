// Reads an upstream's error body, whatever its shape: Anthropic, OpenAI, HTML of a proxy in between, or plain text.

export interface UpstreamError {
  /** `error.type`; null if the body has none. */
  type: string | null;
  /** `error.details.error_code` (Anthropic), else `error.code` (OpenAI). */
  code: string | null;
  /** `error.param` (OpenAI): the field of the request that is at fault. */
  param: string | null;
  message: string;
  html: boolean;
}

/** Tolerant on purpose: an unknown shape gives nulls, never an exception. */
export function readUpstreamError(body: string, contentType: string | null): UpstreamError {
  const html = /^text\/html\b/i.test(contentType ?? "") || /^\s*<(?:!doctype|html|head|body)\b/i.test(body);
  if (html) return { type: null, code: null, param: null, message: "", html };
  const parsed = parse(body);
  if (parsed === undefined) return { type: null, code: null, param: null, message: body, html };
  const error = field(parsed, "error") ?? parsed;
  return {
    type: text(field(error, "type")),
    code: text(field(field(error, "details"), "error_code")) ?? text(field(error, "code")),
    param: text(field(error, "param")),
    message: text(field(error, "message")) ?? text(error) ?? text(field(parsed, "message")) ?? "",
    html,
  };
}

const statusByType: ReadonlyMap<string, number> = new Map([
  ["invalid_request_error", 400],
  ["authentication_error", 401],
  ["billing_error", 402],
  ["permission_error", 403],
  ["not_found_error", 404],
  ["conflict_error", 409],
  ["request_too_large", 413],
  ["rate_limit_error", 429],
  ["rate_limit_exceeded", 429],
  ["insufficient_quota", 429],
  ["api_error", 500],
  ["server_error", 500],
  ["timeout_error", 504],
  ["overloaded_error", 529],
]);

/** The HTTP status that an error inside a 200 stands for; an unknown type is a fault of the server. */
export function statusOfError(error: UpstreamError): number {
  return statusByType.get(error.type ?? "") ?? statusByType.get(error.code ?? "") ?? 500;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON: the caller takes the body as plain text.
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function text(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : null;
}
