// Answers that this proxy gives itself, in the shape of Anthropic's errors.

export interface OwnError {
  status: number;
  /** `error.type`, one of Anthropic's: invalid_request_error, rate_limit_error, api_error, ... */
  type: string;
  message: string;
  /** Whole seconds for `retry-after`. */
  retryAfterSeconds?: number;
  /** `error.details`, e.g. the attempts. */
  details?: Record<string, unknown>;
}

/** The JSON text of an error, on one line, as it stands in a body or in an `event: error`. */
export function errorBody(error: OwnError, requestId: string): string {
  const { type, message, details } = error;
  const inner = details === undefined ? { type, message } : { type, message, details };
  return JSON.stringify({ type: "error", error: inner, request_id: requestId });
}

/** The HTTP answer for an error of our own. */
export function errorResponse(
  error: OwnError,
  requestId: string,
  headers: Record<string, string> = {},
): Response {
  const all = new Headers({
    "content-type": "application/json",
    "request-id": requestId,
    "x-cf-request-id": requestId,
  });
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  if (error.retryAfterSeconds !== undefined) all.set("retry-after", String(error.retryAfterSeconds));
  return new Response(errorBody(error, requestId), { status: error.status, headers: all });
}
