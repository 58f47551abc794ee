// `cf start -d`: starts the supervisor, and returns only when the proxy answers, or with the reason why it does not.
import type { Paths } from "../config/paths";
import { CfError, type ExitCode, exitCode } from "../errors";
import { awaitSettled, findOwner } from "./claim-run";
import { findProxy, type ProxyLookup } from "./client";
import { describeEnd } from "./describe-end";
import type { RunFile } from "./run-file";
import { selfCommand } from "./self-command";
import { parseReport, type StartReport, withSupervision } from "./supervision";

export interface DaemonOptions {
  readonly paths: Paths;
  /** Port of the main profile, for this run only. */
  readonly port: number | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of a process that is just starting or stopping, and waited for. */
  readonly onWait: (owner: RunFile) => void;
}

export interface StartedDaemon {
  readonly run: RunFile;
  /** It ran before, and was left alone. */
  readonly already: boolean;
  /** What a person should know, in words. */
  readonly warnings: readonly string[];
}

/** A keychain may ask its owner for a password first. */
const longestStartMs = 60_000;
const firstAnswerMs = 20_000;
const longestEndMs = 5_000;

/** Throws a CfError with the words of the proxy itself if it cannot start. */
export async function startDaemon(options: DaemonOptions): Promise<StartedDaemon> {
  const { paths } = options;
  const running = await awaitSettled(paths, options.onWait);
  if (running !== null) return { run: running, already: true, warnings: [] };
  const instance = crypto.randomUUID();
  const report = await startSupervisor(instance, options);
  if (report.type === "failed") throw explainFailure(report);
  if (report.type === "occupied") {
    const owner = await findOwner(paths);
    if (owner !== null) return { run: owner, already: true, warnings: [] };
    throw new CfError("start_failed", `The process ${report.pid} ran at first, and is gone now.`, {
      hint: "Try again.",
    });
  }
  const found = await findAnswering(paths);
  if (found.state === "running" && found.run.instance === instance) {
    return { run: found.run, already: false, warnings: report.warnings };
  }
  const reason = "reason" in found ? found.reason : "another instance answers";
  throw new CfError("start_failed", `The proxy was started, but does not answer: ${reason}.`, {
    hint: "See cf status and cf logs.",
  });
}

/** It says that it serves; on a machine that is very busy, its first answer may still take a while. */
async function findAnswering(paths: Paths): Promise<ProxyLookup> {
  const deadline = performance.now() + firstAnswerMs;
  for (;;) {
    const found = await findProxy(paths);
    if (found.state !== "not answering" || performance.now() > deadline) return found;
  }
}

async function startSupervisor(instance: string, { paths, port, env }: DaemonOptions): Promise<StartReport> {
  const reported = Promise.withResolvers<StartReport>();
  const supervision = { instance, port, supervisor: null, restarts: null };
  const child = Bun.spawn([...selfCommand(), "supervise"], {
    // A session of its own: the terminal may close. No folder of the user's is held busy.
    detached: true,
    cwd: paths.home,
    env: withSupervision(keepHome(env, paths), supervision),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    serialization: "json",
    ipc(message) {
      const report = parseReport(message);
      if (report !== null) reported.resolve(report);
    },
  });
  void child.exited.then(() => {
    const end = describeEnd({ exitCode: child.exitCode, signal: child.signalCode, stderr: "" });
    reported.resolve(failed(`The background process ${end} before the proxy answered.`));
  });
  const timer = setTimeout(() => {
    child.kill("SIGTERM");
    reported.resolve(failed(`The proxy did not answer within ${longestStartMs / 1000} s.`));
  }, longestStartMs);
  const report = await reported.promise;
  clearTimeout(timer);
  // What failed takes its run file along when it ends: whoever tries again at once must not find it.
  if (report.type === "failed") await Promise.race([child.exited, Bun.sleep(longestEndMs)]);
  child.disconnect();
  child.unref();
  return report;
}

/** The working folder changes, and a relative CF_HOME would with it. */
function keepHome(env: DaemonOptions["env"], paths: Paths): DaemonOptions["env"] {
  return env.CF_HOME ? { ...env, CF_HOME: paths.home } : env;
}

function failed(message: string): StartReport {
  return { type: "failed", code: "start_failed", message, hint: "See cf logs.", exit: exitCode.failed };
}

function explainFailure({ code, message, hint, exit }: Extract<StartReport, { type: "failed" }>): CfError {
  const known = Object.values(exitCode).find((one): one is ExitCode => one === exit && one !== exitCode.ok);
  return new CfError(code, message, {
    exit: known ?? exitCode.failed,
    ...(hint === null ? {} : { hint }),
  });
}
