// Maps what ended an OpenAI answer to Anthropic's stop reason.
import type { StopReason } from "./anthropic";

/** Why the model stopped, whichever dialect said so. */
export type Finish = "stop" | "length" | "content_filter";

const finishByWord: ReadonlyMap<string, Finish> = new Map([
  ["length", "length"],
  ["max_tokens", "length"],
  ["max_output_tokens", "length"],
  ["model_length", "length"],
  ["content_filter", "content_filter"],
  ["refusal", "content_filter"],
  ["safety", "content_filter"],
]);

/** Reads chat's `finish_reason` or the `incomplete_details.reason` of responses; an unknown word is a plain stop. */
export function readFinish(word: string): Finish {
  return finishByWord.get(word.toLowerCase()) ?? "stop";
}

export interface AnswerEnd {
  finish: Finish;
  /** Tool calls in the answer. */
  calls: number;
  /** Those of them that were cut off before their arguments were complete. */
  cutCalls: number;
  /** The model refused in words of its own. */
  refused: boolean;
}

/** Complete calls decide, since clients run the tools by it; a call that was cut off must not look like a complete one. */
export function mapStopReason({ finish, calls, cutCalls, refused }: AnswerEnd): StopReason {
  if (calls > 0 && cutCalls === 0) return "tool_use";
  if (finish === "length") return "max_tokens";
  if (finish === "content_filter" || refused) return "refusal";
  return calls > 0 ? "tool_use" : "end_turn";
}
