// Reads what a request of Chat Completions asks for.
import { isObject, type JsonObject } from "../json-value";
import { ownWords, type Question } from "../question";
import type { OpenAiQuestion } from "./openai-question";

/** `body` has passed the strict check. */
export function readChatQuestion(body: JsonObject): OpenAiQuestion {
  const messages = listObjects(body.messages);
  const sinceAnswer = messages.slice(messages.findLastIndex(({ role }) => role === "assistant") + 1);
  const format = isObject(body.response_format) ? body.response_format.json_schema : undefined;
  return {
    model: String(body.model),
    ask: ownWords(textsOf(messages.findLast(({ role }) => role === "user")?.content)),
    hasResult: sinceAnswer.some(({ role }) => role === "tool"),
    tools: listObjects(body.tools).flatMap(({ function: tool }) =>
      isObject(tool) ? { name: String(tool.name), schema: tool.parameters } : [],
    ),
    choice: readChoice(body.tool_choice),
    parallel: body.parallel_tool_calls !== false,
    answerSchema: isObject(format) ? format.schema : undefined,
    maxTokens: Number(body.max_completion_tokens ?? body.max_tokens ?? Number.POSITIVE_INFINITY),
    stream: body.stream === true,
    effort: typeof body.reasoning_effort === "string" ? body.reasoning_effort : null,
    prompt: [messages, body.tools],
    beginning: messages.slice(0, 2),
    body,
  };
}

/** Texts of a string or of parts; both dialects name them alike. */
export function textsOf(content: unknown): string[] {
  if (typeof content === "string") return [content];
  return listObjects(content).flatMap(({ text }) => (typeof text === "string" ? text : []));
}

export function listObjects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function readChoice(choice: unknown): Question["choice"] {
  if (isObject(choice) && isObject(choice.function)) return { name: String(choice.function.name) };
  if (choice === "required") return "any";
  return choice === "none" ? "none" : "auto";
}
