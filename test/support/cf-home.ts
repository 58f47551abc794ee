// A home folder in which commands of the binary run one after the other, and a proxy in the background may live.
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinary } from "./cf-binary";
import { until, within } from "./gate";

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** What the tests look at. */
export interface RunContent {
  readonly pid: number;
  readonly instance: string;
  readonly phase: string;
  readonly mode: string;
  readonly supervisor: { readonly pid: number } | null;
  readonly restarts: { readonly count: number; readonly lastReason: string } | null;
}

/** Dispose of it with `await using`: whatever still runs in it is ended then. */
export class CfHome {
  readonly path: string;
  /** HOME of the commands. */
  readonly userHome: string;
  readonly #seen = new Set<number>();

  private constructor(root: string) {
    this.userHome = root;
    this.path = join(root, "cf-home");
  }

  static async create(config: Record<string, unknown> | string | null): Promise<CfHome> {
    const home = new CfHome(await mkdtemp(join(tmpdir(), "cf-life-")));
    await Bun.write(join(home.path, ".keep"), "");
    await rm(join(home.path, ".keep"));
    if (config !== null) await home.configure(config);
    return home;
  }

  async configure(config: Record<string, unknown> | string): Promise<void> {
    const text = typeof config === "string" ? config : JSON.stringify(config, null, 2);
    await writeFile(join(this.path, "config.json"), text, { mode: 0o600 });
  }

  environment(extra: Record<string, string> = {}): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "",
      HOME: this.userHome,
      CF_HOME: this.path,
      NO_COLOR: "1",
      ...extra,
    };
  }

  async spawn(args: readonly string[], { env, cwd, stdin }: CommandOptions = {}) {
    return Bun.spawn([await findBinary(), ...args], {
      cwd: cwd ?? this.userHome,
      env: this.environment(env),
      stdin: new Blob([stdin ?? ""]),
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  async run(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const child = await this.spawn(args, options);
    const [stdout, stderr, code] = await within(
      60_000,
      `cf ${args.join(" ")}`,
      Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]),
    );
    await this.runFile();
    return { code, stdout, stderr };
  }

  /** The run file as it is; null if there is none. */
  async runFile(): Promise<RunContent | null> {
    try {
      const run: RunContent = JSON.parse(await readFile(join(this.path, "run.json"), "utf8"));
      for (const pid of [run.pid, run.supervisor?.pid]) if (pid !== undefined) this.#seen.add(pid);
      return run;
    } catch {
      // There is none.
      return null;
    }
  }

  async log(): Promise<Record<string, unknown>[]> {
    const text = await readFile(join(this.path, "logs", "cf.log"), "utf8").catch(() => "");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(["stop"]);
    for (const pid of this.#seen) {
      if (!isRunning(pid)) continue;
      process.kill(pid, "SIGKILL");
      await until(`process ${pid} is gone`, () => !isRunning(pid));
    }
    await rm(this.userHome, { recursive: true, force: true });
  }
}

/** A zombie that its parent has not collected yet counts as gone. */
export function isRunning(pid: number): boolean {
  const facts = processFacts(pid);
  return facts !== null && !facts.state.startsWith("Z");
}

/** What the system says of a process; null: there is none. */
export function processFacts(pid: number): { state: string; parent: number; session: number } | null {
  if (!existsSync("/proc/self/stat")) return askPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc_pid_stat(5): the name, in parentheses, may hold anything.
    const [state = "", parent, , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent), session: Number(session) };
  } catch {
    // It is gone.
    return null;
  }
}

function askPs(pid: number): ReturnType<typeof processFacts> {
  const { stdout } = Bun.spawnSync(["ps", "-o", "stat=,ppid=,sess=", "-p", String(pid)]);
  const [state, parent, session] = stdout.toString().trim().split(/\s+/);
  return state ? { state, parent: Number(parent), session: Number(session) } : null;
}
