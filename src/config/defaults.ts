// What holds where the config says nothing.
import type { Config } from "./types";

/** Port of the profile `default`; every other profile must name its own. */
export const defaultPort = 4080;
export const defaultProfileName = "default";

/** Claude families by prefix, so that a new model of a family needs no new entry. */
const modelMapping: readonly (readonly [string, string])[] = [
  ["claude-fable", "gpt-6.2-sol"],
  ["claude-mythos", "gpt-6.2-sol"],
  ["claude-opus", "gpt-6.2-sol"],
  ["claude-sonnet", "gpt-6.1-sol"],
  ["claude-haiku", "gpt-6-luna"],
  ["claude-3-opus", "gpt-6.2-sol"],
  ["claude-3-haiku", "gpt-6-luna"],
  ["claude-3-5-haiku", "gpt-6-luna"],
  ["*", "gpt-6.1-sol"],
];

export const defaults: Omit<Config, "profiles" | "keys"> = {
  modelFallback: new Map(),
  openaiModelFallback: false,
  openaiModelMapping: new Map(modelMapping),
  anthropicBaseUrl: "https://api.anthropic.com",
  openaiBaseUrl: "https://api.openai.com/v1",
  chatgptBaseUrl: "https://chatgpt.com/backend-api/codex",
  cooldownMs: 3_600_000,
  queueWaitMs: 90_000,
  stickySessions: true,
  timeouts: { connectMs: 10_000, firstByteMs: 600_000, idleMs: 300_000 },
  maxBodyBytes: 67_108_864,
  host: "127.0.0.1",
  clientToken: null,
  allowedHosts: [],
  allowedOrigins: [],
  logLevel: "info",
  maxLogSize: 5_242_880,
  retentionDays: 30,
  prices: new Map(),
};
