// What is known of each Claude model: its limits and the request fields that it refuses.
import { baseModel } from "./models";

export type Effort = "low" | "medium" | "high" | "xhigh" | "max";
export type ThinkingType = "adaptive" | "enabled" | "disabled" | "between_tools";

/** The parts of a request that some models accept and others answer with a 400. */
export interface AcceptedFields {
  /** `role: "system"` inside `messages`. */
  systemMessages: boolean;
  /** `output_config` on such a message. */
  messageEffort: boolean;
  /** `tool_addition` and `tool_removal` blocks in such a message. */
  toolChanges: boolean;
  /** `thinking.display` beyond `summarized` and `omitted`. */
  displayUpdates: boolean;
  safeguards: boolean;
  /** `compact_*` edits of `context_management`. */
  compaction: boolean;
  /** `output_config.task_budget`. */
  taskBudget: boolean;
  /** `temperature` other than 1, `top_p` below 0.99, any `top_k`. */
  sampling: boolean;
  /** `tool_choice` `any` and `tool`. */
  forcedToolChoice: boolean;
  /** An assistant's text as the last message. */
  prefill: boolean;
  /** `speed: "fast"`. */
  fast: boolean;
}

export interface ClaudeModel {
  /** Tokens of the prompt and the answer together. */
  window: number;
  /** The same with the beta `context-1m-*`. */
  longWindow: number;
  /** Upper limit of `max_tokens`. */
  maxOutput: number;
  thinking: readonly ThinkingType[];
  /** `disabled` and `between_tools` are accepted up to the effort `high` only. */
  offUpToHigh: boolean;
  /** From low to high; empty: the model refuses `output_config.effort`. */
  efforts: readonly Effort[];
  accepts: AcceptedFields;
}

const million = 1_000_000;

/** Claude 4.5: thinking with a budget, nothing that came later. */
const sonnet45: ClaudeModel = {
  window: 200_000,
  longWindow: million,
  maxOutput: 64_000,
  thinking: ["enabled", "disabled"],
  offUpToHigh: false,
  efforts: [],
  accepts: {
    systemMessages: false,
    messageEffort: false,
    toolChanges: false,
    displayUpdates: false,
    safeguards: false,
    compaction: false,
    taskBudget: false,
    sampling: true,
    forcedToolChoice: true,
    prefill: true,
    fast: false,
  },
};
const haiku45: ClaudeModel = { ...sonnet45, longWindow: 200_000 };
const opus45: ClaudeModel = { ...haiku45, efforts: ["low", "medium", "high"] };

const claude46: ClaudeModel = {
  ...sonnet45,
  // The client's own catalogue says 200,000 unless asked for more; the vendor's pages say a million.
  window: million,
  maxOutput: 128_000,
  thinking: ["adaptive", "enabled", "disabled"],
  efforts: ["low", "medium", "high", "max"],
  accepts: { ...sonnet45.accepts, prefill: false, displayUpdates: true, safeguards: true, compaction: true },
};
const opus47: ClaudeModel = {
  ...claude46,
  thinking: ["adaptive", "disabled"],
  efforts: ["low", "medium", "high", "xhigh", "max"],
  accepts: { ...claude46.accepts, sampling: false, taskBudget: true },
};
const sonnet5: ClaudeModel = { ...opus47, accepts: { ...opus47.accepts, systemMessages: true } };
// Fast mode of Opus 4.8 ends on 2026-11-30.
const opus48: ClaudeModel = { ...sonnet5, accepts: { ...sonnet5.accepts, toolChanges: true } };
const opus5: ClaudeModel = { ...opus48, offUpToHigh: true, accepts: { ...opus48.accepts, fast: true } };
const haiku55: ClaudeModel = {
  ...opus48,
  offUpToHigh: true,
  accepts: { ...opus48.accepts, messageEffort: true },
};
const fable5: ClaudeModel = { ...opus48, thinking: ["adaptive"] };
const mythos51: ClaudeModel = { ...fable5, accepts: { ...fable5.accepts, forcedToolChoice: false } };
const fable51: ClaudeModel = { ...mythos51, accepts: { ...mythos51.accepts, messageEffort: true } };
const opus55: ClaudeModel = { ...fable51, accepts: { ...fable51.accepts, fast: true } };
const sonnet55: ClaudeModel = { ...fable51, thinking: ["adaptive", "between_tools"], offUpToHigh: true };

/** By family and version. A model that is not here is unknown: nothing is known to be refused by it. */
const claudeModels: ReadonlyMap<string, ClaudeModel> = new Map([
  ["haiku-4-5", haiku45],
  ["sonnet-4-5", sonnet45],
  ["opus-4-5", opus45],
  ["sonnet-4-6", claude46],
  ["opus-4-6", claude46],
  ["opus-4-7", opus47],
  ["opus-4-8", opus48],
  ["sonnet-5", sonnet5],
  ["opus-5", opus5],
  ["fable-5", fable5],
  ["mythos-5", fable5],
  ["fable-5-1", fable51],
  ["mythos-5-1", mythos51],
  ["fable-5-2", opus55],
  ["mythos-5-2", opus55],
  ["opus-5-5", opus55],
  ["sonnet-5-5", sonnet55],
  ["haiku-5-5", haiku55],
]);

/** The ids of the models that are known, the newest first. */
export const knownModelIds: readonly string[] = [...claudeModels.keys()]
  .reverse()
  .map((model) => `claude-${model}`);

/** The window of the smallest model known. */
export const smallestWindow = Math.min(...[...claudeModels.values()].map((model) => model.window));

/** Family and version; behind them at most a date, a platform's revision (`-v1:0`) or `-latest`. */
const idPattern =
  /(?:^|[./])claude-([a-z]+)-(\d{1,2})(?:[-.](\d{1,2}))?(?:[-@]\d{8})?(?:-v\d+(?::\d+)?|-latest)?$/;

/** Null for a model that nothing is known of. Takes dated ids, platform prefixes and the `[1m]` mark. */
export function findClaudeModel(id: string): ClaudeModel | null {
  const match = idPattern.exec(baseModel(id).toLowerCase());
  if (match === null) return null;
  const [, family, major, minor] = match;
  return claudeModels.get([family, major, minor].filter((part) => part !== undefined).join("-")) ?? null;
}

/** Whatever one model accepts of a request's fields, the other accepts as well; windows apart. */
export function acceptsAllOf(model: ClaudeModel, other: ClaudeModel): boolean {
  if (model === other) return true;
  const fields = Object.keys(other.accepts) as (keyof AcceptedFields)[];
  return (
    model.maxOutput >= other.maxOutput &&
    (!model.offUpToHigh || other.offUpToHigh) &&
    other.thinking.every((type) => model.thinking.includes(type)) &&
    other.efforts.every((effort) => model.efforts.includes(effort)) &&
    fields.every((field) => model.accepts[field] || !other.accepts[field])
  );
}

/**
 * False only if the prompt is surely too long for the model. `leastTokens`: a count that the prompt does not stay
 * below (`estimateInputTokens`); `beta`: the request's `anthropic-beta` header.
 */
export function fitsWindow(model: string, leastTokens: number, beta: string | null): boolean {
  const known = findClaudeModel(model);
  if (known === null) return true;
  const long = baseModel(model) !== model || (beta?.includes("context-1m-") ?? false);
  return leastTokens < (long ? known.longWindow : known.window);
}
