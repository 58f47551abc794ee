// Nothing is left to try: picks what the client hears.
import type { Situation } from "../engine/decide";
import { finalAnswer, type OwnAnswer } from "../engine/final-answer";
import { listSkipped } from "../engine/list-skipped";
import type { PendingRequest } from "./context";
import type { Delivery } from "./deliver";
import type { OwnError } from "./own-answer";

/** Our own error that names each key, or an upstream answer that was kept for this. */
export function answerFinally(situation: Situation, { asked, journey }: PendingRequest): Delivery {
  const attempts = [...journey.attempts, ...listSkipped(situation)];
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
  if (answer.kind === "upstream") throw new Error("an answer was chosen that nobody kept");
  const error = toOwnError(answer);
  // SDKs that read this code send the whole conversation instead of the name of one that Anthropic holds.
  if (error.status === 400 && asked.scan.held.thread !== null) {
    error.details = { ...error.details, error_code: "thread_unsupported_request" };
  }
  return { kind: "own", error };
}

function toOwnError({ status, type, message, retryAfterSeconds, attempts }: OwnAnswer): OwnError {
  const error: OwnError = { status, type, message, details: { attempts } };
  return retryAfterSeconds === null ? error : { ...error, retryAfterSeconds };
}
