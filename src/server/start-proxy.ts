// Joins runtime, ports and the config that they follow; a profile whose port cannot be opened does not stop the others.
import type { LoadedConfig } from "../config/file";
import { mainProfile } from "../config/main-profile";
import type { Paths } from "../config/paths";
import type { Warning } from "../config/types";
import type { CfError } from "../errors";
import type { KnownSecrets } from "../state/known-secrets";
import type { OpenedStore } from "../state/ledger/store/open-store";
import { BrowserSessions } from "./access/sessions";
import { type HealthReport, reportHealth } from "./health";
import type { Listener } from "./listener";
import { ListenerSet } from "./listener-set";
import { LiveConfig } from "./live-config";
import { openMetrics } from "./metrics/open-metrics";
import { openDashboard } from "./open-dashboard";
import { Runtime } from "./runtime";
import type { ResolvedTokens, ResolveToken } from "./secret-reader";

export interface StartOptions {
  paths: Paths;
  loaded: LoadedConfig;
  tokens: ResolvedTokens;
  /** The tokens once slow keychains have answered. */
  lateTokens?: Promise<ResolvedTokens> | null;
  /** Reads a secret of a changed config. */
  resolveToken: ResolveToken;
  /** Is kept up to date with what must not be shown. */
  secrets: KnownSecrets;
  version: string;
  /** Where the record of requests is kept; whoever opened it closes it. Absent: only the latest requests are known. */
  store?: OpenedStore | undefined;
  /** Sent with `/health`. */
  instance: string;
  /** Replaces the port of the main profile, for this run only; 0: any free one. */
  port?: number;
  /** What was found around the process, beside the config, for `/health`; asked each time. */
  warnings?: () => readonly Warning[];
  /** Hears of files that other users could read, while it runs. */
  onRepaired?: (told: readonly Warning[]) => void;
  reportBug: (error: unknown) => void;
}

export interface StartedProxy {
  readonly runtime: Runtime;
  /** Follows the file only after its `watch` was called. */
  readonly liveConfig: LiveConfig;
  /** The open ones, in the order of the config. */
  readonly listeners: readonly Listener[];
  /** Profiles whose port is not open, with the reason. */
  readonly failures: ReadonlyMap<string, CfError>;
  health(): HealthReport;
  /** Takes no new requests; resolves when those under way are done. */
  drain(): Promise<void>;
  /** Cuts what is left. */
  close(): void;
}

/** Throws the CfError of the main profile's port, or of the only one's, if it cannot be opened. */
export function startProxy(options: StartOptions): StartedProxy {
  const {
    paths,
    loaded,
    tokens,
    lateTokens = null,
    resolveToken,
    secrets,
    reportBug,
    instance,
    version,
  } = options;
  const { config } = loaded;
  // The binary starts with an engine that is slow to compile (scripts/build), which suits commands only.
  Bun.unsafe.setJITPolicy(1);
  const runtime = new Runtime({ config, tokens, secrets, store: options.store, reportBug });
  const announce = () => {
    runtime.configBus.emit({ hash: liveConfig.loaded.hash, error: liveConfig.error });
  };
  const health = () =>
    reportHealth(runtime, {
      version,
      profiles: () => listeners.reports(),
      configError: () => liveConfig.error,
      warnings: () => [...liveConfig.warnings, ...(options.warnings?.() ?? [])],
    });
  const sessions = new BrowserSessions(Date.now);
  const dashboard = openDashboard({
    runtime,
    sessions,
    paths,
    health,
    instance,
    liveConfig: () => liveConfig,
  });
  const listeners = new ListenerSet({
    runtime,
    sessions,
    health,
    metrics: openMetrics(runtime),
    instance,
    dashboard: dashboard.answer,
    mainPort: options.port,
    onRecovered: announce,
  });
  const liveConfig = new LiveConfig({
    paths,
    loaded,
    tokens,
    lateTokens,
    resolveToken,
    adopt: (next) => {
      runtime.reconfigure(next);
      listeners.reconcile(next.config);
    },
    announce,
    onRepaired: options.onRepaired ?? (() => undefined),
    reportBug,
  });
  const close = () => {
    liveConfig.close();
    listeners.close();
    dashboard.close();
    runtime.close();
  };
  listeners.reconcile(config);
  const main = listeners.failures.get(mainProfile(config.profiles)?.name ?? "");
  const fatal = main ?? (listeners.open.length === 0 ? [...listeners.failures.values()][0] : undefined);
  if (fatal !== undefined) {
    close();
    throw fatal;
  }
  return {
    runtime,
    liveConfig,
    get listeners() {
      return listeners.open;
    },
    get failures() {
      return listeners.failures;
    },
    health,
    drain: () => {
      liveConfig.close();
      return listeners.drain();
    },
    close,
  };
}
