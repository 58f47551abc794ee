// How long the answer may be and where it must stop.
import type { JsonObject } from "../json-value";
import { isRefused, learntOutputLimit } from "../lessons";
import { findOpenAiModel } from "../openai-models";
import type { Target } from "../target";
import type { Warnings } from "./warnings";

/** The Responses API takes no smaller limit. */
const smallestResponse = 16;
/** OpenAI takes no more stop sequences than these. */
const mostStops = 4;

/** The client's limit in tokens, within what the model can do; null if there is none. */
export function readMaxTokens(request: JsonObject, target: Target, warnings: Warnings): number | null {
  const asked = request.max_tokens;
  if (typeof asked !== "number" || !Number.isFinite(asked)) return null;
  const wanted = Math.max(Math.floor(asked), target.api === "responses" ? smallestResponse : 1);
  const known = findOpenAiModel(target.model).maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const most = Math.min(known, learntOutputLimit(target.learnt) ?? Number.POSITIVE_INFINITY);
  if (wanted > most) warnings.add("max_tokens over the model's limit");
  return Math.min(wanted, most);
}

/**
 * The field for the limit in Chat Completions: OpenAI and its reasoning models refuse `max_tokens`, other servers may know
 * nothing else. null: this server takes neither.
 */
export function chooseLimitField({
  isOpenAi,
  model,
  learnt,
}: Target): "max_tokens" | "max_completion_tokens" | null {
  const { own, reasoning } = findOpenAiModel(model);
  const isModern = isOpenAi || (own && reasoning === true);
  const wanted = isModern ? "max_completion_tokens" : "max_tokens";
  const other = isModern ? "max_tokens" : "max_completion_tokens";
  const refusesWanted = learnt.has(`use:${other}`) || isRefused(learnt, wanted);
  const refusesOther = learnt.has(`use:${wanted}`) || isRefused(learnt, other);
  if (!refusesWanted) return wanted;
  return refusesOther ? null : other;
}

export interface StopSequences {
  sent: string[];
  /** The proxy ends the answer at these itself. */
  enforced: string[];
}

export function splitStopSequences(request: JsonObject, target: Target): StopSequences {
  const asked = Array.isArray(request.stop_sequences) ? request.stop_sequences : [];
  const stops = asked.filter((stop) => typeof stop === "string" && stop !== "");
  const isTaken =
    target.api === "chat" && findOpenAiModel(target.model).takesStop && !isRefused(target.learnt, "stop");
  if (!isTaken) return { sent: [], enforced: stops };
  return { sent: stops.slice(0, mostStops), enforced: stops.slice(mostStops) };
}
