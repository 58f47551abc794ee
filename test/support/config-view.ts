// The config as the page gets it, for tests that have no proxy.
import type { ConfigSettings, ConfigView } from "../../src/server/contract";

const settings: ConfigSettings = {
  modelFallback: {},
  openaiModelFallback: false,
  openaiModelMapping: { "*": "gpt-test" },
  cooldownMs: 3_600_000,
  queueWaitMs: 90_000,
  stickySessions: true,
  timeouts: { connectMs: 10_000, firstByteMs: 600_000, idleMs: 300_000 },
  retentionDays: 30,
  logLevel: "info",
};

/** What stands in `document` is in force. */
export function configView({ document = {}, hash = "h1" }: Partial<ConfigView>): ConfigView {
  const timeouts = { ...settings.timeouts, ...(document.timeouts as object | undefined) };
  const effective = { ...settings, ...document, timeouts } as ConfigSettings;
  return { hash, document, effective, defaults: settings, models: [], error: null };
}
