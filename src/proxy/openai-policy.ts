// When OpenAI keys may serve a request, and as which model.
import type { Situation } from "../engine/decide";
import { baseModel, mapToOpenAi, namesOpenAiModel } from "../engine/models";
import type { Candidate } from "../engine/types";
import type { ProxyContext } from "./context";

export interface OpenAiPolicy {
  candidates: readonly Candidate[];
  openai: Situation["openai"];
}

/** A client that names an OpenAI model itself is served by OpenAI keys alone, if there are any. */
export function openAiPolicy(model: string, { config, candidates }: ProxyContext): OpenAiPolicy {
  const openAiKeys = candidates.filter((candidate) => candidate.provider === "openai");
  const mapping = config.openaiModelMapping;
  if (openAiKeys.length > 0 && namesOpenAiModel(baseModel(model), mapping)) {
    return { candidates: openAiKeys, openai: { enabled: true, primary: true, modelFor: baseModel } };
  }
  const primary = openAiKeys.length > 0 && openAiKeys.length === candidates.length;
  const modelFor = (asked: string) => mapToOpenAi(asked, mapping);
  return { candidates, openai: { enabled: config.openaiModelFallback, primary, modelFor } };
}
