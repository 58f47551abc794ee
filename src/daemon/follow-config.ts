// What of the process follows the config while it runs: the log's settings, the run file, and words about changes.
import type { StartedProxy } from "../server/start-proxy";
import type { LogFile } from "./log-file";
import type { OwnRunFile } from "./own-run-file";
import type { RunFile } from "./run-file";

export interface FollowOptions {
  run: OwnRunFile;
  log: LogFile;
  /** Says at the terminal what goes wrong. */
  warn: (line: string) => void;
}

/** The ports that are open now, for the run file. */
export function describePlaces(
  proxy: Pick<StartedProxy, "listeners">,
  { host }: Pick<RunFile, "host">,
): Pick<RunFile, "host" | "profiles"> {
  const [first] = proxy.listeners;
  const profiles = proxy.listeners.map(({ profile, port }) => ({ name: profile, port }));
  return { host: first?.host ?? host, profiles };
}

/** Follows the config file until the proxy closes. */
export function followConfig(proxy: StartedProxy, options: FollowOptions): void {
  const { log, warn } = options;
  let hash = proxy.liveConfig.loaded.hash;
  let fault: string | null = null;
  let ports = describePorts(proxy);
  proxy.runtime.configBus.subscribe((event) => {
    const { logLevel: level, maxLogSize: maxSize } = proxy.runtime.config;
    log.configure({ level, maxSize });
    if (event.error !== null && event.error.message !== fault) {
      const { message: error, path, line } = event.error;
      log.log("error", "config not taken over, the last good one stays in force", { error, path, line });
      warn(`The config was not taken over: ${event.error.message}`);
    }
    if (event.error === null && fault !== null) log.log("info", "config is good again");
    fault = event.error?.message ?? null;
    if (event.hash !== hash) log.log("info", "config changed", describeConfig(proxy));
    hash = event.hash;
    const portsNow = describePorts(proxy);
    if (portsNow === ports) return;
    ports = portsNow;
    followPorts(proxy, options);
  });
  proxy.liveConfig.watch();
}

function followPorts(proxy: StartedProxy, { run, log, warn }: FollowOptions): void {
  const { host, profiles } = describePlaces(proxy, run.current);
  log.log("info", "ports changed", { host, profiles });
  for (const { error } of proxy.health().profiles) {
    if (error === null) continue;
    log.log("warn", "port not open", { error });
    warn(error);
  }
  try {
    run.update({ host, profiles });
  } catch (error) {
    // Commands look for us at the old ports until the next change; requests are not concerned.
    log.log("error", "run file not written", { error: String(error) });
    warn(error instanceof Error ? error.message : String(error));
  }
}

function describePorts(proxy: StartedProxy): string {
  const open = proxy.listeners.map(({ host, profile, port }) => `${host} ${port} ${profile}`);
  return [...open, ...[...proxy.failures.values()].map((failure) => failure.message)].join("\n");
}

function describeConfig({ runtime: { config } }: StartedProxy): Record<string, unknown> {
  return { profiles: config.profiles.map(({ name }) => name), keys: [...config.keys.keys()] };
}
