// What both dialects of the simulated OpenAI API ask beyond the question itself, and what that costs.
import type { Timestamp } from "../../engine/types";
import type { Answer } from "../compose-answer";
import { estimateTokens, minCachedTokens, type PromptCache } from "../prompt-cache";
import type { Question } from "../question";
import { findStrictModel } from "./strict/models";

export interface OpenAiQuestion extends Question {
  stream: boolean;
  /** As asked; null: the model's own. */
  effort: string | null;
  /** Everything that the model reads. */
  prompt: unknown;
  /** The part of the prompt that a conversation keeps from its first turn on. */
  beginning: unknown;
  /** The request itself, which answers of the Responses API repeat. */
  body: Record<string, unknown>;
}

export interface OpenAiUsage {
  /** The whole prompt, cached tokens included. */
  input: number;
  cached: number;
  /** Reasoning included. */
  output: number;
  reasoning: number;
}

/** An answer on its way to the client, in either dialect. */
export interface OpenAiMessage {
  /** Without the dialect's prefix. */
  id: string;
  /** Seconds since the epoch. */
  createdAt: number;
  question: OpenAiQuestion;
  answer: Answer;
  usage: OpenAiUsage;
}

const thoughtfulTokens = 64;
/** The API caches in steps of so many tokens. */
const cacheStep = 128;

export function countPromptTokens(question: OpenAiQuestion): number {
  return Math.max(1, estimateTokens(JSON.stringify(question.prompt)));
}

/** How many tokens the model thinks before it answers; they count against the limit of the answer. */
export function countReasoningTokens({ model, effort, maxTokens }: OpenAiQuestion): number {
  const reasons = (findStrictModel(model)?.efforts.length ?? 0) > 0;
  if (!reasons || ["none", "minimal", "low"].includes(effort ?? "medium")) return 0;
  return Math.min(thoughtfulTokens, maxTokens);
}

/** Long prompts are cached without being asked to, for each organization and model apart. */
export function measureUsage(
  cache: PromptCache,
  organization: string,
  question: OpenAiQuestion,
  answer: Answer,
  now: Timestamp,
): OpenAiUsage {
  const input = countPromptTokens(question);
  const known =
    input < minCachedTokens
      ? 0
      : cache.remember([organization, question.model, question.beginning], input, now);
  const reasoning = countReasoningTokens(question);
  return {
    input,
    cached: Math.floor(Math.min(known, input - 1) / cacheStep) * cacheStep,
    output: answer.outputTokens + reasoning,
    reasoning,
  };
}
