// `cf start` in the foreground: one proxy until a signal ends it.
import { explainFileError } from "../config/explain-file-error";
import { readConfig } from "../config/file";
import { ensureHome, type Paths } from "../config/paths";
import type { Config } from "../config/types";
import { type ExitCode, exitCode } from "../errors";
import { redact } from "../redact";
import { startProxy } from "../server/start-proxy";
import { KnownSecrets } from "../state/known-secrets";
import { version } from "../version";
import { drainOnSignal } from "./drain-on-signal";
import { describeRun, followConfig } from "./follow-config";
import { LogFile } from "./log-file";
import { logRequests } from "./log-requests";
import { resolveTokens } from "./resolve-tokens";
import {
  describeThisProcess,
  isAlive,
  type RunFile,
  readRunFile,
  removeRunFile,
  writeRunFile,
} from "./run-file";

export interface ServeOptions {
  paths: Paths;
  /** Port of the main profile, for this run only. */
  port?: number;
  /** Where the proxy says what a person at the terminal wants to know. */
  say: (line: string) => void;
  /** Where it says what goes wrong. */
  warn: (line: string) => void;
}

const faults = ["uncaughtException", "unhandledRejection"] as const;

/** Resolves after the proxy has stopped. Throws a CfError if it cannot start. */
export async function serve({ paths, port, say, warn }: ServeOptions): Promise<ExitCode> {
  const running = await readRunFile(paths.runFile);
  if (running !== null && (await isAlive(running))) {
    say(`Claude Failover already runs (process ${running.pid}) at ${addresses(running).join(", ")}.`);
    return exitCode.ok;
  }
  const loaded = await readConfig(paths);
  const { config } = loaded;
  await ensureHome(paths);
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
  const resolve = (wanted: Config) => resolveTokens(wanted, process.env);
  const run = await describeThisProcess({ version, host: config.host, profiles: [] });
  const proxy = startProxy({
    paths,
    loaded,
    tokens: await resolve(config),
    resolveTokens: resolve,
    secrets,
    version,
    instance: run.instance,
    reportBug,
    ...(port === undefined ? {} : { port }),
  });
  logRequests(proxy.runtime.bus, log);
  try {
    writeRunFile(paths.runFile, describeRun(run, proxy));
  } catch (error) {
    proxy.close();
    throw explainFileError("run_file_unwritable", "write", paths.runFile, error);
  }
  const { profiles } = describeRun(run, proxy);
  log.log("info", "started", { version, pid: process.pid, profiles });
  for (const line of describeStart({ ...run, profiles }, config.keys.size)) say(line);
  for (const { title, remedy } of proxy.health().warnings) warn(hide(`warning: ${title} ${remedy}`.trim()));
  followConfig(proxy, { paths, run, log, warn: (line) => warn(hide(line)) });
  // A fault in one request must not cut the others off.
  for (const event of faults) process.on(event, reportBug);
  try {
    await drainOnSignal(proxy, { say, log });
  } finally {
    for (const event of faults) process.off(event, reportBug);
    proxy.close();
    await removeRunFile(paths.runFile, run.instance);
    log.log("info", "stopped");
    await log.flush();
  }
  return exitCode.ok;
}

function describeStart(run: RunFile, keyCount: number): string[] {
  const lines = [`Claude Failover ${version} listens on ${addresses(run).join(", ")}.`];
  if (keyCount === 0) lines.push("There is no key yet. Add one with: cf add-key");
  else
    lines.push(`Point a client at it: export ANTHROPIC_BASE_URL=${baseUrl(run, run.profiles[0]?.port ?? 0)}`);
  return lines;
}

function addresses(run: RunFile): string[] {
  return run.profiles.map(({ name, port }) => `${baseUrl(run, port)} (${name})`);
}

function baseUrl(run: RunFile, port: number): string {
  const everywhere = run.host === "0.0.0.0" || run.host === "::";
  const host = everywhere ? "127.0.0.1" : run.host.includes(":") ? `[${run.host}]` : run.host;
  return `http://${host}:${port}`;
}
