// Reads what an answer of the Messages API says about itself: tokens, stop reason, model.
import type { Usage } from "../state/record";
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
}

/** The fields of a `usage` object that are kept, by their names on the wire. */
const COUNTERS = {
  input_tokens: "inputTokens",
  output_tokens: "outputTokens",
  cache_read_input_tokens: "cacheReadTokens",
  cache_creation_input_tokens: "cacheWriteTokens",
} as const satisfies Record<string, keyof Usage>;

export function noUsage(): Usage {
  return { inputTokens: null, outputTokens: null, cacheReadTokens: null, cacheWriteTokens: null };
}

/** Counters that `reported` (a wire `usage` object, or anything) carries replace those of `known`; the others stay. */
export function mergeUsage(known: Usage, reported: unknown): Usage {
  if (!isRecord(reported)) return known;
  const merged = { ...known };
  for (const [name, field] of Object.entries(COUNTERS)) {
    const count = reported[name];
    if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) merged[field] = count;
  }
  return merged;
}

/**
 * Facts of a non-streamed answer. Steps over the content instead of parsing it; a body that is no such answer (or no JSON)
 * gives nulls.
 */
export function readUsageFromJson(body: Uint8Array): AnswerFacts {
  const reader = new JsonReader(body);
  const root = findRoot(body);
  const usage = reader.memberAt(root, "usage");
  return {
    usage: usage === null ? noUsage() : mergeUsage(noUsage(), parseJson(body.subarray(usage.start, usage.end))),
    stopReason: reader.stringMemberAt(root, "stop_reason"),
    model: reader.stringMemberAt(root, "model"),
    messageId: reader.stringMemberAt(root, "id"),
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // Usage that cannot be read counts as not reported.
  }
}
