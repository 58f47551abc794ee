// Tells one request as a story: what was asked, what was tried, what came back, why it moved on, how it ended.
import { isUnpriced } from "../state/ledger/totals";
import type { AttemptRow, RequestRow, TokenCounts } from "../state/ledger/types";
import { formatDollars, formatTokens } from "./print/amounts";
import { cleanText } from "./print/clean-text";
import type { Clock } from "./print/open-clock";
import type { Paint } from "./print/paint";
import { formatMilliseconds } from "./print/times";

export function tellStory(row: RequestRow, clock: Clock, paint: Paint): string[] {
  const at = Date.parse(row.at);
  return [
    `${paint.bold(row.id)}  ${clock(at)}, profile ${cleanText(row.profile)}`,
    describeAsked(row),
    "",
    ...describeTrail(row, clock, paint),
    "",
    describeEnd(row, paint),
    describeTimes(row),
    ...describeUse(row),
  ];
}

function describeAsked({ client, endpoint, target, modelAsked, stream }: RequestRow): string {
  if (endpoint === "models")
    return `${cleanText(client)} asked which models there are: ${cleanText(target ?? "")}.`;
  if (endpoint === "other")
    return `${cleanText(client)} asked for ${cleanText(target ?? "")}, which is passed through.`;
  const what = endpoint === "count_tokens" ? "to count tokens for" : "for";
  const model = modelAsked === "" ? "a model that was not read" : cleanText(modelAsked);
  return `${cleanText(client)} asked ${what} ${model}${stream ? ", as a stream" : ""}.`;
}

function describeTrail(row: RequestRow, clock: Clock, paint: Paint): string[] {
  const { attempts } = row;
  // Rows of earlier versions do not have the reason.
  if (attempts.length === 0 && row.state === "error" && row.refusal === null)
    return [`No key was asked. The log may have the reason: cf logs --request ${row.id}`];
  if (attempts.length === 0) return ["No key was asked."];
  return attempts.flatMap((attempt, index) => {
    const before = attempts[index - 1];
    const lines = [`${String(index + 1).padStart(2)}. ${describeAttempt(attempt, clock, paint)}`];
    const adjusted = attempt.adjusted.map((words) => `    For this model: ${cleanText(words)}.`);
    return [...describeMove(before, attempt, row), ...lines, ...adjusted];
  });
}

/** Why this attempt came after the one before. */
function describeMove(before: AttemptRow | undefined, attempt: AttemptRow, row: RequestRow): string[] {
  const from = before?.model ?? row.modelAsked;
  if (from === attempt.model || from === "") return [];
  const provider = before?.provider ?? "anthropic";
  const other =
    provider === attempt.provider ? "" : ` at ${attempt.provider === "openai" ? "OpenAI" : "Anthropic"}`;
  const reason = before === undefined ? "" : `No key was left for ${cleanText(from)}: `;
  return [`    ${reason}${before === undefined ? "F" : "f"}ell back to ${cleanText(attempt.model)}${other}.`];
}

function describeAttempt(attempt: AttemptRow, clock: Clock, paint: Paint): string {
  const { key, model, status, reason, words, startMs, ms, skipped } = attempt;
  const name = `${paint.bold(cleanText(key))}${model === "" ? "" : ` for ${cleanText(model)}`}`;
  if (skipped) return `${name}: ${paint.dim("passed over")}, ${why(attempt, clock)}`;
  const when = startMs === null ? "" : ` after ${formatMilliseconds(startMs)}`;
  const code = status === null ? "" : ` ${status}`;
  if (reason === "ok")
    return `${name}: asked${when}, ${paint.green(`answered${code}`)} in ${formatMilliseconds(ms)}.`;
  const result = status === null ? "no answer" : String(status);
  const told = cleanText(words) === "" ? reason.replaceAll("_", " ") : cleanText(words);
  return `${name}: asked${when}, ${paint.red(result)} in ${formatMilliseconds(ms)}: ${told}${untilOf(attempt, clock)}.`;
}

function why(attempt: AttemptRow, clock: Clock): string {
  if (attempt.reason === "unsuitable") return `it cannot take this request: ${cleanText(attempt.words)}.`;
  return `it rested: ${cleanText(attempt.words)}${untilOf(attempt, clock)}.`;
}

function untilOf({ until, skipped }: AttemptRow, clock: Clock): string {
  if (until === null) return "";
  return `; ${skipped ? "until" : "it rests until"} ${clock(Date.parse(until))}`;
}

function describeEnd(row: RequestRow, paint: Paint): string {
  const { state, status, service, key, modelServed, stopReason, refusal } = row;
  const server = `${cleanText(key ?? "")}${modelServed === null ? "" : ` with ${cleanText(modelServed)}`}`;
  switch (state) {
    case "complete": {
      if (row.endpoint === "models" || row.endpoint === "other")
        return `${paint.green("Served")} by ${describeSource(row)} (${status}).`;
      const how = { asked: "as asked,", rotated: "after a rotation", fell_back: "after a fallback" }[
        service as "asked"
      ];
      const stop = stopReason === null ? "" : `, stop reason ${cleanText(stopReason)}`;
      return `${paint.green("Served")} ${how} by ${server} (${status}${stop}).`;
    }
    case "error":
      if (key !== null) return `${paint.red("Failed")}: the client got ${status}, the answer of ${server}.`;
      return `${paint.red("Failed")}: the client got ${status} from this proxy${refusal === null ? "." : `: ${cleanText(refusal)}`}`;
    case "truncated":
      return `${paint.red("Cut off")}: the answer of ${server} began and did not come to its end.`;
    case "cancelled":
      return key === null
        ? `${paint.yellow("Cancelled")}: the client left before anything was served.`
        : `${paint.yellow("Cancelled")}: the client left while ${server} answered.`;
  }
}

/** Models are also listed without asking anybody. */
function describeSource({ key, attempts }: RequestRow): string {
  if (key === null) return "this proxy, with the models that the config names";
  const answered = attempts.some((attempt) => attempt.reason === "ok");
  return answered ? cleanText(key) : `this proxy, with what ${cleanText(key)} had answered before`;
}

function describeTimes({ queuedMs, firstByteMs, totalMs }: RequestRow): string {
  const facts = [
    ...(queuedMs < 1 ? [] : [`waited ${formatMilliseconds(queuedMs)} for a key`]),
    ...(firstByteMs === null ? [] : [`first byte after ${formatMilliseconds(firstByteMs)}`]),
    `${formatMilliseconds(totalMs)} in all`,
  ];
  return `Time: ${facts.join(", ")}.`;
}

function describeUse(row: RequestRow): string[] {
  const { tokens, costUsd, cacheSavedUsd } = row;
  const counts = describeTokens(tokens);
  if (counts === "" && isUnpriced(row)) return ["Tokens and cost: unknown, the answer did not tell them."];
  if (counts === "") return [];
  const saved =
    cacheSavedUsd === null || Math.abs(cacheSavedUsd) < 0.00005 ? "" : describeSaving(cacheSavedUsd);
  const cost = costUsd === null ? "unknown, the price of this model is not known" : formatDollars(costUsd);
  return [`Tokens: ${counts}${tokens.estimated ? " (estimated)" : ""}.`, `Cost: ${cost}${saved}.`];
}

function describeSaving(usd: number): string {
  return usd > 0
    ? `; the cache saved ${formatDollars(usd)}`
    : `; writing the cache cost ${formatDollars(-usd)} more`;
}

function describeTokens({
  input,
  output,
  cacheRead,
  cacheWrite5m,
  cacheWrite1h,
  reasoning,
}: TokenCounts): string {
  const counts: [number | null, string][] = [
    [input, "in"],
    [cacheRead, "read from the cache"],
    [cacheWrite5m, "written to it for 5 minutes"],
    [cacheWrite1h, "written to it for an hour"],
    [output, "out"],
    [reasoning, "of them reasoning"],
  ];
  return counts
    .filter(([count]) => count !== null && count > 0)
    .map(([count, words]) => `${formatTokens(count ?? 0)} ${words}`)
    .join(", ");
}
