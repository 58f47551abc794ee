// Prints the keys of the config, without their tokens.
import { readConfig } from "../config/file";
import { resolvePaths } from "../config/paths";
import type { Config, Key } from "../config/types";
import { mask } from "../redact";
import { describeKind, profilesUsing } from "./describe-key";
import type { Output } from "./output";
import { fitText } from "./print/clean-text";
import { formatTable } from "./print/table";

export interface PrintKeysOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
}

/** Throws a ConfigError if the config is not valid. */
export async function printKeys({ env, json }: PrintKeysOptions, output: Output): Promise<void> {
  const { config } = await readConfig(resolvePaths(env));
  if (json) printJson(config, output);
  else printTable(config, output);
}

function printTable(config: Config, { out, err }: Output): void {
  if (config.keys.size === 0) {
    err.line("No keys yet. Add one: cf add-key, or cf add-openai-key");
    return;
  }
  const rows = [...config.keys.values()].map((key) => [
    { text: key.id, style: out.paint.bold },
    { text: fitText(key.label, 32) },
    { text: describeKind(key) },
    { text: mask(key.token) },
    { text: [profilesUsing(key.id, config).join(", ") || "no profile", ...remarks(key)].join("\n") },
  ]);
  const headings = ["Id", "Label", "Kind", "Token", "Used by"];
  const lines = formatTable(rows, { headings, headingStyle: out.paint.dim, width: out.width });
  for (const line of lines) out.line(line);
}

function remarks(key: Key): string[] {
  return [
    ...(key.enabled ? [] : ["disabled"]),
    ...(key.group === null ? [] : [`group ${key.group}`]),
    ...(key.baseUrl === null ? [] : [key.api === null ? key.baseUrl : `${key.baseUrl} (${key.api})`]),
  ];
}

function printJson(config: Config, { out }: Output): void {
  const keys = [...config.keys.values()].map((key) => ({
    id: key.id,
    label: key.label,
    provider: key.provider,
    type: key.type,
    token: mask(key.token),
    enabled: key.enabled,
    group: key.group,
    baseUrl: key.baseUrl,
    api: key.api,
    profiles: profilesUsing(key.id, config),
  }));
  out.line(JSON.stringify(keys, null, 2));
}
