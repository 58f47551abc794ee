// Chooses the thinking and the effort that a model accepts and that come nearest to those asked for.
import type { ClaudeModel, Effort } from "../engine/claude-models";

export interface Thinking {
  type: string;
  budget: number | null;
  display: string | null;
}

/** `thinking` and `output_config.effort` of a request; null: not there. */
export interface Reasoning {
  thinking: Thinking | null;
  effort: string | null;
}

/** What else bears on the choice. */
export interface ReasoningContext {
  /** `max_tokens` as asked for and as it is going to be sent; null: not there. */
  maxTokensAsked: number | null;
  maxTokens: number | null;
  /**
   * The last assistant message answers with tool calls whose results follow, and does not begin with a thinking block:
   * thinking with a budget would be refused.
   */
  thinkingIsMissing: () => boolean;
}

const order: readonly string[] = ["low", "medium", "high", "xhigh", "max"] satisfies Effort[];
/** What Claude Code 2.1.330 sends to models without adaptive thinking. */
const usualBudget = 31_999;
const smallestBudget = 1024;
const plainDisplays = ["summarized", "omitted"];

/** A pure function of its arguments; what the model accepts stays as it is. */
export function fitReasoning(asked: Reasoning, model: ClaudeModel, context: ReasoningContext): Reasoning {
  const { thinking, effort } = fitThinking(asked, model, context);
  const off = thinking?.type === "disabled" || thinking?.type === "between_tools";
  return {
    thinking: thinking === null ? null : { ...thinking, display: fitDisplay(thinking.display, model) },
    effort: fitEffort(effort, off && model.offUpToHigh ? upToHigh(model.efforts) : model.efforts),
  };
}

function fitThinking(asked: Reasoning, model: ClaudeModel, context: ReasoningContext): Reasoning {
  const { thinking, effort } = asked;
  if (thinking === null) return asked;
  const accepted: readonly string[] = model.thinking;
  switch (thinking.type) {
    case "adaptive":
      return accepted.includes("adaptive") ? asked : { thinking: withBudget(thinking, context), effort };
    case "enabled":
      if (accepted.includes("enabled")) return { thinking: capBudget(thinking, context), effort };
      return {
        thinking: { ...thinking, type: "adaptive", budget: null },
        effort: effort ?? effortOf(thinking.budget),
      };
    case "disabled":
    case "between_tools": {
      if (accepted.includes(thinking.type)) return asked;
      const other = thinking.type === "disabled" ? "between_tools" : "disabled";
      if (accepted.includes(other)) return { thinking: { type: other, budget: null, display: null }, effort };
      return { thinking: null, effort: "low" };
    }
    default:
      return asked;
  }
}

function withBudget(thinking: Thinking, { maxTokens, thinkingIsMissing }: ReasoningContext): Thinking | null {
  const budget = Math.min(usualBudget, (maxTokens ?? Number.POSITIVE_INFINITY) - 1);
  return budget < smallestBudget || thinkingIsMissing() ? null : { ...thinking, type: "enabled", budget };
}

/** A budget that was below `max_tokens` stays below it. */
function capBudget(thinking: Thinking, { maxTokensAsked, maxTokens }: ReasoningContext): Thinking {
  const { budget } = thinking;
  if (budget === null || maxTokens === null || maxTokensAsked === null) return thinking;
  return budget < maxTokensAsked && budget >= maxTokens ? { ...thinking, budget: maxTokens - 1 } : thinking;
}

/** Never above `high`: the usual budget is what clients send who have just turned thinking on. */
function effortOf(budget: number | null): Effort {
  if (budget === null || budget > 8192) return "high";
  return budget <= 1024 ? "low" : "medium";
}

function fitDisplay(display: string | null, model: ClaudeModel): string | null {
  return display === null || plainDisplays.includes(display) || model.accepts.displayUpdates ? display : null;
}

/** The highest accepted level that is not above the asked one. A level that nobody knows is left to the model. */
function fitEffort(effort: string | null, accepted: readonly string[]): string | null {
  if (effort === null || accepted.length === 0) return null;
  if (!order.includes(effort)) return effort;
  return accepted.findLast((level) => order.indexOf(level) <= order.indexOf(effort)) ?? null;
}

function upToHigh(efforts: readonly Effort[]): readonly Effort[] {
  return efforts.filter((effort) => order.indexOf(effort) <= order.indexOf("high"));
}
