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
  /** Starts it and returns at once; whoever does that sees to its end. */
  spawn(argumentList: readonly string[], options?: CliOptions): Bun.Subprocess<Blob, "pipe", "pipe">;
  /** A line of a shell in which `cf` is the command line. */
  spawnShell(line: string): Bun.Subprocess<"ignore", "pipe", "pipe">;
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
  const spawn = (argumentList: readonly string[], options: CliOptions = {}) =>
    Bun.spawn(command(argumentList), {
      cwd: root,
      env: environment(options.env),
      stdin: new Blob([options.stdin ?? ""]),
      stdout: "pipe",
      stderr: "pipe",
    });
  return {
    home,
    spawn,
    spawnShell(line) {
      const script = `cf() { "${process.execPath}" "${main}" "$@"; }; ${line}`;
      return Bun.spawn(["bash", "-c", script], {
        cwd: root,
        env: environment(),
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
    },
    async run(argumentList, options = {}) {
      const child = spawn(argumentList, options);
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
