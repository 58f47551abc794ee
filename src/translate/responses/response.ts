// Converts a Responses answer that is not streamed.
import type { AnswerOptions } from "../answer";
import { type CollectedAnswer, collectMessage } from "../collect-message";
import { isObject } from "../json-value";
import { ResponsesReader } from "./stream";

/** `body` is the parsed body of a 200, or anything: what is no answer becomes a failure. */
export function convertResponsesResponse(body: unknown, options: AnswerOptions): CollectedAnswer {
  return collectMessage(options, (answer) => {
    if (isObject(body) && (Array.isArray(body.output) || isObject(body.error))) {
      new ResponsesReader(answer).readWhole(body);
    } else answer.failBroken("unreadable", 502, "the upstream's answer is not a response");
  });
}
