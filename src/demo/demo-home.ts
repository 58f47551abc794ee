// The throw-away home folder of the demo: pretend keys, and simulators in the place of both APIs.
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SimulatedKey } from "./check-request";
import { storyQueueMs } from "./story";

export const demoPort = 4080;

interface DemoKey extends SimulatedKey {
  id: string;
  label: string;
}

/** Where the simulated APIs listen. */
export interface DemoUpstreams {
  anthropic: string;
  openai: string;
}

/** Valid in shape, worthless everywhere but in the simulator. In priority order. */
export const demoKeys: readonly DemoKey[] = [
  {
    id: "personal",
    label: "Personal",
    token: "sk-ant-oat01-demo-personal-this-is-not-a-real-token-AA",
    organization: "00000000-0000-4000-8000-00000000d001",
  },
  {
    id: "work",
    label: "Work",
    token: "sk-ant-oat01-demo-work-this-is-not-a-real-token-AA",
    organization: "00000000-0000-4000-8000-00000000d002",
  },
];

/** The last resort, at the other provider. */
export const demoOpenAiKey: DemoKey = {
  id: "gpt",
  label: "GPT",
  token: "sk-proj-demo-gpt-this-is-not-a-real-key-AA",
  organization: "org-demo",
};

/** What `config.json` of the demo says. */
function demoConfig(upstreams: DemoUpstreams): Record<string, unknown> {
  const { id: openAiId, label, token } = demoOpenAiKey;
  return {
    profiles: { default: { port: demoPort, keyOrder: [...demoKeys.map((key) => key.id), openAiId] } },
    keys: {
      ...Object.fromEntries(
        demoKeys.map((key) => [
          key.id,
          { token: key.token, label: key.label, type: "oauth", provider: "anthropic" },
        ]),
      ),
      // Only this dialect takes tools together with reasoning, so that a coding assistant can go on here.
      [openAiId]: {
        token,
        label,
        type: "api-key",
        provider: "openai",
        baseUrl: upstreams.openai,
        api: "responses",
      },
    },
    modelFallback: {
      "claude-fable-5-2": "claude-opus-5-5",
      "claude-opus-5-5": "claude-sonnet-5-5",
      "claude-opus-4-8": "claude-sonnet-5-5",
      "claude-opus-4-6": "claude-sonnet-4-6",
    },
    openaiModelFallback: true,
    openaiModelMapping: { "*": "gpt-6.1-sol" },
    anthropicBaseUrl: upstreams.anthropic,
    queueWaitMs: storyQueueMs,
  };
}

/** Makes the folder (mode 0700, which is what mkdtemp gives) under the system's temporary folder. */
export function createDemoHome(parent: string = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, "cf-demo-"));
}

export function writeDemoConfig(home: string, upstreams: DemoUpstreams): Promise<void> {
  const text = `${JSON.stringify(demoConfig(upstreams), null, 2)}\n`;
  return writeFile(join(home, "config.json"), text, { mode: 0o600 });
}

/** Synchronous, so that it also works while the process exits. Removing it twice does no harm. */
export function removeDemoHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}
