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
  /** The container that the answer's tools ran in: it lives with the key. */
  containerId: string | null;
}

/** The fields of a `usage` object that are kept, by their names on the wire. */
const COUNTERS = {
  input_tokens: "inputTokens",
  output_tokens: "outputTokens",
  cache_read_input_tokens: "cacheReadTokens",
  cache_creation_input_tokens: "cacheWriteTokens",
} as const satisfies Record<string, keyof Usage>;

/** An answer that tells nothing about itself. */
export function noFacts(): AnswerFacts {
  return { usage: noUsage(), stopReason: null, model: null, messageId: null, containerId: null };
}

/** From `container`: an object with an id, or null. */
export function readContainerId(container: unknown): string | null {
  return isRecord(container) ? textOrNull(container.id) : null;
}

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
