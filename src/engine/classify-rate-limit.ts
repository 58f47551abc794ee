// Says what a 429 means: which scope is out, and until when.
import { latest, readLimits, readStatedReset, type UnifiedLimits } from "./limits";
import { modelFamily } from "./models";
import { readRetryAfter } from "./parse-reset";
import { readStatedWait } from "./read-stated-wait";
import type { ClassifyContext, Duration, HeaderReader, Rest, Scope, Timestamp, Verdict } from "./types";
import { scopeOfRequest, wholeKey } from "./verdicts";

/** Windows of the whole account; the other ones belong to one model family. */
const accountWindows = new Set(["5h", "7d"]);
/** OpenAI refuses so what is longer than a whole minute's tokens: no wait can help. */
const neverFits = /request too large for .{1,200}\(TPM\)/is;
const familyClaims: ReadonlyMap<string, string> = new Map([
  ["seven_day_opus", "opus"],
  ["seven_day_sonnet", "sonnet"],
]);
const windowWords: ReadonlyMap<string, string> = new Map([
  ["five_hour", "5-hour limit"],
  ["seven_day", "weekly limit"],
  ["seven_day_opus", "weekly Opus limit"],
  ["seven_day_sonnet", "weekly Sonnet limit"],
]);

/** `body`: of the refusal, as it came. */
export function classifyRateLimit(headers: HeaderReader, body: string, context: ClassifyContext): Verdict {
  const unified = readLimits(headers, context.now).unified;
  const retryAfter = readRetryAfter(headers, context.now);
  if (unified !== null && isRejected(unified)) {
    const name = windowWords.get(unified.claim ?? "");
    const words = name === undefined ? "rate limited" : `rate limited (${name})`;
    return limited(words, rejectedRests(unified, retryAfter, context));
  }
  if (context.provider === "openai" && neverFits.test(body)) {
    const words = "larger than the key's limit per minute (429)";
    return { action: "rotate", reason: "unsuitable", words, rests: [] };
  }
  // A token bucket's header tells when it is full again: later than this request needs.
  const inWords = context.provider === "openai" ? readStatedWait(body, context.now) : null;
  const until = retryAfter ?? inWords ?? readStatedReset(headers, context.now);
  // A subscription's limit holds for all its models.
  const ofSubscription = context.provider === "openai" && /"usage_limit_reached"/.test(body);
  const scope = ofSubscription && context.endpoint === "messages" ? wholeKey : scopeOfRequest(context);
  if (until !== null) return limited("rate limited", [{ scope, duration: { until } }]);
  if (headers.get("x-should-retry") === "true") return limited("rate limited", []);
  if (context.provider === "anthropic" && context.keyType === "oauth" && unified === null) {
    return limited("refused (429), not for a limit: this token may only serve its own client", []);
  }
  return limited("rate limited", [{ scope, duration: { ladder: "rate" } }]);
}

/**
 * The rests that rejected windows ask for: the account's windows rest the key, a family's window that family.
 * `retryAfter` counts where it is later than the window's own reset, unless both kinds are out: it belongs to one of
 * them, and a family's week must not take the whole account offline.
 */
export function unifiedRests(unified: UnifiedLimits, retryAfter: Timestamp | null, model: string): Rest[] {
  const rejected = unified.windows.filter((window) => window.status === "rejected");
  const account = rejected.filter((window) => accountWindows.has(window.name));
  const family = rejected.filter((window) => !accountWindows.has(window.name));
  const claimed = familyClaims.get(unified.claim ?? "");
  const familyScope: Scope = { kind: "family", family: claimed ?? modelFamily(model) };
  if (account.length > 0 && family.length > 0) {
    return [
      { scope: wholeKey, duration: endOf(account, unified, null) },
      { scope: familyScope, duration: endOf(family, unified, null) },
    ];
  }
  // Where no window says it is rejected, the claim names the one that is.
  const ofFamily = family.length > 0 || (account.length === 0 && claimed !== undefined);
  return [{ scope: ofFamily ? familyScope : wholeKey, duration: endOf(rejected, unified, retryAfter) }];
}

function rejectedRests(
  unified: UnifiedLimits,
  retryAfter: Timestamp | null,
  context: ClassifyContext,
): Rest[] {
  const rests = unifiedRests(unified, retryAfter, context.model);
  if (context.endpoint === "count_tokens") {
    // Its 429 never touches messages, whatever the headers say beside it.
    return rests.map((rest) => ({ ...rest, scope: { kind: "count_tokens" } }));
  }
  const covered = rests.some(
    (rest) =>
      rest.scope.kind === "key" ||
      (rest.scope.kind === "family" && rest.scope.family === modelFamily(context.model)),
  );
  if (covered) return rests;
  // The window that is out is another family's, yet this model was refused: it must not be asked again at once.
  const duration: Duration = retryAfter === null ? { ladder: "rate" } : { until: retryAfter };
  return [...rests, { scope: { kind: "model", model: context.model }, duration }];
}

/** The status is about this very request; a window that is out may be another model's. */
function isRejected({ status, windows }: UnifiedLimits): boolean {
  return status === null ? windows.some((window) => window.status === "rejected") : status === "rejected";
}

function endOf(
  windows: UnifiedLimits["windows"],
  unified: UnifiedLimits,
  retryAfter: Timestamp | null,
): Duration {
  const reset = latest(windows.map((window) => window.resetAt)) ?? unified.resetAt;
  const until = latest([reset, retryAfter]);
  return until === null ? { ladder: "rate" } : { until };
}

function limited(words: string, rests: Rest[]): Verdict {
  return { action: "rotate", reason: "rate_limited", words, rests };
}
