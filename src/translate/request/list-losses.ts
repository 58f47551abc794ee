// Names the fields of a request that no OpenAI dialect has a place for.
import { isObject, type JsonObject } from "../json-value";
import type { Warnings } from "./warnings";

const translated = [
  "model",
  "system",
  "messages",
  "max_tokens",
  "tools",
  "tool_choice",
  "thinking",
  "output_config",
  "output_format",
  "stop_sequences",
  "temperature",
  "top_p",
  "stream",
  "metadata",
  "service_tier",
];

/** Only the outer fields; blocks, messages and tools are looked at where they are translated. */
export function addLosses(request: JsonObject, warnings: Warnings): void {
  warnings.addUnknownFields(request, translated, "");
  const { output_config: config, metadata, thinking } = request;
  if (isObject(config)) warnings.addUnknownFields(config, ["effort", "format"], "output_config.");
  if (isObject(metadata)) warnings.addUnknownFields(metadata, ["user_id"], "metadata.");
  if (isObject(thinking))
    warnings.addUnknownFields(thinking, ["type", "budget_tokens", "display"], "thinking.");
}
