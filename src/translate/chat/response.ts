// Converts a Chat Completions answer that is not streamed.
import type { AnswerOptions } from "../answer";
import { type CollectedAnswer, collectMessage } from "../collect-message";
import { isObject } from "../json-value";
import { ChatReader } from "./stream";

/** `body` is the parsed body of a 200, or anything: what is no answer becomes a failure. */
export function convertChatResponse(body: unknown, options: AnswerOptions): CollectedAnswer {
  return collectMessage(options, (answer) => {
    const reader = new ChatReader(answer);
    if (isObject(body)) reader.read(body);
    if (answer.over) return;
    if (isObject(body) && Array.isArray(body.choices) && body.choices.some(isObject)) reader.finish();
    else answer.failBroken("unreadable", 502, "the upstream's answer is not a chat completion");
  });
}
