// The life of one proxy: log, listeners, run file, and its end when a signal or the supervisor asks for it.
import type { LoadedConfig } from "../config/file";
import type { Key, Warning } from "../config/types";
import { type ExitCode, exitCode } from "../errors";
import { redact } from "../redact";
import { readSecrets } from "../server/secret-reader";
import { startProxy } from "../server/start-proxy";
import { KnownSecrets } from "../state/known-secrets";
import { type OpenedStore, openStore } from "../state/ledger/store/open-store";
import { version } from "../version";
import { describeStart } from "./describe-run";
import { drainOnSignal } from "./drain-on-signal";
import { describePlaces, followConfig } from "./follow-config";
import { LogFile } from "./log-file";
import { logRequests } from "./log-requests";
import type { OwnRunFile } from "./own-run-file";
import { resolveToken } from "./resolve-token";
import type { ServeOptions } from "./serve";
import { warnOfRun } from "./warn-of-run";

export interface RunOptions extends ServeOptions {
  readonly loaded: LoadedConfig;
  /** What had to be mended before the start. */
  readonly repaired: readonly Warning[];
  /** Claimed; says "serving" once that is true. */
  readonly run: OwnRunFile;
}

const faults = ["uncaughtException", "unhandledRejection"] as const;

/** Resolves after the proxy has stopped; the run file is then still there. Throws a CfError if it cannot start. */
export async function runProxy(options: RunOptions): Promise<ExitCode> {
  const store = await openStore(options.paths.state, options.loaded.config);
  try {
    return await runWith(store, options);
  } finally {
    await store.client.close();
  }
}

async function runWith(store: OpenedStore, options: RunOptions): Promise<ExitCode> {
  const { paths, port, say, warn, loaded, repaired, run } = options;
  const { config } = loaded;
  const secrets = new KnownSecrets();
  const hide = (text: string) => redact(text, secrets);
  const log = new LogFile({
    path: paths.logFile,
    level: config.logLevel,
    maxSize: config.maxLogSize,
    redact: hide,
    onTrouble: (error) => warn(hide(`The log cannot be written: ${String(error)}`)),
  });
  const reportBug = (error: unknown) => {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.log("error", "internal error", { detail });
    warn(hide(`Internal error, see the log: ${error instanceof Error ? error.message : String(error)}`));
  };
  const resolve = (key: Key) => resolveToken(key, process.env);
  const { tokens, late } = await readSecrets(config, resolve);
  const tooOpen = repaired.filter(({ code }) => code === "mode_too_open");
  const proxy = startProxy({
    paths,
    loaded,
    tokens,
    lateTokens: late,
    resolveToken: resolve,
    secrets,
    store,
    version,
    instance: run.current.instance,
    warnings: () => [...tooOpen, ...warnOfRun(run.current, log.trouble)],
    onRepaired: (found) => {
      for (const { title, remedy } of found) {
        log.log("warn", title);
        warn(hide(`warning: ${title} ${remedy}`.trim()));
      }
    },
    reportBug,
    ...(port === null ? {} : { port }),
  });
  logRequests(proxy.runtime, log);
  const places = describePlaces(proxy, run.current);
  try {
    run.update({ ...places, phase: "serving" });
  } catch (error) {
    proxy.close();
    throw error;
  }
  log.log("info", "started", { version, pid: process.pid, profiles: places.profiles });
  for (const { title } of repaired) log.log("warn", title);
  for (const line of describeStart(run.current, config.keys.size)) say(line);
  const told = [...repaired.filter(({ code }) => code === "mode_repaired"), ...proxy.health().warnings].map(
    ({ title, remedy }) => hide(`warning: ${title} ${remedy}`.trim()),
  );
  for (const line of told) warn(line);
  followConfig(proxy, { run, log, warn: (line) => warn(hide(line)) });
  options.onServing(run.current, told);
  const onOrphaned = () => {
    log.log("warn", "the supervisor is gone: after a crash, nobody starts the proxy again");
    run.note({ supervisor: null });
  };
  if (run.current.supervisor !== null) process.on("disconnect", onOrphaned);
  // A fault in one request must not cut the others off.
  for (const event of faults) process.on(event, reportBug);
  try {
    await drainOnSignal(proxy, {
      say,
      log,
      onDraining: (requests) => run.note({ phase: "draining", draining: { since: Date.now(), requests } }),
    });
  } finally {
    process.off("disconnect", onOrphaned);
    for (const event of faults) process.off(event, reportBug);
    proxy.close();
    log.log("info", "stopped");
    await log.flush();
  }
  return exitCode.ok;
}
