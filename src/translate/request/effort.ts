// Chooses how much an OpenAI model shall reason, from Anthropic's thinking and effort.
import { isObject, type JsonObject, readObjects, readString } from "../json-value";
import { isRefused } from "../lessons";
import { type Effort, effortLadder, findOpenAiModel } from "../openai-models";
import type { Target } from "../target";
import type { Warnings } from "./warnings";

/** Below this many output tokens reasoning could use up the whole answer. */
const smallAnswer = 4_096;

/** Upper bounds of thinking budgets, in tokens. */
const budgets: readonly (readonly [number, Effort])[] = [
  [1_024, "low"],
  [8_192, "medium"],
  [24_576, "high"],
];

export interface EffortNeeds {
  hasFunctions: boolean;
  searchesWeb: boolean;
  /** null: the client set no limit. */
  maxOutputTokens: number | null;
}

/** The efforts that the target takes, ascending; empty if it takes none or nobody knows. */
export function listEfforts({ api, model, learnt }: Target): Effort[] {
  if (isRefused(learnt, api === "chat" ? "reasoning_effort" : "reasoning")) return [];
  return findOpenAiModel(model).efforts.filter(
    // Chat Completions does not know `max`.
    (effort) => !learnt.has(`effort:not-${effort}`) && (api === "responses" || effort !== "max"),
  );
}

/** Chat Completions refuses tools together with reasoning for OpenAI's newer models. */
export function mustNotReason({ api, model, learnt }: Target, hasFunctions: boolean): boolean {
  if (api !== "chat" || !hasFunctions) return false;
  return findOpenAiModel(model).chatToolsNeedNoReasoning || learnt.has("effort:none-with-tools");
}

/** null: nothing is to be sent. */
export function chooseEffort(request: JsonObject, target: Target, needs: EffortNeeds): Effort | null {
  const efforts = listEfforts(target);
  const [lowest] = efforts;
  if (lowest === undefined) return null;
  if (mustNotReason(target, needs.hasFunctions) && efforts.includes("none")) return "none";
  const isSmall = needs.maxOutputTokens !== null && needs.maxOutputTokens < smallAnswer;
  const effort = isSmall ? lowest : nearest(efforts, readWantedEffort(request));
  // The hosted search does not work with minimal reasoning.
  return effort === "minimal" && needs.searchesWeb ? nearest(efforts, "low") : effort;
}

/** Names the difference between the effort that the client wanted and the one that is sent. */
export function addEffortLoss(request: JsonObject, effort: Effort | null, warnings: Warnings): void {
  const wanted = readWantedEffort(request);
  if (effort === wanted || (effort === null && wanted === "none")) return;
  warnings.add(effort === null ? `effort ${wanted}` : `effort ${wanted}, sent as ${effort}`);
}

/** What the client asks for: the last word is that of the latest message that sets an effort for its turn. */
export function readWantedEffort(request: JsonObject): Effort {
  const thinking = isObject(request.thinking) ? request.thinking : {};
  if (thinking.type === "disabled") return "none";
  const turns = readObjects(request.messages).map((message) => readEffort(message.output_config));
  const wanted = turns.findLast((effort) => effort !== null) ?? readEffort(request.output_config);
  if (wanted !== null) return wanted;
  if (thinking.type === "adaptive") return "medium";
  if (thinking.type !== "enabled") return "none";
  const budget = typeof thinking.budget_tokens === "number" ? thinking.budget_tokens : 0;
  return budgets.find(([most]) => budget <= most)?.[1] ?? "xhigh";
}

function readEffort(config: unknown): Effort | null {
  const effort = isObject(config) ? readString(config.effort) : null;
  return effortLadder.find((known) => known === effort) ?? null;
}

/** `efforts` is not empty. Of two that are equally near the lower one is taken. */
function nearest(efforts: readonly Effort[], wanted: Effort): Effort {
  const distance = (effort: Effort) => Math.abs(effortLadder.indexOf(effort) - effortLadder.indexOf(wanted));
  return efforts.reduce((best, effort) => (distance(effort) < distance(best) ? effort : best));
}
