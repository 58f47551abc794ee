// What `cf status` knows: the state of the proxy, what a person should know beside it, and the exit code for it.
import type { Paths } from "../config/paths";
import type { Warning } from "../config/types";
import { findProxy, type ProxyLookup } from "../daemon/client";
import type { Health } from "../daemon/health";
import type { Timestamp } from "../engine/types";
import { CfError, type ExitCode, exitCode } from "../errors";
import { version } from "../version";

export interface StatusView {
  readonly found: ProxyLookup;
  /** Worst first. */
  readonly warnings: readonly Warning[];
  readonly now: Timestamp;
  readonly code: ExitCode;
}

/** Of a config; all of them could fill more than a screen. */
const mostFaults = 3;

export async function readStatus(paths: Paths): Promise<StatusView> {
  const found = await findProxy(paths);
  const warnings =
    found.state === "running" ? collectWarnings(found.health) : await findHindrance(found, paths);
  return { found, warnings, now: Date.now(), code: codeOf(found) };
}

function codeOf(found: ProxyLookup): ExitCode {
  if (found.state === "not answering") return exitCode.failed;
  if (found.state !== "running") return exitCode.notRunning;
  return found.health.status === "unavailable" ? exitCode.noKeyServes : exitCode.ok;
}

function collectWarnings(health: Health): Warning[] {
  const { configError } = health;
  const told = new Set(health.warnings.map((warning) => warning.title));
  const closed = health.profiles.flatMap(({ error }) => (error === null || told.has(error) ? [] : error));
  const remedy = "The last good config stays in force until this is fixed.";
  return [
    ...(configError === null
      ? []
      : [{ code: "config_invalid", title: configError.message, severity: "error" as const, remedy }]),
    ...closed.map((title) => ({ code: "port_closed", title, severity: "error" as const, remedy: "" })),
    ...health.warnings,
    ...(health.version === version ? [] : [otherVersion(health.version)]),
  ];
}

/** What would keep a proxy that is stopped from starting. */
async function findHindrance({ state }: ProxyLookup, paths: Paths): Promise<Warning[]> {
  if (state !== "not running" || !(await Bun.file(paths.config).exists())) return [];
  const { readConfig } = await import("../config/file");
  try {
    await readConfig(paths);
    return [];
  } catch (error) {
    if (!(error instanceof CfError)) throw error;
    const faults = error.message.split("\n");
    const left = faults.length - mostFaults;
    const title = [
      ...faults.slice(0, mostFaults),
      ...(left > 0 ? [`and ${left} more: cf config validate`] : []),
    ];
    const remedy = error.hint ?? "Correct it, then start the proxy: cf start";
    return [{ code: error.code, title: title.join("\n"), severity: "error", remedy }];
  }
}

function otherVersion(running: string): Warning {
  return {
    code: "version_differs",
    title: `The running proxy is version ${running}, this command ${version}.`,
    severity: "warn",
    remedy: "Restart the proxy to update it: cf restart",
  };
}
