// The list of commands: feeds dispatch, help, suggestions and completions.
import type { Command } from "./command";

export type CommandGroup = "Proxy" | "Keys" | "Config";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** null: a part of another command, which no list names. */
  readonly group: CommandGroup | null;
  /** Loads the command's code: only the one that runs. */
  readonly load: () => Promise<Command>;
}

const entries: readonly CommandEntry[] = [
  {
    name: "start",
    summary: "Start the proxy, in this terminal or in the background",
    group: "Proxy",
    load: async () => (await import("./commands/start")).startCommand,
  },
  {
    name: "stop",
    summary: "Stop the proxy, after the answers that still run",
    group: "Proxy",
    load: async () => (await import("./commands/stop")).stopCommand,
  },
  {
    name: "restart",
    summary: "Stop the proxy and start it the same way",
    group: "Proxy",
    load: async () => (await import("./commands/restart")).restartCommand,
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
    name: "logs",
    summary: "Show the log, and follow it",
    group: "Proxy",
    load: async () => (await import("./commands/logs")).logsCommand,
  },
  {
    name: "stats",
    summary: "Show requests, tokens, cost and how they were served",
    group: "Proxy",
    load: async () => (await import("./commands/stats")).statsCommand,
  },
  {
    name: "why",
    summary: "Tell the story of one request: what was tried, and why it moved on",
    group: "Proxy",
    load: async () => (await import("./commands/why")).whyCommand,
  },
  {
    name: "run",
    summary: "Run a command whose requests go through the proxy",
    group: "Proxy",
    load: async () => (await import("./commands/run")).runCommand,
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
    name: "pause-key",
    summary: "Take a key out of use without removing it",
    group: "Keys",
    load: async () => (await import("./commands/pause-key")).pauseKeyCommand,
  },
  {
    name: "resume-key",
    summary: "Bring a key back, and end its cooldowns",
    group: "Keys",
    load: async () => (await import("./commands/resume-key")).resumeKeyCommand,
  },
  {
    name: "remove-key",
    summary: "Remove a key",
    group: "Keys",
    load: async () => (await import("./commands/remove-key")).removeKeyCommand,
  },
  {
    name: "setup",
    summary: "Point Claude Code and shells at the proxy, or start it at login",
    group: "Config",
    load: async () => (await import("./commands/setup")).setupCommand,
  },
  {
    name: "config",
    summary: "Open the dashboard; show the config, its path, its schema, whether it is valid",
    group: "Config",
    load: async () => (await import("./commands/config")).configCommand,
  },
  {
    name: "doctor",
    summary: "Check everything, and say what to do",
    group: "Proxy",
    load: async () => (await import("./commands/doctor")).doctorCommand,
  },
  {
    name: "completions",
    summary: "Print a script that completes commands in your shell",
    group: "Config",
    load: async () => (await import("./commands/completions")).completionsCommand,
  },
  {
    name: "complete",
    summary: "The names that a completion script asks for",
    group: null,
    load: async () => (await import("./commands/complete")).completeCommand,
  },
  {
    name: "serve",
    summary: "The served process of a proxy in the background",
    group: null,
    load: async () => (await import("./commands/serve")).serveCommand,
  },
  {
    name: "supervise",
    summary: "The supervisor of a proxy in the background",
    group: null,
    load: async () => (await import("./commands/supervise")).superviseCommand,
  },
];

/** What people may call, by group. */
export const commands: readonly CommandEntry[] = entries.filter((entry) => entry.group !== null);

/** The entry of that exact name. */
export function findCommand(name: string): CommandEntry | undefined {
  return entries.find((entry) => entry.name === name);
}
