// Reads what a request of the Responses API asks for.
import { isObject, type JsonObject } from "../json-value";
import { ownWords, type Question } from "../question";
import type { OpenAiQuestion } from "./openai-question";
import { listObjects, textsOf } from "./read-chat-question";

/** `body` has passed the strict check. */
export function readResponsesQuestion(body: JsonObject): OpenAiQuestion {
  const { input, instructions } = body;
  const items = typeof input === "string" ? [{ role: "user", content: input }] : listObjects(input);
  const isAnswer = ({ role, type }: JsonObject) => role === "assistant" || type === "function_call";
  const sinceAnswer = items.slice(items.findLastIndex(isAnswer) + 1);
  const format = isObject(body.text) && isObject(body.text.format) ? body.text.format : {};
  const reasoning = isObject(body.reasoning) ? body.reasoning : {};
  return {
    model: String(body.model),
    ask: ownWords(textsOf(items.findLast(({ role }) => role === "user")?.content)),
    hasResult: sinceAnswer.some(({ type }) => type === "function_call_output"),
    tools: listObjects(body.tools).flatMap(({ type, name, parameters }) =>
      type === "function" ? { name: String(name), schema: parameters } : [],
    ),
    choice: readChoice(body.tool_choice),
    parallel: body.parallel_tool_calls !== false,
    answerSchema: format.type === "json_schema" ? format.schema : undefined,
    maxTokens: Number(body.max_output_tokens ?? Number.POSITIVE_INFINITY),
    stream: body.stream === true,
    effort: typeof reasoning.effort === "string" ? reasoning.effort : null,
    prompt: [instructions, items, body.tools],
    beginning: [instructions, items[0]],
    body,
  };
}

function readChoice(choice: unknown): Question["choice"] {
  if (isObject(choice) && choice.type === "function") return { name: String(choice.name) };
  if (choice === "required") return "any";
  return choice === "none" ? "none" : "auto";
}
