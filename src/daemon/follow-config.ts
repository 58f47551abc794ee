// What of the process follows the config while it runs: the log's settings, the run file, and words about changes.
import type { Paths } from "../config/paths";
import type { StartedProxy } from "../server/start-proxy";
import type { LogFile } from "./log-file";
import { type RunFile, writeRunFile } from "./run-file";

export interface FollowOptions {
  paths: Paths;
  run: RunFile;
  log: LogFile;
  /** Says at the terminal what goes wrong. */
  warn: (line: string) => void;
}

/** `run` with the ports that are open now. */
export function describeRun(run: RunFile, proxy: Pick<StartedProxy, "listeners">): RunFile {
  const [first] = proxy.listeners;
  const profiles = proxy.listeners.map(({ profile, port }) => ({ name: profile, port }));
  return { ...run, host: first?.host ?? run.host, profiles };
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
      log.log("error", "config not taken over, the last good one stays in force", { ...event.error });
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

function followPorts(proxy: StartedProxy, { paths, run, log, warn }: FollowOptions): void {
  const { host, profiles } = describeRun(run, proxy);
  log.log("info", "ports changed", { host, profiles });
  for (const { error } of proxy.health().profiles) {
    if (error === null) continue;
    log.log("warn", "port not open", { error });
    warn(error);
  }
  try {
    writeRunFile(paths.runFile, { ...run, host, profiles });
  } catch (error) {
    // Commands look for us at the old ports until the next change; requests are not concerned.
    log.log("error", "run file not written", { error: String(error) });
    warn(`${paths.runFile} cannot be written: ${String(error)}`);
  }
}

function describePorts(proxy: StartedProxy): string {
  const open = proxy.listeners.map(({ host, profile, port }) => `${host} ${port} ${profile}`);
  return [...open, ...[...proxy.failures.values()].map((failure) => failure.message)].join("\n");
}

function describeConfig({ runtime: { config } }: StartedProxy): Record<string, unknown> {
  return { profiles: config.profiles.map(({ name }) => name), keys: [...config.keys.keys()] };
}
