// Real refusals of OpenAI and of servers that speak its language, and what they teach.
import { describe, expect, test } from "bun:test";
import { checkChatRequest, checkResponsesRequest } from "../../src/demo/openai/strict-checker";
import { convertRequest } from "../../src/translate/convert-request";
import { learnFromError } from "../../src/translate/learn-from-error";
import { describeLesson, type Lesson } from "../../src/translate/lessons";
import type { Target } from "../../src/translate/target";
import { chatTarget, compatibleTarget, responsesTarget } from "./targets";

const request = {
  system: "be brief",
  max_tokens: 64_000,
  stream: true,
  temperature: 0.5,
  thinking: { type: "adaptive" },
  output_config: {
    effort: "xhigh",
    format: { type: "json_schema", schema: { type: "object", properties: {} } },
  },
  stop_sequences: ["END"],
  service_tier: "auto",
  tools: [
    { name: "Read", input_schema: { type: "object" } },
    { type: "web_search_20250305", name: "web_search" },
  ],
  tool_choice: { type: "any", disable_parallel_tool_use: true },
  metadata: { user_id: '{"session_id":"s"}' },
  messages: [
    { role: "user", content: "hi" },
    { role: "system", content: "it is late" },
  ],
};

function openAiError(message: string, param: string | null = null, code: string | null = null) {
  return { error: { message, type: "invalid_request_error", param, code } };
}

function learn(error: unknown, target: Target): Lesson[] {
  return learnFromError(error, target, convertRequest(request, target).body);
}

describe("OpenAI", () => {
  const chat = chatTarget("gpt-4o");
  test.each<[unknown, Target, Lesson[]]>([
    [
      openAiError(
        "Unsupported parameter: 'max_completion_tokens' is not supported. Use 'max_tokens' instead.",
        "max_completion_tokens",
        "unsupported_parameter",
      ),
      chat,
      ["use:max_tokens"],
    ],
    [
      openAiError(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "max_tokens",
        "unsupported_parameter",
      ),
      compatibleTarget("azure-deployment"),
      ["use:max_completion_tokens"],
    ],
    [
      openAiError(
        "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
        "temperature",
        "unsupported_value",
      ),
      chat,
      ["drop:temperature"],
    ],
    [
      openAiError(
        "Unsupported value: 'reasoning.effort' does not support 'xhigh' with this model. Supported values are: 'low', 'medium', and 'high'.",
        "reasoning.effort",
        "unsupported_value",
      ),
      responsesTarget("gpt-6.1-sol"),
      ["effort:not-none", "effort:not-minimal", "effort:not-xhigh", "effort:not-max"],
    ],
    [
      openAiError("Invalid value: 'xhigh'.", "reasoning.effort", "invalid_value"),
      responsesTarget("gpt-6.1-sol"),
      ["effort:not-xhigh"],
    ],
    [
      openAiError(
        "Your organization must be verified to generate reasoning summaries.",
        "reasoning.summary",
        "unsupported_value",
      ),
      responsesTarget("gpt-6.1-sol"),
      ["drop:reasoning.summary"],
    ],
    [
      openAiError(
        "max_tokens is too large: 64000. This model supports at most 16384 completion tokens, whereas you provided 64000.",
        "max_tokens",
        "invalid_value",
      ),
      compatibleTarget("my-gpt-4o"),
      ["output-limit:16384"],
    ],
    [
      openAiError(
        "Function tools with reasoning_effort are not supported for my-5.6 in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
      ),
      chatTarget("gpt-5.1"),
      ["effort:none-with-tools"],
    ],
    [
      openAiError("Unknown parameter: 'safety_identifier'.", "safety_identifier", "unknown_parameter"),
      chat,
      ["drop:safety_identifier"],
    ],
    [
      openAiError(
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "messages[0].role",
        "unsupported_value",
      ),
      chat,
      ["role:system-as-user"],
    ],
    [
      openAiError(
        "Invalid value: 'web_search'. Supported values are: 'function'.",
        "tools[1].type",
        "invalid_value",
      ),
      responsesTarget("gpt-5.1"),
      ["drop:web_search"],
    ],
    [
      openAiError(
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        null,
        null,
      ),
      chat,
      ["drop:response_format"],
    ],
  ])("%j", (error, target, lessons) => {
    expect(learn(error, target)).toEqual(lessons);
    expect(learn(JSON.stringify(error), target)).toEqual(lessons);
  });
});

describe("compatible servers", () => {
  const server = compatibleTarget();
  test.each<[string, unknown, Lesson[]]>([
    [
      "old vLLM",
      {
        object: "error",
        message:
          "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', 'input': {}}]",
        type: "BadRequestError",
        param: null,
        code: 400,
      },
      ["drop:stream_options"],
    ],
    [
      "Mistral",
      {
        object: "error",
        message: {
          detail: [
            {
              type: "extra_forbidden",
              loc: ["body", "stream_options", "include_usage"],
              msg: "Extra inputs are not permitted",
              input: true,
            },
          ],
        },
      },
      ["drop:stream_options"],
    ],
    [
      "Fireworks",
      { error: { message: "Extra inputs are not permitted, field: 'parallel_tool_calls', value: False" } },
      ["drop:parallel_tool_calls"],
    ],
    [
      "a Rust server",
      "Failed to deserialize the JSON body: unknown field `service_tier`, expected one of `model`",
      ["drop:service_tier"],
    ],
    ["ChatGPT's backend", { detail: "Unsupported parameter: temperature" }, ["drop:temperature"]],
    [
      "a gateway with a nested error",
      {
        error: {
          message: "Provider returned error",
          code: 400,
          metadata: { raw: '{"error":{"message":"\'stop\' is not supported"}}' },
        },
      },
      ["drop:stop"],
    ],
    [
      "DeepSeek",
      {
        error: {
          message: "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
          type: "invalid_request_error",
        },
      },
      ["output-limit:8192"],
    ],
    [
      "Groq",
      {
        error: {
          message:
            "`max_tokens` must be less than or equal to `32768`, the maximum value for `max_tokens` is less than the `context_window` for this model",
        },
      },
      ["output-limit:32768"],
    ],
    ["a Gemma template", { message: "System role not supported", code: 400 }, ["role:system-as-user"]],
    [
      "a Mistral template",
      {
        object: "error",
        message:
          "After the optional system message, conversation roles must alternate user/assistant/user/assistant/...",
      },
      ["role:alternate"],
    ],
    [
      "a Qwen template",
      { error: { message: "System message must be at the beginning." } },
      ["role:late-system-as-user"],
    ],
  ])("%s", (_name, error, lessons) => {
    expect(learn(error, server)).toEqual(lessons);
  });

  test("a server that does not know the developer", () => {
    const target = responsesTarget("local", { isOpenAi: false });
    const error = openAiError(
      "'developer' is not one of ['system', 'assistant', 'user', 'tool'] - 'input.[1].role'",
    );
    expect(learn(error, target)).toEqual(["role:developer-as-system"]);
  });

  test("a server that knows neither name for the limit gets none", () => {
    const learnt = new Set<Lesson>(["use:max_completion_tokens", "use:max_tokens"]);
    const { body } = convertRequest(request, compatibleTarget("local", { learnt }));
    expect(body).not.toContainAnyKeys(["max_tokens", "max_completion_tokens"]);
  });

  test("a template that wants no system message anywhere is understood at the second refusal", () => {
    const target = compatibleTarget("local", { learnt: new Set<Lesson>(["role:late-system-as-user"]) });
    expect(learn({ error: { message: "System message must be first" } }, target)).toEqual([
      "role:system-as-user",
    ]);
  });
});

describe("nothing is learnt", () => {
  test.each<[string, unknown]>([
    [
      "a full context",
      openAiError(
        "This model's maximum context length is 8192 tokens. However, you requested 64000 in max_tokens.",
        "messages",
        "context_length_exceeded",
      ),
    ],
    [
      "a full context, as vLLM says it",
      openAiError(
        "'max_tokens' is too large: 64000. This model's maximum context length is 32768 tokens and your request has 5 input tokens.",
      ),
    ],
    [
      "a broken schema",
      openAiError(
        "Invalid schema for function 'Read': temperature",
        "tools[0].function.parameters",
        "invalid_function_parameters",
      ),
    ],
    ["a model without tools", openAiError("llama3 does not support tools")],
    ["a missing model", openAiError("The model `x` does not exist", null, "model_not_found")],
    ["a parameter that was not sent", openAiError("Unknown parameter: 'seed'.", "seed", "unknown_parameter")],
    ["a page", "<html><body>400 Bad Request</body></html>"],
    ["nothing", ""],
    ["a number", 400],
    ["null", null],
  ])("from %s", (_name, error) => {
    expect(learn(error, compatibleTarget())).toEqual([]);
  });

  test("from a conversation that the server sends back", () => {
    const echo = {
      detail: [
        {
          type: "missing",
          loc: ["body"],
          input: { messages: [{ content: "roles must alternate, unsupported temperature" }] },
        },
      ],
    };
    expect(learn(echo, compatibleTarget())).toEqual([]);
  });

  test("from what is known already", () => {
    const target = chatTarget("gpt-4o", { learnt: new Set<Lesson>(["drop:temperature"]) });
    const sent = { ...convertRequest(request, target).body, temperature: 1 };
    expect(learnFromError(openAiError("no", "temperature", "unsupported_value"), target, sent)).toEqual([]);
  });
});

describe("a lesson", () => {
  test("is kept to from then on, and no other part of the request changes", () => {
    const lessons: [Lesson, string][] = [
      ["drop:temperature", "temperature"],
      ["drop:service_tier", "service_tier"],
      ["drop:stream_options", "stream_options"],
      ["drop:parallel_tool_calls", "parallel_tool_calls"],
      ["drop:tool_choice", "tool_choice"],
      ["drop:prompt_cache_key", "prompt_cache_key"],
      ["drop:safety_identifier", "safety_identifier"],
      ["drop:stop", "stop"],
    ];
    const before = convertRequest(request, chatTarget("gpt-4o"));
    for (const [lesson, field] of lessons) {
      const after = convertRequest(request, chatTarget("gpt-4o", { learnt: new Set([lesson]) }));
      const { [field]: dropped, ...rest } = before.body;
      expect(dropped).toBeDefined();
      expect(after.body).toEqual(rest);
      expect(checkChatRequest(after.body)).toBeNull();
    }
  });

  test("about stop sequences leaves them to the proxy", () => {
    const { stopSequences } = convertRequest(
      request,
      chatTarget("gpt-4o", { learnt: new Set(["drop:stop"]) }),
    );
    expect(stopSequences).toEqual(["END"]);
  });

  test("about structured output puts the schema into the system prompt", () => {
    const { body } = convertRequest(request, responsesTarget("gpt-5.1", { learnt: new Set(["drop:text"]) }));
    expect(body.text).toBeUndefined();
    expect(body.instructions).toContain('matches this JSON schema: {"type":"object"');
    expect(checkResponsesRequest(body)).toBeNull();
  });

  test("about the output limit caps it", () => {
    const { body } = convertRequest(
      request,
      compatibleTarget("local", { learnt: new Set(["output-limit:8192"]) }),
    );
    expect(body.max_tokens).toBe(8_192);
  });

  test("about roles", () => {
    const roles = (lesson: Lesson) => {
      const { body } = convertRequest(request, compatibleTarget("local", { learnt: new Set([lesson]) }));
      return (body.messages as { role: string }[]).map(({ role }) => role).join(" ");
    };
    expect(roles("role:late-system-as-user")).toBe("system user user");
    expect(roles("role:system-as-user")).toBe("user user user");
    expect(roles("role:alternate")).toBe("system user");
  });

  test("has words for people", () => {
    const words: [Lesson, string][] = [
      ["drop:stream_options", "does not take stream_options"],
      ["use:max_completion_tokens", "wants max_completion_tokens"],
      ["output-limit:8192", "answers with at most 8192 tokens"],
      ["effort:not-xhigh", "does not take the effort xhigh"],
      ["effort:none-with-tools", "takes tools only without reasoning"],
      ["role:alternate", "wants user and assistant to take turns"],
    ];
    for (const [lesson, text] of words) expect(describeLesson(lesson)).toBe(text);
  });
});
