// Says what a refusal means: whether it is the key's, the model's or the request's own.
import { readStatedReset } from "./limits";
import { quoteUpstream } from "./quote-upstream";
import type { UpstreamError } from "./read-error";
import { retryOrRotate } from "./retry-or-rotate";
import type { ClassifyContext, HeaderReader, Verdict } from "./types";
import { deliverRefusal, describeError, rotateFor, scopeOfRequest, wholeKey } from "./verdicts";

const noCreditCodes = new Set([
  "enforced_spend_limit_reached",
  "contract_spend_limit_reached",
  "insufficient_quota",
  "billing_hard_limit_reached",
  "billing_not_active",
  "credit_balance_exhausted",
  "usage_not_included",
]);
const noCreditWording =
  /credit balance is too low|(?:reached|exceeded) your (?:specified |current )?(?:api )?(?:usage limits?|quota)/i;
const disabledWording = /organization (?:has been|is) (?:disabled|suspended|on hold)/i;
const thinkingWording =
  /invalid [`'"]?signature[`'"]? in [`'"]?(?:redacted_)?thinking|bound to a different conversation/i;
/** A `not_found_error` about something else than the model belongs to the request, not to the key. */
const otherResource = /\b(?:file|container|skill|thread|batch|session|memory|environment|vault|agent)s?\b/i;

/** Codes are stable where wording is not, so they are asked first, whatever the status. null: no such code. */
export function classifyErrorCode(
  error: UpstreamError,
  status: number,
  headers: HeaderReader,
  context: ClassifyContext,
): Verdict | null {
  const code = error.code ?? "";
  if (
    noCreditCodes.has(code) ||
    noCreditCodes.has(error.type ?? "") ||
    code.startsWith("linked_organization_")
  ) {
    return noCredit(status, error);
  }
  if (code === "organization_on_hold") return disabledUpstream(status, error);
  if (code === "model_not_found") return classifyNotFound(error, context);
  if (code !== "ramp_limit_exceeded") return null;
  const until = readStatedReset(headers, context.now);
  const scope = scopeOfRequest(context);
  if (until === null) return rotateFor("rate", scope, "rate_limited", "rate limited");
  return {
    action: "rotate",
    reason: "rate_limited",
    words: "rate limited",
    rests: [{ scope, duration: { until } }],
  };
}

/** A refusal by status, once its code said nothing. */
export function classifyRefusal(
  error: UpstreamError,
  status: number,
  headers: HeaderReader,
  context: ClassifyContext,
): Verdict {
  switch (status) {
    case 400:
      return classifyBadRequest(error, context);
    case 401:
      return rotateFor("rejected", wholeKey, "rejected", describeError("rejected", status, error));
    case 402:
      return noCredit(status, error);
    case 403:
      return classifyForbidden(error, headers, context);
    case 404:
      return classifyNotFound(error, context);
    default:
      return deliverRefusal(status, error);
  }
}

function classifyBadRequest(error: UpstreamError, context: ClassifyContext): Verdict {
  const wording = classifyWording(error, 400);
  if (wording !== null) return wording;
  if (!thinkingWording.test(error.message) || !context.conversationMoved) return deliverRefusal(400, error);
  const words = describeError("thinking block of another key or model", 400, error);
  if (context.thinkingRemoved) return { action: "deliver", reason: "invalid_thinking", words, rests: [] };
  return { action: "retry", reason: "invalid_thinking", words, rests: [], delayMs: 0, withoutThinking: true };
}

function classifyForbidden(error: UpstreamError, headers: HeaderReader, context: ClassifyContext): Verdict {
  if (error.html || headers.get("cf-mitigated") !== null) {
    const scope = context.endpoint === "count_tokens" ? scopeOfRequest(context) : wholeKey;
    const words = "a web page instead of an answer (403)";
    return retryOrRotate({ ladder: "challenge", reason: "network", words, scope }, context);
  }
  const wording = classifyWording(error, 403);
  if (wording !== null) return wording;
  const words = describeError("no permission", 403, error);
  return rotateFor("rejected", scopeOfRequest(context), "no_permission", words);
}

function classifyNotFound(error: UpstreamError, context: ClassifyContext): Verdict {
  const words = describeError(`no access to ${quoteUpstream(context.model, 80)}`, 404, error);
  // An upstream without count_tokens answers 404 too: it must neither disable the model nor the endpoint.
  if (context.endpoint === "count_tokens") return { action: "rotate", reason: "no_access", words, rests: [] };
  const aboutModel =
    context.model !== "" && (/model/i.test(error.message) || !otherResource.test(error.message));
  if (!aboutModel) return deliverRefusal(404, error);
  return rotateFor("no_access", { kind: "model", model: context.model }, "no_access", words);
}

function classifyWording(error: UpstreamError, status: number): Verdict | null {
  if (noCreditWording.test(error.message)) return noCredit(status, error);
  return disabledWording.test(error.message) ? disabledUpstream(status, error) : null;
}

function noCredit(status: number, error: UpstreamError): Verdict {
  return rotateFor("no_credit", wholeKey, "no_credit", describeError("no credit", status, error));
}

function disabledUpstream(status: number, error: UpstreamError): Verdict {
  const words = describeError("disabled upstream", status, error);
  return rotateFor("no_credit", wholeKey, "disabled_upstream", words);
}
