// Temperature and nucleus sampling, where the model still takes them.
import type { JsonObject } from "../json-value";
import { isRefused } from "../lessons";
import { findOpenAiModel } from "../openai-models";
import type { Target } from "../target";
import type { Warnings } from "./warnings";

export interface Sampling {
  temperature?: number;
  top_p?: number;
}

/** Reasoning models refuse both, and so does the backend of ChatGPT tokens. */
export function readSampling(request: JsonObject, target: Target, warnings: Warnings): Sampling {
  const isTaken = findOpenAiModel(target.model).takesSampling && !target.isChatGptToken;
  const sampling: Sampling = {};
  for (const field of ["temperature", "top_p"] as const) {
    const value = request[field];
    if (value === undefined || value === null) continue;
    if (isTaken && typeof value === "number" && !isRefused(target.learnt, field)) sampling[field] = value;
    else warnings.add(field);
  }
  return sampling;
}
