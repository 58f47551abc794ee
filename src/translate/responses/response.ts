// Converts a Responses answer that is not streamed.
import type { AnswerOptions } from "../answer";
import { type CollectedAnswer, collectMessage } from "../collect-message";
import { createResponsesStream } from "./stream";

/** `body` is the parsed body of a 200, or anything: what is no answer becomes a failure. */
export function convertResponsesResponse(body: unknown, options: AnswerOptions): CollectedAnswer {
  return collectMessage(createResponsesStream, body, options);
}
