// OpenAI's errors in Anthropic's shape and words.
import { describe, expect, test } from "bun:test";
import { translateError, translateErrorValue } from "../../src/translate/errors";

const context = { requestId: "req_1", inputTokensEstimate: 150_000 };
const json = "application/json";
const openAi = (message: string, fields: Record<string, unknown> = {}) =>
  JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: null, ...fields } });

describe("by status", () => {
  const cases: [number, number, string][] = [
    [400, 400, "invalid_request_error"],
    [401, 401, "authentication_error"],
    [402, 402, "billing_error"],
    [403, 403, "permission_error"],
    [404, 404, "not_found_error"],
    [405, 400, "invalid_request_error"],
    [408, 408, "timeout_error"],
    [409, 409, "conflict_error"],
    [413, 413, "request_too_large"],
    [415, 400, "invalid_request_error"],
    [422, 400, "invalid_request_error"],
    [429, 429, "rate_limit_error"],
    [500, 500, "api_error"],
    [502, 502, "api_error"],
    [503, 503, "overloaded_error"],
    [504, 504, "timeout_error"],
    [522, 522, "api_error"],
    [529, 529, "overloaded_error"],
  ];
  test.each(cases)("%i", (status, expected, type) => {
    const error = translateError({ status, contentType: json, body: openAi("Words.") }, context);
    expect(error.status).toBe(expected);
    expect(error.body).toEqual({ type: "error", error: { type, message: "Words." }, request_id: "req_1" });
  });
});

describe("bodies", () => {
  const html = "<html><head><title>502 Bad Gateway</title></head><body>…</body></html>";
  const cases: [string, string, string | null, string][] = [
    ["OpenAI's", openAi("Words."), json, "Words."],
    ["an error that is text", '{"error":"no such model"}', json, "no such model"],
    [
      "a detail of the ChatGPT backend",
      '{"detail":"Unsupported parameter: x"}',
      json,
      "Unsupported parameter: x",
    ],
    ["a nested detail", '{"detail":{"message":"Expired","code":"token_expired"}}', json, "Expired"],
    [
      "FastAPI's validation",
      '{"detail":[{"loc":["body","tools",0],"msg":"Field required"},{"loc":["body","model"],"msg":"Bad"}]}',
      json,
      "body.tools.0: Field required; body.model: Bad",
    ],
    ["vLLM's older one", '{"object":"error","message":"Bad","code":400}', json, "Bad"],
    ["a list around it", '[{"error":{"code":400,"message":"Bad"}}]', json, "Bad"],
    ["HTML", html, "text/html; charset=utf-8", "the server answered with an HTML page: 502 Bad Gateway"],
    ["HTML without a type", html, null, "the server answered with an HTML page: 502 Bad Gateway"],
    ["HTML without a title", "<html></html>", null, "the server answered with an HTML page"],
    ["plain text", "upstream connect error\n", "text/plain", "upstream connect error"],
    ["nothing", "", null, "the server answered with status 500"],
    ["null", "null", json, "the server answered with status 500"],
    ["an empty object", "{}", json, "the server answered with status 500"],
    ["JSON that is cut", '{"error":{"mess', json, '{"error":{"mess'],
  ];
  test.each(cases)("%s", (_name, body, contentType, message) => {
    const error = translateError({ status: 500, contentType, body }, context);
    expect(error.body.error).toEqual({ type: "api_error", message });
  });

  test("the field and code at fault are told", () => {
    const body = openAi("Unsupported parameter", { param: "max_tokens", code: "unsupported_parameter" });
    const error = translateError({ status: 400, contentType: json, body }, context);
    expect(error).toMatchObject({ param: "max_tokens", code: "unsupported_parameter" });
  });
});

describe("errors inside a 200, by code or type", () => {
  const cases: [string, unknown, number][] = [
    ["a numeric code", { error: { message: "x", code: 502 } }, 502],
    ["a numeric code as text", { error: { message: "x", code: "429" } }, 429],
    ["a code that is no status", { error: { message: "x", code: 7 } }, 500],
    ["rate_limit_exceeded", { error: { message: "x", code: "rate_limit_exceeded" } }, 429],
    ["insufficient_quota", { error: { message: "x", type: "insufficient_quota" } }, 429],
    ["usage_limit_reached", { error: { message: "x", type: "usage_limit_reached" } }, 429],
    ["server_is_overloaded", { error: { message: "x", code: "server_is_overloaded" } }, 503],
    ["invalid_prompt", { code: "invalid_prompt", message: "x" }, 400],
    [
      "an unknown code with a known type",
      { code: "new_one", type: "invalid_request_error", message: "x" },
      400,
    ],
    ["nothing known", { message: "x" }, 500],
    ["plain words", "x", 500],
  ];
  test.each(cases)("%s", (_name, value, status) => {
    const error = translateErrorValue(value, context);
    expect({ status: error.status, message: error.body.error.message }).toEqual({ status, message: "x" });
  });
});

describe("context overflow", () => {
  const tooLong = (tokens: number, limit: number) =>
    `prompt is too long: ${tokens} tokens > ${limit} maximum`;
  const exceeds = (input: number, output: number, limit: number) =>
    `input length and \`max_tokens\` exceed context limit: ${input} + ${output} > ${limit}`;
  const nameless = "prompt is too long: the input exceeds the context window of the model";
  const cases: [string, string, string][] = [
    [
      "OpenAI",
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130123 tokens. Please reduce the length of the messages.",
      tooLong(130123, 128000),
    ],
    [
      "OpenAI with functions",
      "This model's maximum context length is 8192 tokens. However, you requested 10000 tokens (5000 in the messages, 1000 in the functions, and 4000 in the completion). Please reduce the length of the messages, functions, or completion.",
      exceeds(6000, 4000, 8192),
    ],
    [
      "OpenAI, messages alone too long",
      "This model's maximum context length is 8192 tokens. However, you requested 13000 tokens (9000 in the messages, 4000 in the completion).",
      tooLong(9000, 8192),
    ],
    [
      "OpenAI responses",
      "Your input exceeds the context window of this model. Please adjust your input and try again.",
      nameless,
    ],
    [
      "vLLM",
      "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 20 input tokens (5000 > 4096 - 20).",
      exceeds(20, 5000, 4096),
    ],
    [
      "vLLM, input alone",
      "This model's maximum context length is 131072 tokens. However, your request has 140000 input tokens. Please reduce the length of the input messages.",
      tooLong(140000, 131072),
    ],
    [
      "vLLM, newer",
      "This model's maximum context length is 8192 tokens. However, you requested 1000 output tokens and your prompt contains at least 8100 input tokens, for a total of at least 9100 tokens.",
      exceeds(8100, 1000, 8192),
    ],
    [
      "OpenRouter",
      'This endpoint\'s maximum context length is 200000 tokens. However, you requested about 210000 tokens (190000 of text input, 2000 of tool input, 18000 in the output). Please reduce the length of either one, or use the "middle-out" transform.',
      exceeds(192000, 18000, 200000),
    ],
    [
      "llama.cpp",
      "the request exceeds the available context size (8192 tokens), try increasing it",
      tooLong(150000, 8192),
    ],
    [
      "Mistral",
      "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
      tooLong(40000, 32768),
    ],
    [
      "Text Generation Inference",
      "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 4000 `inputs` tokens and 1000 `max_new_tokens`",
      exceeds(4000, 1000, 4097),
    ],
    [
      "Gemini",
      "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
      tooLong(1200000, 1048576),
    ],
    [
      "xAI",
      "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
      tooLong(140000, 131072),
    ],
    [
      "LM Studio",
      "Trying to keep the first 12345 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
      tooLong(12345, 4096),
    ],
    [
      "Anthropic behind a gateway",
      "prompt is too long: 210000 tokens > 200000 maximum",
      tooLong(210000, 200000),
    ],
    [
      "Anthropic behind a gateway, with max_tokens",
      "input length and `max_tokens` exceed context limit: 190000 + 21333 > 200000, decrease input length or `max_tokens` and try again",
      exceeds(190000, 21333, 200000),
    ],
    [
      "numbers with commas",
      "This model's maximum context length is 128,000 tokens. However, your messages resulted in 130,123 tokens.",
      tooLong(130123, 128000),
    ],
    [
      "a limit below our estimate of the prompt",
      "This model's maximum context length is 100000 tokens.",
      tooLong(150000, 100000),
    ],
    [
      "a limit above our estimate of the prompt",
      "This model's maximum context length is 200000 tokens.",
      tooLong(200001, 200000),
    ],
  ];
  test.each(cases)("%s", (_name, message, expected) => {
    const error = translateError({ status: 400, contentType: json, body: openAi(message) }, context);
    expect(error.status).toBe(400);
    expect(error.body.error).toEqual({ type: "invalid_request_error", message: expected });
  });

  test("by code alone, also with another status", () => {
    const body = openAi("Too much.", { code: "context_length_exceeded" });
    for (const status of [400, 413, 422, 500]) {
      const error = translateError({ status, contentType: json, body }, context);
      expect([error.status, error.body.error.message]).toEqual([400, nameless]);
    }
  });

  test("llama.cpp's own fields", () => {
    const fields = { type: "exceed_context_size_error", n_prompt_tokens: 12345, n_ctx: 8192 };
    const error = translateError(
      { status: 400, contentType: json, body: openAi("too big", fields) },
      context,
    );
    expect(error.body.error.message).toBe(tooLong(12345, 8192));
  });

  test("a rate limit that speaks of tokens is none", () => {
    const body = openAi(
      "Request too large for gpt-5 on tokens per min: Limit 30000, Requested 40000. Please reduce the length of the messages.",
    );
    const error = translateError({ status: 429, contentType: json, body }, context);
    expect([error.status, error.body.error.type]).toEqual([429, "rate_limit_error"]);
  });
});
