// The throw-away home folder of the demo: two pretend keys, and the simulator in the place of the API.
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SimulatedKey } from "./check-request";

export const demoPort = 4080;

interface DemoKey extends SimulatedKey {
  id: string;
  label: string;
}

/** Valid in shape, worthless everywhere but in the simulator. In priority order. */
export const demoKeys: readonly DemoKey[] = [
  {
    id: "personal",
    label: "Personal",
    token: "sk-ant-api03-demo-personal-this-is-not-a-real-key-AA",
    organization: "00000000-0000-4000-8000-00000000d001",
  },
  {
    id: "work",
    label: "Work",
    token: "sk-ant-api03-demo-work-this-is-not-a-real-key-AA",
    organization: "00000000-0000-4000-8000-00000000d002",
  },
];

/** What `config.json` of the demo says. */
export function demoConfig(anthropicBaseUrl: string): Record<string, unknown> {
  return {
    profiles: { default: { port: demoPort, keyOrder: demoKeys.map((key) => key.id) } },
    keys: Object.fromEntries(
      demoKeys.map(({ id, token, label }) => [id, { token, label, type: "api-key", provider: "anthropic" }]),
    ),
    modelFallback: {
      "claude-fable-5-2": "claude-opus-5-5",
      "claude-opus-5-5": "claude-sonnet-5-5",
      "claude-opus-4-8": "claude-sonnet-5-5",
      "claude-opus-4-6": "claude-sonnet-4-6",
    },
    anthropicBaseUrl,
    queueWaitMs: 5000,
  };
}

/** Makes the folder (mode 0700, which is what mkdtemp gives) under the system's temporary folder. */
export function createDemoHome(parent: string = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, "cf-demo-"));
}

export function writeDemoConfig(home: string, anthropicBaseUrl: string): Promise<void> {
  const text = `${JSON.stringify(demoConfig(anthropicBaseUrl), null, 2)}\n`;
  return writeFile(join(home, "config.json"), text, { mode: 0o600 });
}

/** Synchronous, so that it also works while the process exits. Removing it twice does no harm. */
export function removeDemoHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}
