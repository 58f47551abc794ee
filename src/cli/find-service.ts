// Finds out whether a service manager started the proxy that runs, and speaks with that manager.
import type { Paths } from "../config/paths";
import type { RunFile } from "../daemon/run-file";

export interface RunningService {
  /** "systemd", "launchd", for people. */
  readonly title: string;
  /** Has the manager stop it, and not start it again; returns when the manager has agreed. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** The service that `run` is, or null if it was started by hand. Reads one file, and asks the manager only if there is one. */
export async function findService(
  run: RunFile | null,
  paths: Paths,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RunningService | null> {
  if (run === null || run.mode === "daemon") return null;
  const { thisMachine } = await import("../setup/make-context");
  const autostart = await import("../setup/autostart/read-autostart");
  const machine = thisMachine(paths, env);
  const found = await autostart.readAutostart(machine);
  if (found === null) return null;
  const { pid, active } = await autostart.readAutostartState(machine);
  // Where the manager does not tell the process, one that it calls active is taken for ours.
  if (!active || (pid !== null && pid !== run.pid)) return null;
  return {
    title: found.title,
    stop: () => autostart.stopAutostart(machine),
    start: () => autostart.startAutostart(machine),
  };
}
