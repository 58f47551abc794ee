// Takes a request of the simulated OpenAI API apart, as far as the real one would take it.
import { isObject } from "../json-value";
import type { Dialect } from "./openai-dialects";
import {
  contextExceeded,
  invalidRequest,
  type OpenAiFailure,
  unknownModel,
  unparsable,
  unsupportedContentType,
} from "./openai-failure";
import { findSimulatedOpenAiModel } from "./openai-models";
import { countPromptTokens, type OpenAiQuestion } from "./openai-question";

/** The request, if the real API would take it. */
export async function readOpenAiQuestion(
  request: Request,
  dialect: Dialect,
): Promise<OpenAiQuestion | OpenAiFailure> {
  const contentType = request.headers.get("content-type");
  if (!/^application\/json\b/i.test(contentType ?? "")) return unsupportedContentType(contentType);
  let body: unknown;
  try {
    body = JSON.parse(await request.text());
  } catch {
    return unparsable();
  }
  const named = isObject(body) && typeof body.model === "string" ? body.model : null;
  const model = findSimulatedOpenAiModel(named ?? "");
  if (named !== null && named !== "" && model === undefined) return unknownModel(named);
  const refusal = dialect.check(body);
  if (refusal !== null || !isObject(body) || model === undefined) {
    return refusal === null ? unparsable() : invalidRequest(refusal);
  }
  const question = dialect.read(body);
  const tokens = countPromptTokens(question);
  return tokens > model.maxInputTokens
    ? contextExceeded(dialect.param, model.maxInputTokens, tokens)
    : question;
}
