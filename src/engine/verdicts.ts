// Builds the verdicts that most outcomes share, and their words for people.

import { quoteUpstream } from "./quote-upstream";
import type { UpstreamError } from "./read-error";
import type { ClassifyContext, Ladder, Reason, Scope, Verdict } from "./types";

export const wholeKey: Scope = { kind: "key" };

/** The bucket that a request of this endpoint and model draws from. */
export function scopeOfRequest(context: Pick<ClassifyContext, "endpoint" | "model">): Scope {
  return context.endpoint === "count_tokens"
    ? { kind: "count_tokens" }
    : { kind: "model", model: context.model };
}

/** The next key or model; nobody said for how long the scope rests. */
export function rotateFor(ladder: Ladder, scope: Scope, reason: Reason, words: string): Verdict {
  return { action: "rotate", reason, words, rests: [{ scope, duration: { ladder } }] };
}

/** The client's own mistake: no other key would answer differently. */
export function deliverRefusal(status: number, error: UpstreamError): Verdict {
  return {
    action: "deliver",
    reason: "request_error",
    words: describeError("refused", status, error),
    rests: [],
  };
}

/** "rejected (401): invalid x-api-key", with the upstream's words redacted and cut to length; the field at fault behind them. */
export function describeError(label: string, status: number, error: UpstreamError): string {
  const message = quoteUpstream(error.message);
  const words = message === "" ? `${label} (${status})` : `${label} (${status}): ${message}`;
  const isNamed = error.param === null || error.param === "" || error.message.includes(error.param);
  return isNamed ? words : `${words} (${quoteUpstream(error.param ?? "", 80)})`;
}
