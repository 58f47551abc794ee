// What `cf status` knows: the state of the proxy, what a person should know beside it, and the exit code for it.
import type { Paths } from "../config/paths";
import type { Warning } from "../config/types";
import type { ProxyLookup } from "../daemon/client";
import type { Health } from "../daemon/health";
import type { Timestamp } from "../engine/types";
import { type ExitCode, exitCode } from "../errors";
import { version } from "../version";

export interface StatusView {
  readonly found: ProxyLookup;
  /** Worst first. */
  readonly warnings: readonly Warning[];
  readonly now: Timestamp;
  readonly code: ExitCode;
}

export async function readStatus(paths: Paths): Promise<StatusView> {
  const { findProxy } = await import("../daemon/client");
  const found = await findProxy(paths);
  const warnings = found.state === "running" ? collectWarnings(found.health) : [];
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

function otherVersion(running: string): Warning {
  return {
    code: "version_differs",
    title: `The running proxy is version ${running}, this command ${version}.`,
    severity: "warn",
    remedy: "Restart the proxy to update it: cf restart",
  };
}
