// Runs the compiled binary in a home folder of its own, waits until it answers, and cleans up after it.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinary } from "./cf-binary";
import { within } from "./gate";
import { send } from "./raw-client";

export interface CfOptions {
  /** Written to config.json as JSON, or as it is when it is a string; null: no file. */
  config: Record<string, unknown> | string | null;
  /** After `cf`; default `["start"]`. */
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** An existing home folder, which is then not deleted at the end. */
  home?: string;
  /** Secrets beside those in the config that must not show up anywhere. */
  secrets?: string[];
}

/** A new, empty home folder for one process. */
export function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), "cf-home-"));
}

/** One process of the binary. */
export class CfProcess {
  readonly home: string;
  readonly pid: number;
  /** Resolves with the exit code (null after a kill signal) and all output. */
  readonly exited: Promise<{ code: number | null; stdout: string; stderr: string }>;
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #secrets: string[];
  readonly #ownsHome: boolean;
  #stopped = false;
  #asked = false;
  /** Set once it serves: from then on it must not end unless it is told to. */
  serving = false;
  #output = { stdout: "", stderr: "" };

  constructor(
    child: Bun.Subprocess<"ignore", "pipe", "pipe">,
    home: string,
    secrets: string[],
    ownsHome: boolean,
  ) {
    this.#child = child;
    this.home = home;
    this.pid = child.pid;
    this.#secrets = secrets;
    this.#ownsHome = ownsHome;
    this.exited = Promise.all([
      child.exited,
      this.#collect("stdout", child.stdout),
      this.#collect("stderr", child.stderr),
    ]).then(() => ({ code: child.exitCode, ...this.#output }));
  }

  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  /** How the process ended, for messages. */
  get ending(): string {
    return String(this.#child.signalCode ?? `exit code ${this.#child.exitCode}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#asked = true;
    this.#child.kill(signal);
  }

  /** Stops the process if it runs, and checks that no secret was written anywhere but to the config. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    try {
      await this.#end();
      await this.#assertNoSecrets();
    } finally {
      if (this.#ownsHome) await rm(this.home, { recursive: true, force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      if (this.serving && !this.#asked)
        throw new Error(`cf ended by itself (${this.ending}):\n${this.stdout}${this.stderr}`);
      return;
    }
    this.kill("SIGTERM");
    // A stream that a test left open would be drained for 30 s: the second signal is what forces.
    const ended = await Promise.race([
      this.#child.exited,
      new Promise((done) => setTimeout(done, 700, "late")),
    ]);
    if (ended === "late") this.kill("SIGTERM");
    try {
      await within(8000, `cf ends after SIGTERM; stderr: ${this.stderr}`, this.#child.exited);
    } catch (error) {
      this.kill("SIGKILL");
      await this.#child.exited;
      throw error;
    }
  }

  async #collect(name: "stdout" | "stderr", stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) this.#output[name] += decoder.decode(bytes, { stream: true });
  }

  async #assertNoSecrets(): Promise<void> {
    const { stdout, stderr } = await this.exited;
    const places: [string, Buffer][] = [
      ["stdout", Buffer.from(stdout)],
      ["stderr", Buffer.from(stderr)],
    ];
    for (const name of await readdir(this.home, { recursive: true })) {
      const path = join(this.home, name);
      if (name === "config.json" || !(await stat(path)).isFile()) continue;
      places.push([name, await readFile(path)]);
    }
    for (const secret of this.#secrets) {
      const leak = places.find(([, bytes]) => bytes.includes(secret));
      if (leak !== undefined) throw new Error(`A token of the config stands in ${leak[0]}`);
    }
  }
}

/** Starts `cf` and returns at once. */
export async function spawnCf(options: CfOptions): Promise<CfProcess> {
  const home = options.home ?? (await makeHome());
  const config = options.config;
  if (config !== null) {
    const content = typeof config === "string" ? config : `${JSON.stringify(config, null, 2)}\n`;
    await writeFile(join(home, "config.json"), content, { mode: 0o600 });
  }
  const child = Bun.spawn([await findBinary(), ...(options.args ?? ["start"])], {
    cwd: options.cwd ?? home,
    env: { PATH: process.env.PATH ?? "", HOME: home, CF_HOME: home, NO_COLOR: "1", ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const secrets = [...secretsOf(config), ...(options.secrets ?? [])];
  return new CfProcess(child, home, secrets, options.home === undefined);
}

/** Starts `cf` and waits until every port given answers; throws with its output if it ends instead. */
export async function startCf(options: CfOptions, ports: number[]): Promise<CfProcess> {
  const cf = await spawnCf(options);
  try {
    const home = options.env?.CF_HOME ?? cf.home;
    await Promise.all(ports.map((port) => waitUntilServing(cf, port, home)));
    cf.serving = true;
  } catch (error) {
    await cf.stop();
    throw error;
  }
  return cf;
}

async function waitUntilServing(cf: CfProcess, port: number, home: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  let ended = false;
  void cf.exited.then(() => {
    ended = true;
  });
  for (;;) {
    // The run file tells that it is this process which answers, not another one that was quicker to take the port.
    if ((await answers(port)) && existsSync(join(home, "run.json")) && !ended) return;
    if (ended) throw new Error(`cf ended at start (${cf.ending}):\n${cf.stdout}${cf.stderr}`);
    if (performance.now() > deadline)
      throw new Error(`cf does not answer on ${port}:\n${cf.stdout}${cf.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    await send(`http://127.0.0.1:${port}/health`);
    return true;
  } catch {
    // Not listening yet.
    return false;
  }
}

/** Every token in the config, at whatever depth; references to the environment are no secrets. */
function secretsOf(config: CfOptions["config"]): string[] {
  const source = typeof config === "string" ? config : JSON.stringify(config ?? {});
  const values = [...source.matchAll(/"(?:token|clientToken)"\s*:\s*"([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  return values.filter((value) => value.length >= 8 && !/^(?:env|keychain):/.test(value));
}
