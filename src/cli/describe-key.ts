// A key of the config in words: what kind it is, and which profiles use it.

import type { Config, Key } from "../config/types";
import { mask } from "../redact";
import type { Paint } from "./print/paint";
import { formatTable } from "./print/table";

/** "Anthropic API key", "OpenAI OAuth token". */
export function describeKind(key: Pick<Key, "provider" | "type">): string {
  const provider = key.provider === "anthropic" ? "Anthropic" : "OpenAI";
  return `${provider} ${key.type === "api-key" ? "API key" : "OAuth token"}`;
}

/** Names of the profiles that may use the key; one without an order of its own uses every key. */
export function profilesUsing(id: string, config: Config): string[] {
  return config.profiles
    .filter(({ keyOrder }) => keyOrder === null || keyOrder.length === 0 || keyOrder.includes(id))
    .map((profile) => profile.name);
}

/** What `add-key` prints. */
export function describeAddedKey(key: Key, config: Config, paint: Paint): string[] {
  const facts: [string, string][] = [
    ["Label", key.label],
    ["Kind", describeKind(key)],
    ["Token", mask(key.token)],
    ["Profiles", profilesUsing(key.id, config).join(", ")],
  ];
  const rows = facts.map(([name, value]) => [{ text: name, style: paint.dim }, { text: value }]);
  return [
    `${paint.green("Added")} key ${paint.bold(key.id)}`,
    ...formatTable(rows, { indent: "  ", width: null }),
  ];
}
