// Maps failures of an OpenAI-compatible server to Anthropic's errors.
import type { AnthropicErrorBody } from "./anthropic";
import { describeOverflow } from "./context-overflow";
import { type OpenAiError, readErrorBody, readErrorValue } from "./read-openai-error";

export interface TranslatedError {
  /** As the Messages API would answer. */
  status: number;
  body: AnthropicErrorBody;
  /** The field of the translated request that the server refused: then the translation is at fault. */
  param: string | null;
  /** The server's own code. */
  code: string | null;
}

export interface ErrorContext {
  requestId: string;
  /** Estimated tokens of the prompt. */
  inputTokensEstimate: number;
}

export interface FailedResponse {
  status: number;
  contentType: string | null;
  body: string;
}

const typeByStatus: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [408, "timeout_error"],
  [409, "conflict_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [503, "overloaded_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

/** What an error inside a 200 stands for, by its code or type. */
const statusByWord: ReadonlyMap<string, number> = new Map([
  ["invalid_api_key", 401],
  ["authentication_error", 401],
  ["billing_error", 402],
  ["permission_error", 403],
  ["model_not_found", 404],
  ["not_found_error", 404],
  ["request_too_large", 413],
  ["rate_limit_exceeded", 429],
  ["rate_limit_error", 429],
  ["insufficient_quota", 429],
  ["usage_limit_reached", 429],
  ["usage_not_included", 429],
  ["tokens", 429],
  ["requests", 429],
  ["server_is_overloaded", 503],
  ["slow_down", 503],
  ["overloaded_error", 529],
  ["timeout", 504],
  ["timeout_error", 504],
  ["invalid_request_error", 400],
  ["invalid_prompt", 400],
  ["invalid_value", 400],
  ["context_length_exceeded", 400],
  ["exceed_context_size_error", 400],
  ["bio_policy", 400],
  ["cyber_policy", 400],
  ["misalignment_policy_violation", 400],
]);

/** A response with an error status. Never throws, whatever the body is; secrets in the server's words stay in. */
export function translateError(response: FailedResponse, context: ErrorContext): TranslatedError {
  const error = readErrorBody(response.body, response.contentType);
  return translate(error, response.status, context);
}

/** An error inside a stream or a 200: `value` is the parsed event or body. */
export function translateErrorValue(value: unknown, context: ErrorContext): TranslatedError {
  const error = readErrorValue(value);
  return translate(error, statusOf(error), context);
}

/** An error of our own making: the stream was cut, or could not be read. */
export function makeError(status: number, message: string, requestId: string): TranslatedError {
  const body: AnthropicErrorBody = {
    type: "error",
    error: { type: typeOf(status), message },
    request_id: requestId,
  };
  return { status, body, param: null, code: null };
}

function translate(error: OpenAiError, httpStatus: number, context: ErrorContext): TranslatedError {
  const overflow = httpStatus < 500 || httpStatus === 500 ? overflowOf(error, httpStatus, context) : null;
  const status = overflow === null ? toAnthropicStatus(httpStatus) : 400;
  const message =
    overflow ?? (error.message === "" ? `the server answered with status ${httpStatus}` : error.message);
  return { ...makeError(status, message, context.requestId), param: error.param, code: error.code };
}

/** A rate limit or a rejected key may speak of tokens and limits, too, and is none. */
function overflowOf(error: OpenAiError, status: number, context: ErrorContext): string | null {
  if ([401, 402, 403, 429].includes(status)) return null;
  return describeOverflow(error, context.inputTokensEstimate);
}

function statusOf({ code, type }: OpenAiError): number {
  for (const word of [code, type]) {
    if (word === null) continue;
    const status = /^[45]\d\d$/.test(word) ? Number(word) : statusByWord.get(word);
    if (status !== undefined) return status;
  }
  return 500;
}

/** Other client errors are 400 in the Messages API. */
function toAnthropicStatus(status: number): number {
  if (typeByStatus.has(status) || status >= 500) return status;
  return status >= 400 ? 400 : 500;
}

function typeOf(status: number): string {
  return typeByStatus.get(status) ?? (status >= 500 ? "api_error" : "invalid_request_error");
}
