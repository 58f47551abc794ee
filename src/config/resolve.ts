// Turns checked settings into the Config that the program runs on: defaults filled in where nothing is said.

import { defaultPort, defaultProfileName, defaults } from "./defaults";
import { findWarnings } from "./find-warnings";
import { recognizeToken } from "./recognize-token";
import type { ConfigSettings, KeySettings, ProfileSettings } from "./schema";
import type { Config, Key, Profile, Warning } from "./types";

/** Defaults fill in what is absent and never what is there: `modelFallback: {}` stays empty. */
export function resolveConfig(settings: ConfigSettings): { config: Config; warnings: Warning[] } {
  const { $schema: _, profiles, keys, timeouts, prices, ...rest } = withoutAbsent(settings);
  const config: Config = {
    ...defaults,
    ...rest,
    timeouts: { ...defaults.timeouts, ...withoutAbsent(timeouts ?? {}) },
    prices: new Map([...(prices ?? [])].map(([model, price]) => [model, withoutAbsent(price)])),
    profiles: resolveProfiles(profiles, settings.modelFallback ?? defaults.modelFallback),
    keys: new Map([...(keys ?? [])].map(([id, key]) => [id, resolveKey(id, key, settings)])),
  };
  return { config, warnings: findWarnings(config) };
}

function resolveProfiles(
  profiles: ConfigSettings["profiles"],
  modelFallback: ReadonlyMap<string, string>,
): Profile[] {
  const entries: [string, ProfileSettings][] = profiles?.size ? [...profiles] : [[defaultProfileName, {}]];
  return entries.map(([name, profile]) => ({
    name,
    // The check of relations has made sure that only the default profile goes without.
    port: profile.port ?? defaultPort,
    keyOrder: profile.keyOrder === undefined ? null : [...new Set(profile.keyOrder)],
    modelFallback: profile.modelFallback ?? modelFallback,
  }));
}

function resolveKey(id: string, key: KeySettings, settings: ConfigSettings): Key {
  const recognized = recognizeToken(key.token);
  const byToken = recognized.ok ? recognized : { provider: "anthropic" as const, type: "api-key" as const };
  const provider = key.provider ?? byToken.provider;
  const type = key.type ?? (provider === byToken.provider ? byToken.type : "api-key");
  return {
    id,
    token: key.token,
    label: key.label?.trim() || id,
    type,
    provider,
    baseUrl: key.baseUrl ?? null,
    api: provider === "openai" ? (key.api ?? apiByServer(key, type, settings)) : null,
    enabled: key.enabled ?? true,
    group: key.group ?? null,
  };
}

/** The newer models of api.openai.com take tools with reasoning only in Responses; other servers speak Chat Completions. */
function apiByServer(key: KeySettings, type: Key["type"], settings: ConfigSettings): "responses" | "chat" {
  if (key.baseUrl === undefined && type === "oauth") return "responses";
  const { hostname } = new URL(key.baseUrl ?? settings.openaiBaseUrl ?? defaults.openaiBaseUrl);
  return hostname === "api.openai.com" || hostname.endsWith(".api.openai.com") ? "responses" : "chat";
}

type Present<Values> = { [Name in keyof Values]: Exclude<Values[Name], undefined> };

/** An absent setting and one that is `undefined` are the same; only the first lets a default through. */
function withoutAbsent<Values extends object>(values: Values): Present<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Present<Values>;
}
