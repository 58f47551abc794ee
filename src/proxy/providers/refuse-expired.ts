// Refuses in the server's place where a token says itself that it has expired: the person reads when, without a call.
import type { Timestamp } from "../../engine/types";
import type { AnswerSource } from "../answer-source";
import type { ProviderRequest } from "./provider-request";

/** A request that is answered with a 401 at once. `expiredAt`: milliseconds since the epoch. */
export function refuseExpired(expiredAt: Timestamp): ProviderRequest {
  const when = new Date(expiredAt).toISOString().slice(0, 16).replace("T", " ");
  const message = `the ChatGPT token expired on ${when} UTC; sign in again and replace it`;
  const body = JSON.stringify({ error: { type: "invalid_request_error", code: "token_expired", message } });
  return {
    adjusted: [],
    thinkingRemoved: true,
    send: () => answerWith(body),
    removeThinking: () => {},
    learn: () => false,
  };
}

function answerWith(body: string): AnswerSource {
  const bytes = new TextEncoder().encode(body);
  const headers = { get: () => null };
  return {
    outcome: Promise.resolve({ kind: "error", status: 401, headers, body, inStream: false }),
    status: 401,
    headers: [["content-type", "application/json"]],
    tap: null,
    takeWhole: () => bytes,
    deliver: (sink) => {
      sink.onData(bytes);
      sink.onEnd();
    },
    abort: () => {},
    pause: () => {},
    resume: () => {},
  };
}
