// The list of commands: feeds dispatch, help, suggestions and completions.
import type { Command } from "./command";

export type CommandGroup = "Proxy" | "Keys" | "Config";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: CommandGroup;
  /** Loads the command's code: only the one that runs. */
  readonly load: () => Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: "start",
    summary: "Start the proxy in this terminal",
    group: "Proxy",
    load: async () => (await import("./commands/start")).startCommand,
  },
  {
    name: "status",
    summary: "Show whether the proxy runs, and the state of every key",
    group: "Proxy",
    load: async () => (await import("./commands/status")).statusCommand,
  },
  {
    name: "health",
    summary: "Print the health of the running proxy as JSON",
    group: "Proxy",
    load: async () => (await import("./commands/health")).healthCommand,
  },
  {
    name: "demo",
    summary: "See it work without a key or a network",
    group: "Proxy",
    load: async () => (await import("./commands/demo")).demoCommand,
  },
  {
    name: "add-key",
    summary: "Add an Anthropic API key or OAuth token",
    group: "Keys",
    load: async () => (await import("./commands/add-key")).addKeyCommand,
  },
  {
    name: "add-openai-key",
    summary: "Add a key of OpenAI or of a compatible server, to fall back to",
    group: "Keys",
    load: async () => (await import("./commands/add-openai-key")).addOpenAiKeyCommand,
  },
  {
    name: "list-keys",
    summary: "List the keys of the config",
    group: "Keys",
    load: async () => (await import("./commands/list-keys")).listKeysCommand,
  },
  {
    name: "test-key",
    summary: "Test whether the upstreams take the keys, without spending anything",
    group: "Keys",
    load: async () => (await import("./commands/test-key")).testKeyCommand,
  },
  {
    name: "remove-key",
    summary: "Remove a key",
    group: "Keys",
    load: async () => (await import("./commands/remove-key")).removeKeyCommand,
  },
  {
    name: "config",
    summary: "Show the config, its path, or whether it is valid",
    group: "Config",
    load: async () => (await import("./commands/config")).configCommand,
  },
];

/** The entry of that exact name. */
export function findCommand(name: string): CommandEntry | undefined {
  return commands.find((entry) => entry.name === name);
}
