// Stops the running proxy for `cf stop` and `cf restart`, and says meanwhile what it waits for.
import type { Paths } from "../config/paths";
import type { RunFile } from "../daemon/run-file";
import { findService, type RunningService } from "./find-service";
import type { Channel } from "./output";

export interface Stopped {
  readonly run: RunFile;
  /** The service manager that ran it, or null. */
  readonly service: RunningService | null;
}

/** Returns what was stopped, or null if nothing ran. Ctrl-C does not end the wait: it cuts off what is waited for. */
export async function stopRunning(
  paths: Paths,
  env: Readonly<Record<string, string | undefined>>,
  err: Channel,
): Promise<Stopped | null> {
  const { findOwner } = await import("../daemon/claim-run");
  const { stopProxy } = await import("../daemon/stop-proxy");
  const service = await findService(await findOwner(paths), paths, env);
  const impatient = Promise.withResolvers<void>();
  const onSignal = () => impatient.resolve();
  process.on("SIGINT", onSignal);
  try {
    const run = await stopProxy({
      paths,
      impatient: impatient.promise,
      onWaiting: (current, isForced) => sayWaiting(current.draining?.requests ?? 0, isForced, err),
      ...(service === null ? {} : { askManager: () => service.stop() }),
    });
    return run === null ? null : { run, service };
  } finally {
    process.off("SIGINT", onSignal);
  }
}

function sayWaiting(requests: number, isForced: boolean, err: Channel): void {
  if (requests === 0) return;
  const open = `${requests} running ${requests === 1 ? "request" : "requests"}`;
  err.line(
    isForced
      ? `Cutting off ${open}.`
      : `Waiting for ${open}, 30 s at most. Ctrl-C, or cf stop again, cuts off what still runs.`,
  );
}
