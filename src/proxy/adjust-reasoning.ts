// Changes `max_tokens`, `thinking` and `output_config` of a request to what a model accepts.
import type { ClaudeModel } from "../engine/claude-models";
import { isThinkingMissing, type Message } from "./adjust-messages";
import { fitReasoning, type Reasoning, type Thinking } from "./fit-reasoning";
import type { RequestEdit } from "./request-edit";
import { changeMembers } from "./splice-json";

export function adjustReasoning(
  request: RequestEdit,
  messages: readonly Message[],
  model: ClaudeModel,
): void {
  const asked = readReasoning(request);
  const maxTokensAsked = request.numberOf("max_tokens");
  const maxTokens = limitMaxTokens(request, maxTokensAsked, model.maxOutput);
  const thinkingIsMissing = () => isThinkingMissing(request.reader, messages);
  const fitted = fitReasoning(asked, model, { maxTokensAsked, maxTokens, thinkingIsMissing });
  setThinking(request, asked.thinking, fitted.thinking);
  setOutputConfig(request, asked.effort, fitted.effort, model.accepts.taskBudget);
}

function limitMaxTokens(request: RequestEdit, asked: number | null, limit: number): number | null {
  if (asked === null || asked <= limit) return asked;
  request.set("max_tokens", String(limit));
  request.words.push(`max_tokens ${asked} -> ${limit}`);
  return limit;
}

function readReasoning(request: RequestEdit): Reasoning {
  const { type, budget_tokens: budget, display } = request.objectOf("thinking") ?? {};
  const effort = request.objectOf("output_config")?.effort;
  const thinking: Thinking | null =
    typeof type !== "string"
      ? null
      : {
          type,
          budget: typeof budget === "number" ? budget : null,
          display: typeof display === "string" ? display : null,
        };
  return { thinking, effort: typeof effort === "string" ? effort : null };
}

function setThinking(request: RequestEdit, asked: Thinking | null, fitted: Thinking | null): void {
  const place = request.members.get("thinking");
  if (asked === null || place === undefined) return;
  if (fitted === null) {
    request.set("thinking", null);
    request.words.push(`thinking ${describe(asked)} -> none`);
    return;
  }
  const changes = new Map<string, string | null>();
  if (fitted.type !== asked.type) changes.set("type", JSON.stringify(fitted.type));
  if (fitted.budget !== asked.budget)
    changes.set("budget_tokens", fitted.budget === null ? null : String(fitted.budget));
  if (fitted.display !== asked.display) changes.set("display", null);
  request.edits.push(...changeMembers(request.reader, place.start, changes));
  if (describe(fitted) !== describe(asked))
    request.words.push(`thinking ${describe(asked)} -> ${describe(fitted)}`);
  if (changes.has("display")) request.words.push(`thinking.display ${asked.display} removed`);
}

function describe({ type, budget }: Thinking): string {
  return budget === null ? type : `${type} ${budget}`;
}

function setOutputConfig(
  request: RequestEdit,
  asked: string | null,
  effort: string | null,
  taskBudgetAccepted: boolean,
): void {
  const config = request.objectOf("output_config");
  const place = request.members.get("output_config");
  const changes = new Map<string, string | null>();
  if (effort !== asked) {
    changes.set("effort", effort === null ? null : JSON.stringify(effort));
    request.words.push(`effort ${asked ?? "none"} -> ${effort ?? "none"}`);
  }
  if (config !== null && "task_budget" in config && !taskBudgetAccepted) {
    changes.set("task_budget", null);
    request.words.push("task_budget removed");
  }
  if (changes.size === 0) return;
  if (config === null || place === undefined) {
    request.set("output_config", JSON.stringify({ effort }));
    return;
  }
  const others = Object.keys(config).some((key) => !changes.has(key));
  if (others || typeof changes.get("effort") === "string")
    request.edits.push(...changeMembers(request.reader, place.start, changes));
  else request.set("output_config", null);
}
