// Starts the simulated upstream and the load generator and talks to them.
import { join } from "node:path";
import { endChild } from "./end-child";
import type { Load, LoadResult } from "./load";

export interface Upstream extends AsyncDisposable {
  port: number;
}

export interface LoadGenerator extends AsyncDisposable {
  /** Throws when nothing could be measured, or it was stopped meanwhile. One at a time. */
  run(load: Load): Promise<LoadResult>;
}

export async function startUpstream(pin: string[]): Promise<Upstream> {
  const script = new RunningScript("simulated-upstream.ts", pin);
  const { port } = (await script.next()) as { port: number };
  return { port, [Symbol.asyncDispose]: () => script.end() };
}

/** `signal` stops it in whatever it does. */
export async function startLoadGenerator(pin: string[], signal: AbortSignal): Promise<LoadGenerator> {
  const script = new RunningScript("load-generator.ts", pin);
  signal.addEventListener("abort", () => void script.end());
  await script.next();
  return {
    run: async (load) => {
      script.send(load);
      const report = (await script.next()) as { result: LoadResult } | { error: string };
      if ("error" in report) throw new Error(report.error);
      return report.result;
    },
    [Symbol.asyncDispose]: () => script.end(),
  };
}

/** A script of this folder in a process of its own, which speaks one message at a time. */
class RunningScript {
  readonly #child: Bun.Subprocess;
  readonly #ended: Promise<never>;
  #waiting = Promise.withResolvers<unknown>();

  constructor(name: string, pin: string[]) {
    this.#child = Bun.spawn([...pin, process.execPath, join(import.meta.dir, name)], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
      ipc: (message) => this.#waiting.resolve(message),
    });
    this.#ended = this.#child.exited.then((code) => {
      throw new Error(`${name} ended (${this.#child.signalCode ?? `exit code ${code}`})`);
    });
    // Nobody waits when it is ended on purpose.
    this.#ended.catch(() => {});
  }

  send(message: unknown): void {
    this.#child.send(message);
  }

  /** The message after the last one that was taken. */
  async next(): Promise<unknown> {
    const message = await Promise.race([this.#waiting.promise, this.#ended]);
    this.#waiting = Promise.withResolvers();
    return message;
  }

  end(): Promise<void> {
    return endChild(this.#child);
  }
}
