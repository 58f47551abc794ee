// cf list-keys: the keys of the config, without their tokens.
import type { Config, Key } from "../../config/types";
import { exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Output } from "../output";

export const listKeysCommand = defineCommand({
  positionals: [],
  flags: { json: { type: "switch", summary: "Print JSON" } },
  details: "Of a token only its last 4 characters are shown. How the keys fare: cf status, cf test-key",
  async run({ flags, output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { readConfig } = await import("../../config/file");
    const { config } = await readConfig(resolvePaths(env));
    if (flags.json) await printJson(config, output);
    else await printTable(config, output);
    return exitCode.ok;
  },
});

async function printTable(config: Config, { out, err }: Output): Promise<void> {
  if (config.keys.size === 0) {
    err.line("No keys yet. Add one: cf add-key, or cf add-openai-key");
    return;
  }
  const { mask } = await import("../../redact");
  const { describeKind, profilesUsing } = await import("../describe-key");
  const { fitText } = await import("../print/clean-text");
  const { formatTable } = await import("../print/table");
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

async function printJson(config: Config, { out }: Output): Promise<void> {
  const { mask } = await import("../../redact");
  const { profilesUsing } = await import("../describe-key");
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
