// What the proxy has learnt about a server and model from the parameters that it refused.
import type { Effort } from "./openai-models";

/** Parameters that a request can do without; the names are OpenAI's. */
export const droppableParameters = [
  "include",
  "include_obfuscation",
  "max_completion_tokens",
  "max_output_tokens",
  "max_tokens",
  "parallel_tool_calls",
  "prompt_cache_key",
  "reasoning",
  "reasoning.summary",
  "reasoning_effort",
  "response_format",
  "safety_identifier",
  "service_tier",
  "stop",
  "store",
  "stream_options",
  "temperature",
  "text",
  "tool_choice",
  "top_p",
  "web_search",
  "web_search_options",
] as const;

export type DroppableParameter = (typeof droppableParameters)[number];

/**
 * A lesson holds for one base URL and one model. Plain strings, so that a set of them can be stored and shown.
 * `effort:none-with-tools`: Chat Completions takes no tools together with reasoning. `role:late-system-as-user`: a system
 * message may only stand first. `role:alternate`: user and assistant must take turns.
 */
export type Lesson =
  | `drop:${DroppableParameter}`
  | "use:max_tokens"
  | "use:max_completion_tokens"
  | "effort:none-with-tools"
  | `effort:not-${Effort}`
  | `output-limit:${number}`
  | "role:developer-as-system"
  | "role:system-as-user"
  | "role:late-system-as-user"
  | "role:alternate";

/** Whether the server refused this parameter before. */
export function isRefused(learnt: ReadonlySet<Lesson>, parameter: DroppableParameter): boolean {
  return learnt.has(`drop:${parameter}`);
}

/** The smallest output limit that the server has named, in tokens; null if it never did. */
export function learntOutputLimit(learnt: ReadonlySet<Lesson>): number | null {
  const limits = [...learnt].flatMap((lesson) => {
    const limit = /^output-limit:(\d+)$/.exec(lesson)?.[1];
    return limit === undefined ? [] : [Number(limit)];
  });
  return limits.length === 0 ? null : Math.min(...limits);
}

/** For logs and `cf status`: "does not take temperature". */
export function describeLesson(lesson: Lesson): string {
  const dropped = /^drop:(.+)$/.exec(lesson)?.[1];
  if (dropped !== undefined) return `does not take ${dropped}`;
  const used = /^use:(.+)$/.exec(lesson)?.[1];
  if (used !== undefined) return `wants ${used}`;
  const limit = /^output-limit:(\d+)$/.exec(lesson)?.[1];
  if (limit !== undefined) return `answers with at most ${limit} tokens`;
  const effort = /^effort:not-(.+)$/.exec(lesson)?.[1];
  if (effort !== undefined) return `does not take the effort ${effort}`;
  return roleWords[lesson] ?? lesson;
}

const roleWords: Record<string, string> = {
  "effort:none-with-tools": "takes tools only without reasoning",
  "role:developer-as-system": "does not know the role developer",
  "role:system-as-user": "does not know the role system",
  "role:late-system-as-user": "takes a system message only at the beginning",
  "role:alternate": "wants user and assistant to take turns",
};
