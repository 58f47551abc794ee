// A key of the config in words: what kind it is, and which profiles use it.

import type { Config, Key } from "../config/types";
import { mask } from "../redact";
import type { Paint } from "./print/paint";
import { formatTable } from "./print/table";

/** "Anthropic API key", "Anthropic OAuth token", "OpenAI API key", "ChatGPT token (experimental)". */
export function describeKind({ provider, type }: Pick<Key, "provider" | "type">): string {
  if (type === "api-key") return `${describeProvider(provider, type)} API key`;
  return provider === "openai" ? "ChatGPT token (experimental)" : "Anthropic OAuth token";
}

/** The badge: "Anthropic", "OpenAI", "ChatGPT (experimental)"; what a newer proxy may say stays as it is. */
export function describeProvider(provider: string, type: string | null): string {
  if (provider === "openai") return type === "oauth" ? "ChatGPT (experimental)" : "OpenAI";
  return provider === "anthropic" ? "Anthropic" : provider;
}

/** The two commands that put another token in the place of a key's. */
export function describeReplacement({ id, provider }: { id: string; provider: string }): string {
  return `cf remove-key ${id}, then cf ${provider === "openai" ? "add-openai-key" : "add-key"}`;
}

/** Names of the profiles that may use the key; one without an order of its own uses every key. */
export function profilesUsing(id: string, config: Config): string[] {
  return config.profiles
    .filter(({ keyOrder }) => keyOrder === null || keyOrder.length === 0 || keyOrder.includes(id))
    .map((profile) => profile.name);
}

/** Where the key is used and how, if that is not where it belongs by itself. */
function describeServer({ baseUrl, api }: Key): [string, string][] {
  if (baseUrl === null) return [];
  return [["Server", api === null ? baseUrl : `${baseUrl} (${api})`]];
}

/** What `add-key` and `add-openai-key` print. */
export function describeAddedKey(key: Key, config: Config, paint: Paint): string[] {
  const facts: [string, string][] = [
    ["Label", key.label],
    ["Kind", describeKind(key)],
    ["Token", mask(key.token)],
    ...describeServer(key),
    ["Profiles", profilesUsing(key.id, config).join(", ")],
  ];
  const rows = facts.map(([name, value]) => [{ text: name, style: paint.dim }, { text: value }]);
  return [
    `${paint.green("Added")} key ${paint.bold(key.id)}`,
    ...formatTable(rows, { indent: "  ", width: null }),
  ];
}
