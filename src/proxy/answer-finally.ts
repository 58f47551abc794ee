// Nothing is left to try: picks what the client hears.
import { decide, type Situation } from "../engine/decide";
import { type FinalAnswer, finalAnswer } from "../engine/final-answer";
import { listSkipped } from "../engine/list-skipped";
import type { PendingRequest } from "./context";
import type { Delivery } from "./deliver";
import type { OwnError } from "./own-answer";
import type { AskedRequest } from "./read-request";

/** Our own error that names each key, or an upstream answer that was kept for this. */
export function answerFinally(situation: Situation, { asked, journey }: PendingRequest): Delivery {
  const skipped = listSkipped(situation);
  journey.noteSkipped(skipped);
  const attempts = [...journey.attempts, ...skipped];
  const answer = finalAnswer({
    attempts,
    models: situation.chain,
    keyCount: situation.candidates.length,
    now: situation.now,
    formatTime: (at) => new Date(at).toTimeString().slice(0, 8),
  });
  if (answer.kind === "upstream") {
    const kept = journey.takeKept(answer.attempt);
    const served = attempts[answer.attempt];
    if (kept !== null && served !== undefined) return { kind: "upstream", source: kept, lease: null, served };
  }
  const error = toOwnError(answer);
  return { kind: "own", error: couldGoToOpenAi(situation, asked) ? askForWholeConversation(error) : error };
}

/** A thread lives with Anthropic's key that began it; with its whole history an OpenAI key could serve it. */
function couldGoToOpenAi(situation: Situation, { headers, scan }: AskedRequest): boolean {
  const { thread, container, fileIds } = scan.held;
  if (thread === null || container !== null || fileIds.length > 0 || headers.has("x-cf-key")) return false;
  const step = decide({ ...situation, onlyKey: null, tried: [] });
  return step.do === "try" && step.provider === "openai";
}

/** Upon this code SDKs send everything. */
function askForWholeConversation({ message, details }: OwnError): OwnError {
  return {
    status: 400,
    type: "invalid_request_error",
    message: `The thread is not available: send the whole conversation. ${message}`,
    details: { ...details, error_code: "thread_unsupported_request" },
  };
}

/** Throws if an upstream's answer was chosen. */
export function toOwnError(answer: FinalAnswer): OwnError {
  if (answer.kind === "upstream") throw new Error("an answer was chosen that nobody kept");
  const { status, type, message, retryAfterSeconds, attempts } = answer;
  const error: OwnError = { status, type, message, details: { attempts } };
  return retryAfterSeconds === null ? error : { ...error, retryAfterSeconds };
}
