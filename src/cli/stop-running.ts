// Stops the running proxy for `cf stop` and `cf restart`, and says meanwhile what it waits for.
import type { Paths } from "../config/paths";
import type { RunFile } from "../daemon/run-file";
import type { Channel } from "./output";

/** Returns what was stopped, or null if nothing ran. Ctrl-C does not end the wait: it cuts off what is waited for. */
export async function stopRunning(paths: Paths, err: Channel): Promise<RunFile | null> {
  const { stopProxy } = await import("../daemon/stop-proxy");
  const impatient = Promise.withResolvers<void>();
  const onSignal = () => impatient.resolve();
  process.on("SIGINT", onSignal);
  try {
    return await stopProxy({
      paths,
      impatient: impatient.promise,
      onWaiting: (run, isForced) => {
        const requests = run.draining?.requests ?? 0;
        if (requests === 0) return;
        const open = `${requests} running ${requests === 1 ? "request" : "requests"}`;
        err.line(
          isForced
            ? `Cutting off ${open}.`
            : `Waiting for ${open}, 30 s at most. Ctrl-C, or cf stop again, cuts off what still runs.`,
        );
      },
    });
  } finally {
    process.off("SIGINT", onSignal);
  }
}
