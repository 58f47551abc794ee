// Runs the command line from source, as a person would, in a home folder of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const main = join(import.meta.dir, "..", "..", "src", "main.ts");

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** What is piped into stdin; without it stdin is empty. */
  readonly stdin?: string;
  readonly env?: Record<string, string>;
}

export interface CliHome extends AsyncDisposable {
  /** CF_HOME of the commands. */
  readonly home: string;
  run(argumentList: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Runs on a terminal. `answers` are typed one by one, each after its text has appeared on the screen. */
  runOnTerminal(
    argumentList: readonly string[],
    answers?: readonly { after: string; type: string }[],
    env?: Record<string, string>,
  ): Promise<{ code: number; screen: string }>;
}

/** A fresh home folder; nothing of the user's own environment reaches the commands. */
export async function makeCliHome(): Promise<CliHome> {
  const root = await mkdtemp(join(tmpdir(), "cf-cli-"));
  const home = join(root, "cf-home");
  const command = (argumentList: readonly string[]) => [process.execPath, main, ...argumentList];
  const environment = (extra: Record<string, string> = {}) => ({
    PATH: process.env.PATH ?? "",
    HOME: root,
    CF_HOME: home,
    ...extra,
  });
  return {
    home,
    async run(argumentList, options = {}) {
      const child = Bun.spawn(command(argumentList), {
        cwd: root,
        env: environment(options.env),
        stdin: new Blob([options.stdin ?? ""]),
        stdout: "pipe",
        stderr: "pipe",
      });
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, stdout, stderr };
    },
    async runOnTerminal(argumentList, answers = [], env = {}) {
      const waiting = [...answers];
      const decoder = new TextDecoder();
      let screen = "";
      const child = Bun.spawn(command(argumentList), {
        cwd: root,
        env: environment({ TERM: "xterm-256color", ...env }),
        terminal: {
          cols: 100,
          rows: 40,
          data(terminal, data) {
            screen += decoder.decode(data, { stream: true });
            while (waiting[0] !== undefined && screen.includes(waiting[0].after)) {
              terminal.write(waiting.shift()?.type ?? "");
            }
          },
        },
      });
      const code = await child.exited;
      child.terminal?.close();
      return { code, screen };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
