// Configs as the loader would hand them over, with the fields that matter to a test.
import type { Config, Key } from "../../src/config/types";

export function key(id: string, change: Partial<Key> = {}): Key {
  return {
    id,
    token: `token-of-${id}`,
    label: id,
    type: "api-key",
    provider: "anthropic",
    baseUrl: null,
    api: null,
    enabled: true,
    group: null,
    ...change,
  };
}

export function configOf(keys: readonly Key[], change: Partial<Config> = {}): Config {
  return {
    profiles: [{ name: "default", port: 4080, keyOrder: null, modelFallback: new Map() }],
    keys: new Map(keys.map((one) => [one.id, one])),
    modelFallback: new Map(),
    openaiModelFallback: false,
    openaiModelMapping: new Map(),
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
    ...change,
  };
}
