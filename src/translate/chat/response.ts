// Converts a Chat Completions answer that is not streamed.
import type { AnswerOptions } from "../answer";
import { type CollectedAnswer, collectMessage } from "../collect-message";
import { createChatStream } from "./stream";

/** `body` is the parsed body of a 200, or anything: what is no answer becomes a failure. */
export function convertChatResponse(body: unknown, options: AnswerOptions): CollectedAnswer {
  return collectMessage(createChatStream, body, options);
}
