// cf status: one screen that answers which key serves, who is out, until when, and why.
import type { Paths } from "../../config/paths";
import type { Warning } from "../../config/types";
import type { Health } from "../../daemon/health";
import { type ExitCode, exitCode } from "../../errors";
import { version } from "../../version";
import { defineCommand } from "../command";
import type { Output } from "../output";

export const statusCommand = defineCommand({
  positionals: [],
  flags: { json: { type: "switch", summary: "Print JSON" } },
  details: "Exit code: 0 it can serve, 3 it does not run, 4 it runs but no key can serve.",
  async run({ flags, output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    return flags.json ? printJson(resolvePaths(env), output) : printScreen(resolvePaths(env), output);
  },
});

async function printScreen(paths: Paths, { out, err }: Output): Promise<ExitCode> {
  const { findProxy } = await import("../../daemon/client");
  const found = await findProxy(paths);
  if (found.state === "not running") {
    out.line(`${out.paint.dim("○")} ${out.paint.bold("Claude Failover")} is not running`);
    err.line("Start it: cf start");
    return exitCode.notRunning;
  }
  if (found.state === "not answering") {
    out.line(
      `${out.paint.red("●")} ${out.paint.bold("Claude Failover")} has a process (pid ${found.run.pid}), but does not answer: ${found.reason}`,
    );
    return exitCode.failed;
  }
  const { renderStatus } = await import("../render-status");
  const { run, health } = found;
  const view = { run, health, warnings: collectWarnings(health), now: Date.now() };
  out.line(renderStatus(view, out.paint, out.width));
  return codeOf(health);
}

async function printJson(paths: Paths, { out }: Output): Promise<ExitCode> {
  const { findProxy } = await import("../../daemon/client");
  const found = await findProxy(paths);
  if (found.state === "not running") {
    out.line(JSON.stringify({ running: false, reason: found.reason }, null, 2));
    return exitCode.notRunning;
  }
  const { run } = found;
  if (found.state === "not answering") {
    out.line(JSON.stringify({ running: true, status: null, pid: run.pid, reason: found.reason }, null, 2));
    return exitCode.failed;
  }
  const { addressOf } = await import("../render-status");
  const { health } = found;
  const profiles = health.profiles.length > 0 ? health.profiles : run.profiles;
  const status = {
    running: true,
    status: health.status,
    version: health.version,
    pid: run.pid,
    uptimeSeconds: health.uptimeSeconds,
    profiles: profiles.map(({ name, port, ...rest }) => ({
      name,
      port,
      url: addressOf(run, port),
      error: "error" in rest ? rest.error : null,
    })),
    keys: health.keys.map((key) => ({
      ...key,
      until: toIso(key.until),
      cooldowns: key.cooldowns.map((cooldown) => ({ ...cooldown, until: toIso(cooldown.until) })),
    })),
    queue: health.queue.map((entry) => ({ ...entry, until: toIso(entry.until) })),
    learnt: health.learnt,
    configError: health.configError,
    warnings: collectWarnings(health),
  };
  out.line(JSON.stringify(status, null, 2));
  return codeOf(health);
}

/** What a person should know beside the keys, worst first. */
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

function codeOf(health: Health): ExitCode {
  return health.status === "unavailable" ? exitCode.noKeyServes : exitCode.ok;
}

function toIso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
