// What in a valid config will probably not do what its owner wants.

import { redact } from "../redact";
import { isLoopbackHost } from "./loopback";
import { recognizeToken } from "./recognize-token";
import type { Config, Key, Profile, Warning } from "./types";

export function findWarnings(config: Config): Warning[] {
  const warnings = [
    ...config.profiles.flatMap((profile) => checkOrder(profile, config)),
    ...checkSameTokens(config),
    ...[...config.keys.values()].flatMap(checkProvider),
    ...checkClearText(config),
  ];
  // An id could be a token that went into the wrong place.
  return warnings.map((warning) => ({
    ...warning,
    title: redact(warning.title),
    remedy: redact(warning.remedy),
  }));
}

function checkOrder(profile: Profile, config: Config): Warning[] {
  const order = profile.keyOrder ?? [];
  const unknown = order.filter((id) => !config.keys.has(id));
  const warnings: Warning[] = unknown.map((id) => ({
    code: "unknown_key_in_order",
    title: `The profile "${profile.name}" lists the key "${id}", which does not exist.`,
    severity: "warn",
    remedy: `Add the key, or take it out of profiles.${profile.name}.keyOrder.`,
  }));
  const usable = order.some((id) => config.keys.get(id)?.enabled);
  if (order.length === 0 || usable) return warnings;
  return [
    ...warnings,
    {
      code: "profile_without_key",
      title: `The profile "${profile.name}" lists no key that can be used.`,
      severity: "error",
      remedy: `Put a key into profiles.${profile.name}.keyOrder, or remove the list to use every key.`,
    },
  ];
}

function checkSameTokens(config: Config): Warning[] {
  const owners = new Map<string, string>();
  return [...config.keys.values()].flatMap((key) => {
    // Local servers take any word: the same one at two of them is no shared limit.
    const account = JSON.stringify([key.provider, key.baseUrl, key.token]);
    const owner = owners.get(account);
    if (owner === undefined) {
      owners.set(account, key.id);
      return [];
    }
    return [
      {
        code: "same_token_twice",
        title: `The keys "${owner}" and "${key.id}" hold the same token, so they share one rate limit.`,
        severity: "warn" as const,
        remedy: `Remove one of them: cf remove-key ${key.id}`,
      },
    ];
  });
}

function checkProvider(key: Key): Warning[] {
  const recognized = recognizeToken(key.token);
  if (!recognized.ok) {
    if (recognized.problem !== "useless") return [];
    const title = `The token of the key "${key.id}" cannot be used: ${recognized.reason}.`;
    return [{ code: "useless_token", title, severity: "error", remedy: "Replace the token." }];
  }
  // A gateway gives out tokens of any shape; the providers themselves do not.
  if (key.baseUrl !== null || recognized.kind === "reference" || recognized.provider === key.provider)
    return [];
  return [
    {
      code: "token_of_other_provider",
      title: `The key "${key.id}" is set to provider "${key.provider}", but its token looks like one of ${recognized.provider}.`,
      severity: "error",
      remedy: `Set keys.${key.id}.provider to "${recognized.provider}", or replace the token.`,
    },
  ];
}

function checkClearText(config: Config): Warning[] {
  const ofProviders = [
    ["anthropicBaseUrl", config.anthropicBaseUrl],
    ["openaiBaseUrl", config.openaiBaseUrl],
    ["chatgptBaseUrl", config.chatgptBaseUrl],
  ] as const;
  const ofKeys = [...config.keys.values()].map((key) => [`keys.${key.id}.baseUrl`, key.baseUrl] as const);
  return [...ofProviders, ...ofKeys].flatMap(([path, text]) => {
    if (text === null) return [];
    const url = new URL(text);
    if (url.protocol === "https:" || isLoopbackHost(url.hostname)) return [];
    return [
      {
        code: "token_in_clear_text",
        title: `${path} sends tokens to ${url.hostname} without encryption.`,
        severity: "warn" as const,
        remedy: "Use https://, unless you trust the whole network in between.",
      },
    ];
  });
}
