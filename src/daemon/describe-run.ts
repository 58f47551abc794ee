// A run in words: what `cf start` says when the proxy answers, or when one runs already.
import { reachableHost } from "../config/loopback";
import { mainProfile } from "../config/main-profile";
import type { RunFile } from "./run-file";

/** What a person needs right after the start. */
export function describeStart(run: RunFile, keyCount: number): string[] {
  const main = mainProfile(run.profiles);
  return [
    `Claude Failover ${run.version} listens on ${addresses(run)}.`,
    keyCount === 0
      ? "There is no key yet. Add one with: cf add-key"
      : `Point a client at it: export ANTHROPIC_BASE_URL=${addressOf(run, main?.port ?? 0)}`,
  ];
}

/** What `cf start -d` says when the proxy answers. */
export function describeDaemon(run: RunFile): string[] {
  const main = mainProfile(run.profiles);
  const dashboard = dashboardOf(run);
  return [
    `Claude Failover ${run.version} runs in the background (process ${run.pid}) at ${addresses(run)}.`,
    `Point a client at it: export ANTHROPIC_BASE_URL=${addressOf(run, main?.port ?? 0)}`,
    `Dashboard: ${dashboard}   State: cf status   Log: cf logs -f   End: cf stop`,
  ];
}

/** The dashboard's address; null while no port is open. */
export function dashboardOf(run: RunFile): string | null {
  const main = mainProfile(run.profiles);
  return main === undefined ? null : `${addressOf(run, main.port)}/dashboard/`;
}

/** Why a start does not go on yet. */
export function describeWait({ pid, phase }: RunFile): string {
  return phase === "draining"
    ? `Waiting for the process ${pid}, which is stopping. To cut it off: cf stop`
    : `Waiting for the process ${pid}, which is starting.`;
}

/** What a second start says. */
export function describeOwner(run: RunFile): string {
  const name = `Claude Failover already runs (process ${run.pid})`;
  if (run.phase === "draining") return `${name}, but does not stop.`;
  if (run.phase === "waiting")
    return `${name}, but crashed and is about to be started again. At once: cf restart`;
  if (run.phase === "starting") return `${name}, but has not finished starting yet.`;
  return `${name} at ${addresses(run)}.`;
}

/** The address of a profile of the running proxy. */
export function addressOf(run: RunFile, port: number): string {
  return `http://${reachableHost(run.host)}:${port}`;
}

function addresses(run: RunFile): string {
  return run.profiles.map(({ name, port }) => `${addressOf(run, port)} (${name})`).join(", ");
}
