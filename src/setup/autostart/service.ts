// What a service of ours is, before any service manager puts it into its own words.
import { join } from "node:path";
import { CfError } from "../../errors";
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
  return `claude-failover-${Bun.CryptoHasher.hash("sha256", home, "hex").slice(0, 8)}`;
}

/** Throws a CfError for a path that no manager's format can hold. */
export function makeService(machine: Machine, executable: string): Service {
  const service = {
    name: serviceName(machine),
    executable,
    cfHome: carriedHome(machine),
    outputFile: join(machine.paths.logs, "autostart.log"),
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line end in a path would begin a new setting.
  if (!/[\u0000-\u001f\u007f]/.test([executable, service.outputFile].join(""))) return service;
  throw new CfError("autostart_odd_path", "Autostart cannot name a path with control characters.", {
    hint: "Move the program, or the folder that CF_HOME names.",
  });
}
