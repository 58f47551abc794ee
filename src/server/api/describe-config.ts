// The config as the dashboard reads it: the file's content without secrets, and what is in force where it is silent.
import { defaults } from "../../config/defaults";
import { isJsonObject, type JsonValue } from "../../config/document";
import { maskDocument } from "../../config/mask-document";
import type { Config } from "../../config/types";
import { pricedModels } from "../../engine/prices";
import type { ConfigSettings, ConfigView } from "../contract";
import type { LiveConfig } from "../live-config";

export function describeConfig({ loaded, error }: LiveConfig): ConfigView {
  const { config, document, hash } = loaded;
  return {
    hash,
    document: Object.fromEntries([...maskDocument(document)].map(([name, value]) => [name, toPlain(value)])),
    effective: describeSettings(config),
    defaults: describeSettings(defaults),
    models: [...pricedModels],
    error,
  };
}

function describeSettings(config: Omit<Config, "profiles" | "keys">): ConfigSettings {
  const { modelFallback, openaiModelMapping } = config;
  const { openaiModelFallback, cooldownMs, queueWaitMs, stickySessions, timeouts, retentionDays, logLevel } =
    config;
  return {
    modelFallback: Object.fromEntries(modelFallback),
    openaiModelFallback,
    openaiModelMapping: Object.fromEntries(openaiModelMapping),
    cooldownMs,
    queueWaitMs,
    stickySessions,
    timeouts,
    retentionDays,
    logLevel,
  };
}

function toPlain(value: JsonValue): unknown {
  if (isJsonObject(value))
    return Object.fromEntries([...value].map(([name, entry]) => [name, toPlain(entry)]));
  return Array.isArray(value) ? value.map(toPlain) : value;
}
