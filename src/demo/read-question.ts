// Reads what a request of the Messages API asks for.
import type { MessagesRequest } from "./check-request";
import { isObject, type JsonObject } from "./json-value";
import { ownWords, type Question } from "./question";

export function readQuestion(request: MessagesRequest): Question {
  const last = request.messages.findLast((message) => message.role === "user");
  const content = last?.content ?? [];
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const texts = blocks.filter((block) => block.type === "text").map((block) => String(block.text));
  const format = isObject(request.output_config) ? request.output_config.format : undefined;
  return {
    model: request.model,
    ask: ownWords(texts),
    hasResult: blocks.some((block) => block.type === "tool_result"),
    tools: (request.tools ?? []).flatMap(({ name, input_schema }) =>
      typeof name === "string" && input_schema !== undefined ? { name, schema: input_schema } : [],
    ),
    choice: readChoice(request.tool_choice),
    parallel: request.tool_choice?.disable_parallel_tool_use !== true,
    answerSchema: isObject(format) && format.type === "json_schema" ? format.schema : undefined,
    maxTokens: request.max_tokens,
  };
}

function readChoice(choice: JsonObject | undefined): Question["choice"] {
  switch (choice?.type) {
    case "none":
    case "any":
      return choice.type;
    case "tool":
      return { name: String(choice.name) };
    default:
      return "auto";
  }
}
