// What a service of ours is, before any service manager puts it into its own words.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Machine } from "../types";

export interface Service {
  /** Also the name of its file: one for each home folder, so that two proxies do not share a service. */
  readonly name: string;
  /** What it runs, with the argument `start`. */
  readonly executable: string;
  /** Carried in its environment; null: it finds the home folder by itself. */
  readonly cfHome: string | null;
  /** Takes what the process writes before its own log is open, and a crash report. */
  readonly outputFile: string;
}

export type ManagerKind = "launchd" | "systemd" | "task-scheduler";

export interface ServiceState {
  /** Whether it starts at login; null: the manager does not tell. */
  readonly enabled: boolean | null;
  readonly active: boolean;
  /** null: it does not run, or the manager does not tell. */
  readonly pid: number | null;
}

/** Managers start a service without the variables of the user's shell: XDG_CONFIG_HOME is one of them. */
export function carriedHome({ paths, userHome }: Machine): string | null {
  return paths.home === join(userHome, ".config", "claude-failover") ? null : paths.home;
}

/** `claude-failover`, with a suffix for any home folder but the usual one. */
export function serviceName(machine: Machine): string {
  const home = carriedHome(machine);
  if (home === null) return "claude-failover";
  return `claude-failover-${createHash("sha256").update(home).digest("hex").slice(0, 8)}`;
}

export function makeService(machine: Machine, executable: string): Service {
  return {
    name: serviceName(machine),
    executable,
    cfHome: carriedHome(machine),
    outputFile: join(machine.paths.logs, "autostart.log"),
  };
}
