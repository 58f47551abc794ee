// `cf status --json`: everything that the screen shows, for scripts. Times are ISO 8601 in UTC.
import { addressOf } from "../daemon/describe-run";
import type { RunFile } from "../daemon/run-file";
import type { StatusView } from "./read-status";

export function statusJson({ found, warnings }: StatusView): Record<string, unknown> {
  if (found.state === "not running")
    return { running: false, state: "stopped", reason: found.reason, warnings };
  const { run } = found;
  if (found.state !== "running") {
    const isGone = found.state === "restarting";
    const state = found.state === "not answering" ? "not_answering" : found.state;
    return { running: !isGone, state, status: null, ...describeRun(run), reason: found.reason };
  }
  const { health } = found;
  const profiles = health.profiles.length > 0 ? health.profiles : run.profiles;
  return {
    running: true,
    state: "running",
    status: health.status,
    version: health.version,
    ...describeRun(run),
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
    today: health.today,
    learnt: health.learnt,
    configError: health.configError,
    warnings,
  };
}

function describeRun({ pid, mode, supervisor, restarts, draining }: RunFile): Record<string, unknown> {
  return {
    pid,
    mode,
    supervisorPid: supervisor?.pid ?? null,
    restarts:
      restarts === null
        ? null
        : {
            count: restarts.count,
            lastReason: restarts.lastReason,
            lastAt: toIso(restarts.lastAt),
            nextAt: toIso(restarts.nextAt),
          },
    draining: draining === null ? null : { since: toIso(draining.since), requests: draining.requests },
  };
}

function toIso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
