// A stand-in for prompt caching: what a conversation has sent before is read from the cache of the key's organization.
import type { Timestamp } from "../engine/types";
import type { MessagesRequest } from "./check-request";

/** The input side of `usage`; the three counts are disjoint. */
export interface InputUsage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
}

interface Entry {
  tokens: number;
  expiresAt: Timestamp;
}

const lifetimeMs = 5 * 60_000;
const maxEntries = 1000;
/** Neither API caches anything below this size. */
export const minCachedTokens = 1024;

/** About as many tokens as the text has; the real tokenizer is not public. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 3.5);
}

/** Tokens of everything that a request makes the model read. */
export function countInputTokens(request: MessagesRequest): number {
  const { system, tools, messages } = request;
  return Math.max(1, estimateTokens(JSON.stringify({ system, tools, messages })));
}

export class PromptCache {
  private readonly entries = new Map<string, Entry>();

  /**
   * Notes that `tokens` of a conversation are cached from now on, and says how many of them were before.
   * @param beginning what makes the conversation the same from turn to turn, the key's organization included
   */
  remember(beginning: unknown, tokens: number, now: Timestamp): number {
    const name = String(Bun.hash(JSON.stringify(beginning, withoutBreakpoints)));
    const known = this.entries.get(name);
    this.entries.delete(name);
    this.entries.set(name, { tokens, expiresAt: now + lifetimeMs });
    const oldest = this.entries.keys().next().value;
    if (this.entries.size > maxEntries && oldest !== undefined) this.entries.delete(oldest);
    return known !== undefined && known.expiresAt > now ? Math.min(known.tokens, tokens) : 0;
  }
}

/** Usage as the Messages API counts it: only requests with `cache_control` take part in caching. */
export function measureInput(
  cache: PromptCache,
  organization: string,
  request: MessagesRequest,
  now: Timestamp,
): InputUsage {
  const total = countInputTokens(request);
  const untouched = { input_tokens: total, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  if (total < minCachedTokens || !JSON.stringify(request).includes('"cache_control":')) return untouched;
  const fresh = Math.min(total, 24);
  const beginning = [organization, request.model, request.system, request.messages[0]];
  const read = cache.remember(beginning, total - fresh, now);
  return {
    input_tokens: fresh,
    cache_creation_input_tokens: total - fresh - read,
    cache_read_input_tokens: read,
  };
}

/** Clients move their `cache_control` marks from turn to turn; the conversation stays the same. */
function withoutBreakpoints(field: string, value: unknown): unknown {
  return field === "cache_control" ? undefined : value;
}
