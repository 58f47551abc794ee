// Reads what an answer of the Messages API says about itself: tokens, stop reason, model.
import type { Usage } from "../state/record";
import { isRecord } from "./is-record";
import { readIterations } from "./read-iterations";
import { findRoot } from "./scan-tokens";
import { JsonReader } from "./scan-values";

/** Facts about one answer; null: not reported (yet). */
export interface AnswerFacts {
  usage: Usage;
  stopReason: string | null;
  /** The model that the upstream says has answered. */
  model: string | null;
  /** `msg_...`: what a later request names to continue a thread. */
  messageId: string | null;
  /** The container that the answer's tools ran in: it lives with the key. */
  containerId: string | null;
}

type Counter = { [Field in keyof Usage]: Usage[Field] extends number | null ? Field : never }[keyof Usage];

/** The counts of a `usage` object that are kept, by their names on the wire. */
const COUNTERS: readonly (readonly [string, Counter])[] = [
  ["input_tokens", "inputTokens"],
  ["output_tokens", "outputTokens"],
  ["cache_read_input_tokens", "cacheReadTokens"],
  ["cache_creation_input_tokens", "cacheWriteTokens"],
];

/** Those that stand one level deeper: the object's name, the count's, and ours. */
const DEEP_COUNTERS: readonly (readonly [string, string, Counter])[] = [
  ["cache_creation", "ephemeral_1h_input_tokens", "cacheWrite1hTokens"],
  ["output_tokens_details", "thinking_tokens", "reasoningTokens"],
  ["server_tool_use", "web_search_requests", "webSearches"],
];

/** An answer that tells nothing about itself. */
export function noFacts(): AnswerFacts {
  return { usage: noUsage(), stopReason: null, model: null, messageId: null, containerId: null };
}

/** From `container`: an object with an id, or null. */
export function readContainerId(container: unknown): string | null {
  return isRecord(container) ? textOrNull(container.id) : null;
}

export function noUsage(): Usage {
  return {
    inputTokens: null,
    outputTokens: null,
    cacheReadTokens: null,
    cacheWriteTokens: null,
    cacheWrite1hTokens: null,
    reasoningTokens: null,
    webSearches: null,
    beside: null,
    tier: null,
    geo: null,
    estimated: false,
  };
}

/** Counters that `reported` (a wire `usage` object, or anything) carries replace those of `known`; the others stay. */
export function mergeUsage(known: Usage, reported: unknown): Usage {
  if (!isRecord(reported)) return known;
  const merged = { ...known };
  for (const [name, field] of COUNTERS) merged[field] = countOr(reported[name], merged[field]);
  for (const [group, name, field] of DEEP_COUNTERS) {
    const counts = reported[group];
    if (isRecord(counts)) merged[field] = countOr(counts[name], merged[field]);
  }
  merged.beside = readIterations(reported.iterations) ?? merged.beside;
  merged.tier = readTier(reported) ?? merged.tier;
  merged.geo = nameOf(reported.inference_geo) ?? merged.geo;
  return merged;
}

function countOr(count: unknown, known: number | null): number | null {
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : known;
}

/** Fast mode is told apart from the tier and weighs more. */
function readTier({ speed, service_tier: tier }: Record<string, unknown>): string | null {
  return nameOf(speed === "fast" ? speed : tier);
}

/** Only what looks like a name: it is kept. */
function nameOf(value: unknown): string | null {
  return typeof value === "string" && /^[\w-]{1,32}$/.test(value) ? value : null;
}

/** Up to here parsing the whole is faster than stepping over its content. */
const parseWholeUpTo = 16_384;

/** Facts of a non-streamed answer; a body that is no such answer (or no JSON) gives nulls. */
export function readUsageFromJson(body: Uint8Array): AnswerFacts {
  const answer = body.length <= parseWholeUpTo ? parseJson(body) : readMembers(body);
  if (!isRecord(answer)) return noFacts();
  return {
    usage: mergeUsage(noUsage(), answer.usage),
    stopReason: textOrNull(answer.stop_reason),
    model: textOrNull(answer.model),
    messageId: textOrNull(answer.id),
    containerId: readContainerId(answer.container),
  };
}

/** The members that tell something, without building the content, which may be megabytes. */
function readMembers(body: Uint8Array): Record<string, unknown> {
  const reader = new JsonReader(body);
  const members: Record<string, unknown> = {};
  for (const { key, start, end } of reader.members(findRoot(body))) {
    if (key === "usage" || key === "container") members[key] = parseJson(body.subarray(start, end));
    else if (key === "stop_reason" || key === "model" || key === "id") members[key] = reader.stringAt(start);
  }
  return members;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // Usage that cannot be read counts as not reported.
  }
}
