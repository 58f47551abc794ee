// Nothing is left to try: picks what the client hears.
import type { Situation } from "../engine/decide";
import { finalAnswer, type OwnAnswer } from "../engine/final-answer";
import { listSkipped } from "../engine/list-skipped";
import type { PendingRequest } from "./context";
import type { Delivery } from "./deliver";
import type { OwnError } from "./own-answer";

/** Our own error that names each key, or an upstream answer that was kept for this. */
export function answerFinally(situation: Situation, { journey }: PendingRequest): Delivery {
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
    if (kept !== null && served !== undefined)
      return { kind: "upstream", source: kept, lease: null, served };
  }
  if (answer.kind === "upstream") throw new Error("an answer was chosen that nobody kept");
  return { kind: "own", error: toOwnError(answer) };
}

function toOwnError({ status, type, message, retryAfterSeconds, attempts }: OwnAnswer): OwnError {
  const error: OwnError = { status, type, message, details: { attempts } };
  return retryAfterSeconds === null ? error : { ...error, retryAfterSeconds };
}
