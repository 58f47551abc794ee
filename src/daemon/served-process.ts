// The child of a supervisor: one served process, what it reports of its start, and how it ends.
import type { ProcessEnd } from "./describe-end";
import { describeEnd } from "./describe-end";
import { selfCommand } from "./self-command";
import type { Ordered } from "./stop-orders";
import {
  parseReport,
  type StartReport,
  type Supervision,
  type SupervisorOrder,
  withSupervision,
} from "./supervision";

export interface ServedProcess extends Ordered {
  readonly pid: number;
  /** How the start went. Never rejects; a process that dies before it says anything has failed. */
  readonly report: Promise<StartReport>;
  readonly ended: Promise<ProcessEnd>;
  /** Milliseconds since it answered; 0 if it never did. */
  readonly servedMs: number;
}

/** The last words of a process are at the end of what it wrote. */
const keptCharacters = 4096;

/** Starts `cf serve`. */
export function startServedProcess(
  supervision: Supervision,
  env: Readonly<Record<string, string | undefined>>,
): ServedProcess {
  const reported = Promise.withResolvers<StartReport>();
  let readyAt: number | null = null;
  const child = Bun.spawn([...selfCommand(), "serve"], {
    env: withSupervision(env, supervision),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    serialization: "json",
    ipc(message) {
      const report = parseReport(message);
      if (report === null) return;
      if (report.type === "ready") readyAt = performance.now();
      reported.resolve(report);
    },
  });
  const ended = collectEnd(child);
  void ended.then((end) => {
    const message = `The proxy ${describeEnd(end)}.`;
    reported.resolve({ type: "failed", code: "start_failed", message, hint: null, exit: end.exitCode ?? 1 });
  });
  const order = (message: SupervisorOrder) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    try {
      child.send(message);
    } catch {
      // Without its channel it still hears signals: one drains, two cut.
      child.kill("SIGTERM");
    }
  };
  return {
    pid: child.pid,
    report: reported.promise,
    ended,
    get servedMs() {
      return readyAt === null ? 0 : performance.now() - readyAt;
    },
    drain: () => order({ type: "drain" }),
    cut: () => order({ type: "cut" }),
    kill: () => child.kill("SIGKILL"),
  };
}

async function collectEnd(child: Bun.Subprocess<"ignore", "ignore", "pipe">): Promise<ProcessEnd> {
  const decoder = new TextDecoder();
  let stderr = "";
  const reading = (async () => {
    for await (const bytes of child.stderr) {
      stderr = (stderr + decoder.decode(bytes, { stream: true })).slice(-keptCharacters);
    }
  })();
  await Promise.all([child.exited, reading]);
  return { exitCode: child.exitCode, signal: child.signalCode, stderr };
}
