// Opens one listener per profile over a common runtime; a profile whose port cannot be opened does not stop the others.
import type { Config, Profile, Warning } from "../config/types";
import type { KeyId } from "../engine/types";
import { CfError } from "../errors";
import { type HealthReport, type ProfileReport, reportHealth } from "./health";
import { type Listener, openListener } from "./listener";
import { openDashboard } from "./open-dashboard";
import { type ResolvedToken, Runtime } from "./runtime";

export interface StartOptions {
  config: Config;
  /** SHA-256 of the config file; "absent" without one. */
  configHash: string;
  tokens: ReadonlyMap<KeyId, ResolvedToken>;
  version: string;
  /** Sent with `/health`. */
  instance: string;
  /** Replaces the port of the main profile, for this run only. */
  port?: number;
  /** What was found in the config and around the process, for `/health`; asked each time. */
  warnings: () => readonly Warning[];
  reportBug: (error: unknown) => void;
}

export interface StartedProxy {
  readonly runtime: Runtime;
  readonly listeners: readonly Listener[];
  /** Profiles whose port is not open, with the reason. */
  readonly failed: readonly { profile: string; error: CfError }[];
  health(): HealthReport;
  /** Takes no new requests; resolves when those under way are done. */
  drain(): Promise<void>;
  /** Cuts what is left. */
  close(): void;
}

/** Throws the CfError of the main profile's port, or of the only one's, if it cannot be opened. */
export function startProxy(options: StartOptions): StartedProxy {
  const { config, tokens, reportBug, instance, version } = options;
  const runtime = new Runtime({ config, tokens, reportBug });
  const main = mainProfile(config);
  const listeners: Listener[] = [];
  const failed: { profile: string; error: CfError }[] = [];
  const reports: ProfileReport[] = [];
  const health = () =>
    reportHealth(runtime, {
      version,
      profiles: () => reports,
      // Set by the watcher of the config once there is one; the config of this run was valid.
      configError: () => null,
      warnings: options.warnings,
    });
  const dashboard = openDashboard({ runtime, health, instance, configHash: () => options.configHash });
  for (const profile of config.profiles) {
    const port = profile === main ? (options.port ?? profile.port) : profile.port;
    try {
      const listener = openListener({ profile, port, runtime, health, instance, dashboard });
      listeners.push(listener);
      reports.push({ name: profile.name, port: listener.port, error: null });
    } catch (error) {
      if (!(error instanceof CfError)) throw error;
      failed.push({ profile: profile.name, error });
      reports.push({ name: profile.name, port, error: error.message });
    }
  }
  const fatal = failed.find(({ profile }) => profile === main.name || listeners.length === 0);
  if (fatal !== undefined) {
    for (const listener of listeners) void listener.close(true);
    runtime.close();
    throw fatal.error;
  }
  return {
    runtime,
    listeners,
    failed,
    health,
    drain: async () => {
      await Promise.all(listeners.map((listener) => listener.close(false)));
    },
    close: () => {
      for (const listener of listeners) void listener.close(true);
      runtime.close();
    },
  };
}

/** The profile that `--port` moves and without whose port there is no start: `default`, else the first. */
function mainProfile(config: Config): Profile {
  const main = config.profiles.find((profile) => profile.name === "default") ?? config.profiles[0];
  if (main === undefined) throw new CfError("no_profile", "The config has no profile.");
  return main;
}
