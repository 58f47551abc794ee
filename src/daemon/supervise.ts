// The background process of `cf start -d`: starts the proxy as a child, and again after a crash. Loads no server code.
import { ensureHome, type Paths } from "../config/paths";
import { type ExitCode, exitCode } from "../errors";
import { version } from "../version";
import { claimRun } from "./claim-run";
import { describeEnd } from "./describe-end";
import { LogFile, type Logger } from "./log-file";
import { OwnRunFile } from "./own-run-file";
import { RestartBackoff } from "./restart-backoff";
import { describeThisProcess, type ProcessName } from "./run-file";
import { startServedProcess } from "./served-process";
import { StopOrders } from "./stop-orders";
import { type Supervision, tellParent } from "./supervision";

export interface SuperviseOptions {
  readonly paths: Paths;
  readonly supervision: Supervision;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Resolves when the proxy has stopped for good. What happens at the start is told to the parent, once. */
export async function supervise({ paths, supervision, env }: SuperviseOptions): Promise<ExitCode> {
  await ensureHome(paths);
  const { instance, port } = supervision;
  const facts = { version, host: "", profiles: [], instance, port, mode: "daemon" } as const;
  const me = await describeThisProcess({ ...facts, phase: "starting" });
  const self = { pid: me.pid, processStart: me.processStart };
  const owner = await claimRun(paths, { ...me, supervisor: self });
  if (owner !== null) {
    tellParent({ type: "occupied", pid: owner.pid });
    return exitCode.ok;
  }
  const run = new OwnRunFile(paths.runFile, { ...me, supervisor: self });
  const log = openLog(paths);
  const orders = new StopOrders();
  try {
    return await superviseAs(self, { run, log, orders, env, supervision });
  } finally {
    orders.close();
    await run.remove();
    await log.flush();
  }
}

interface Surroundings {
  readonly run: OwnRunFile;
  readonly log: Logger;
  readonly orders: StopOrders;
  readonly env: SuperviseOptions["env"];
  readonly supervision: Supervision;
}

async function superviseAs(self: ProcessName, around: Surroundings): Promise<ExitCode> {
  const { run, log, orders, env, supervision } = around;
  const backoff = new RestartBackoff();
  let { instance } = supervision;
  let restarts = supervision.restarts;
  for (;;) {
    const served = startServedProcess({ ...supervision, instance, supervisor: self, restarts }, env);
    orders.handTo(served);
    const report = await served.report;
    const isFirst = restarts === null;
    if (isFirst) tellParent(report);
    if (report.type === "ready") log.log("info", "supervising", { pid: served.pid, supervisor: self.pid });
    const end = await served.ended;
    orders.handTo(null);
    if (orders.areGiven || end.exitCode === exitCode.ok) return exitCode.ok;
    // What never worked is an error for the person who starts it; trying again would not mend it.
    if (isFirst && report.type === "failed") return asExitCode(end.exitCode);
    const pauseMs = backoff.next(served.servedMs);
    const lastReason = report.type === "failed" ? `could not start: ${report.message}` : describeEnd(end);
    const nextAt = Date.now() + pauseMs;
    restarts = { count: (restarts?.count ?? 0) + 1, lastAt: Date.now(), lastReason, nextAt };
    log.log("error", "the proxy crashed", {
      reason: lastReason,
      crashes: restarts.count,
      restartInMs: pauseMs,
    });
    instance = crypto.randomUUID();
    run.note({ ...self, instance, phase: "waiting", profiles: [], restarts, draining: null });
    if (!(await orders.pause(pauseMs))) return exitCode.ok;
    restarts = { ...restarts, nextAt: null };
  }
}

/** The served process writes it as well, and knows the limits of the config: this one adds a few lines and rotates nothing. */
function openLog(paths: Paths): LogFile {
  return new LogFile({
    path: paths.logFile,
    level: "info",
    maxSize: Number.POSITIVE_INFINITY,
    // What goes in here has been redacted where it was made.
    redact: (text) => text,
    // Nobody would read it: `cf status` of the served process says that the log cannot be written.
    onTrouble: () => {},
  });
}

function asExitCode(code: number | null): ExitCode {
  return Object.values(exitCode).find((known) => known === code && known !== 0) ?? exitCode.failed;
}
