// Maps OpenAI's token counts to Anthropic's, and estimates the ones that a server does not tell.
import type { AnthropicUsage } from "./anthropic";
import { isObject, type JsonObject } from "./json-value";

export interface AnswerUsage extends AnthropicUsage {
  server_tool_use?: { web_search_requests: number; web_fetch_requests: number };
}

export interface KnownCounts {
  /** Estimated tokens of the whole prompt. */
  inputTokens: number;
  /** Estimated tokens of what the answer carried. */
  outputTokens: number;
  webSearches: number;
}

/** What a server tells of the tokens, and what it leaves to be estimated. */
export interface MappedUsage {
  usage: AnswerUsage;
  /** The prompt or the answer was not counted by the server. */
  estimated: boolean;
}

/**
 * `reported` is the `usage` object of either dialect, or anything. OpenAI counts cached tokens into the prompt, Anthropic beside
 * it. A count of 0 for a prompt or for an answer with content is a server that does not count: clients would never compact.
 */
export function mapUsage(reported: unknown, known: KnownCounts): MappedUsage {
  const counted = isObject(reported) ? reported : {};
  const promptCount = count(counted.prompt_tokens, counted.input_tokens);
  const outputCount = count(counted.completion_tokens, counted.output_tokens);
  const prompt = promptCount || Math.max(1, Math.round(known.inputTokens));
  const cached = Math.min(prompt, count(details(counted, "cached_tokens"), counted.prompt_cache_hit_tokens));
  const written = Math.min(prompt - cached, count(details(counted, "cache_write_tokens")));
  const output = outputCount || Math.ceil(known.outputTokens);
  const thinking = Math.min(output, count(details(counted, "reasoning_tokens")));
  const usage: AnswerUsage = {
    input_tokens: prompt - cached - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    output_tokens: output,
    ...(thinking > 0 ? { output_tokens_details: { thinking_tokens: thinking } } : {}),
    ...(known.webSearches > 0
      ? { server_tool_use: { web_search_requests: known.webSearches, web_fetch_requests: 0 } }
      : {}),
  };
  return { usage, estimated: promptCount === 0 || (outputCount === 0 && output > 0) };
}

/** About four ASCII characters to a token; of other scripts a character is nearer to a token of its own. */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) wide++;
  return (text.length - wide) / 4 + wide * 0.6;
}

const detailFields = [
  "prompt_tokens_details",
  "input_tokens_details",
  "completion_tokens_details",
  "output_tokens_details",
];

function details(usage: JsonObject, name: string): unknown {
  return detailFields
    .map((field) => usage[field])
    .filter(isObject)
    .map((group) => group[name])
    .find((value) => value !== undefined);
}

/** The first value that is a count; 0 without one. */
function count(...values: unknown[]): number {
  const found = values.find((value) => typeof value === "number" && Number.isFinite(value) && value > 0);
  return typeof found === "number" ? Math.round(found) : 0;
}
