// How the simulated OpenAI API says no: the statuses, types and codes of the real one.
import type { Allowance } from "../rate-limits";
import { formatSeconds } from "./openai-rate-limits";
import type { StrictRefusal } from "./strict/refusal";

export interface OpenAiFailure {
  status: number;
  type: string;
  param: string | null;
  code: string | null;
  message: string;
}

/** `{"error": {...}}`, as the body of an answer. */
export function failureBody({ message, type, param, code }: OpenAiFailure): Record<string, unknown> {
  return { error: { message, type, param, code } };
}

export function isOpenAiFailure(value: object): value is OpenAiFailure {
  return "status" in value && "code" in value && "param" in value;
}

export function invalidRequest({ param, code, message }: StrictRefusal): OpenAiFailure {
  return { status: 400, type: "invalid_request_error", param, code, message };
}

export function invalidUrl(method: string, path: string): OpenAiFailure {
  return { ...invalidRequest(unnamed(`Invalid URL (${method} ${path})`)), status: 404 };
}

export function unparsable(): OpenAiFailure {
  return invalidRequest(unnamed("We could not parse the JSON body of your request."));
}

export function unsupportedContentType(given: string | null): OpenAiFailure {
  const words = `Unsupported content type: '${given ?? ""}'. This API method only accepts 'application/json' requests.`;
  return { ...invalidRequest(unnamed(words)), status: 415 };
}

export function missingKey(): OpenAiFailure {
  const words =
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
  return { ...invalidRequest(unnamed(words)), status: 401 };
}

/** The real API shows both ends of the key; the simulated one keeps quiet about it. */
export function wrongKey(): OpenAiFailure {
  const message =
    "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.";
  return { ...invalidRequest({ param: null, code: "invalid_api_key", message }), status: 401 };
}

export function unknownModel(model: string): OpenAiFailure {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return { ...invalidRequest({ param: null, code: "model_not_found", message }), status: 404 };
}

/** `param`: `messages` or `input`, by the endpoint. */
export function contextExceeded(param: string, most: number, tokens: number): OpenAiFailure {
  const message =
    param === "input"
      ? "Your input exceeds the context window of this model. Please adjust your input and try again."
      : `This model's maximum context length is ${most} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`;
  return invalidRequest({ param, code: "context_length_exceeded", message });
}

export function rateLimited(
  model: string,
  organization: string,
  allowance: Allowance,
  now: number,
): OpenAiFailure {
  const { limit, retryAt } = allowance;
  const message = `Rate limit reached for ${model} in organization ${organization} on tokens per min (TPM): Limit ${limit}, Used ${limit}, Requested 1000. Please try again in ${formatSeconds(retryAt - now)}. Visit https://platform.openai.com/account/rate-limits to learn more.`;
  return { status: 429, type: "tokens", param: null, code: "rate_limit_exceeded", message };
}

function unnamed(message: string): StrictRefusal {
  return { param: null, code: null, message };
}
