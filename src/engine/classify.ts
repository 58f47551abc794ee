// Says what an outcome means: the one place that looks at a status code. The table is section 2 of the routing rules.
import { classifyRateLimit, unifiedRests } from "./classify-rate-limit";
import { classifyErrorCode, classifyRefusal } from "./classify-refusal";
import { isUnifiedRejected, readExhausted, readLimits } from "./limits";
import { readUpstreamError, statusOfError } from "./read-error";
import { retryOrRotate } from "./retry-or-rotate";
import type { ClassifyContext, HeaderReader, Outcome, Rest, UnreachableCause, Verdict } from "./types";
import { describeError, scopeOfRequest, wholeKey } from "./verdicts";

type ErrorOutcome = Extract<Outcome, { kind: "error" }>;
type UnreachableOutcome = Extract<Outcome, { kind: "unreachable" }>;

const unreachableWords: Record<UnreachableCause, string> = {
  refused: "connection refused",
  dns: "host name not found",
  tls: "TLS handshake failed",
  "connect-timeout": "no connection in time",
  "header-timeout": "no answer in time",
  reset: "connection closed before an answer",
  protocol: "unreadable answer",
};
/** These hit whatever is asked of that host next; the others may be owed to the one request. */
const hostCauses = new Set<UnreachableCause>(["refused", "dns", "tls", "connect-timeout"]);

/** What one attempt's outcome means for the client, the request and the key. */
export function classify(outcome: Outcome, context: ClassifyContext): Verdict {
  const scope = scopeOfRequest(context);
  switch (outcome.kind) {
    case "success":
      return {
        action: "deliver",
        reason: "ok",
        words: "ok",
        rests: restsAfterSuccess(outcome.headers, context),
      };
    case "error":
      return classifyError(outcome, context);
    case "empty":
      return retryOrRotate(
        { ladder: "server", reason: "server_error", words: "the answer was empty", scope },
        context,
      );
    case "unreachable":
      return classifyUnreachable(outcome, context);
    case "aborted":
      return { action: "stop", reason: "aborted", words: "the client went away", rests: [] };
  }
}

/** A success may still tell that nothing is left, or that paid overage is being spent. */
function restsAfterSuccess(headers: HeaderReader, context: ClassifyContext): Rest[] {
  // The limits in an answer of count_tokens are those of its own bucket.
  if (context.endpoint === "count_tokens") return [];
  const rests: Rest[] = [];
  const until = readExhausted(headers, context.now);
  if (until !== null) rests.push({ scope: scopeOfRequest(context), duration: { until } });
  if (!isUnifiedRejected(headers)) return rests;
  const limits = readLimits(headers, context.now);
  if (limits.unified === null) return rests;
  const overage = unifiedRests(limits.unified, null, context.model).filter(
    (rest) => "until" in rest.duration,
  );
  return [...rests, ...overage.map((rest) => ({ ...rest, lastResort: true }))];
}

function classifyError(
  { body, headers, inStream, status: httpStatus }: ErrorOutcome,
  context: ClassifyContext,
): Verdict {
  const error = readUpstreamError(body, headers.get("content-type"));
  const status = inStream ? statusOfError(error) : httpStatus;
  const scope = scopeOfRequest(context);
  const byCode = classifyErrorCode(error, status, headers, context);
  if (byCode !== null) return byCode;
  if (status === 429) return classifyRateLimit(headers, body, context);
  if (status === 529 || (status >= 500 && error.type === "overloaded_error")) {
    const words = describeError("overloaded", status, error);
    return retryOrRotate({ ladder: "overload", reason: "overloaded", words, scope, headers }, context);
  }
  if (status < 500 && status !== 408) return classifyRefusal(error, status, headers, context);
  const words = describeError("server error", status, error);
  return retryOrRotate({ ladder: "server", reason: "server_error", words, scope, headers }, context);
}

function classifyUnreachable({ cause, stale }: UnreachableOutcome, context: ClassifyContext): Verdict {
  const words = unreachableWords[cause];
  // A pooled connection that died while idle says nothing about the upstream: no pause.
  if (stale && context.retries === 0)
    return { action: "retry", reason: "network", words, rests: [], delayMs: 0 };
  const wide = hostCauses.has(cause) && context.endpoint === "messages";
  const scope = wide ? wholeKey : scopeOfRequest(context);
  return retryOrRotate({ ladder: "network", reason: "network", words, scope }, context);
}
