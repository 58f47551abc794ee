// What the provider is told about the request itself: tier and anonymous session.
import type { JsonObject } from "../json-value";
import { isRefused } from "../lessons";
import type { Target } from "../target";
import { hashSession } from "./session-hash";
import type { Warnings } from "./warnings";

export interface ServiceFields {
  service_tier?: "auto" | "default";
  prompt_cache_key?: string;
  safety_identifier?: string;
}

/** The session's hash goes to OpenAI itself only; the backend of ChatGPT tokens takes it as a cache key alone. */
export function readService(request: JsonObject, target: Target, warnings: Warnings): ServiceFields {
  const { isChatGptToken, isOpenAi, learnt } = target;
  const fields: ServiceFields = {};
  const tier = readTier(request.service_tier);
  const isWished = request.service_tier !== undefined && request.service_tier !== null;
  if (tier !== null && !isChatGptToken && !isRefused(learnt, "service_tier")) fields.service_tier = tier;
  else if (isWished) warnings.add("service_tier");
  const session = hashSession(request.metadata);
  if (session === null) return fields;
  if (!isOpenAi && !isChatGptToken) {
    warnings.add("metadata.user_id");
    return fields;
  }
  if (!isRefused(learnt, "prompt_cache_key")) fields.prompt_cache_key = session;
  if (!isChatGptToken && !isRefused(learnt, "safety_identifier")) fields.safety_identifier = session;
  return fields;
}

function readTier(tier: unknown): "auto" | "default" | null {
  if (tier === "auto") return "auto";
  return tier === "standard_only" ? "default" : null;
}
