// Ends the running proxy: asks it to drain, tells what it waits for, and forces it when asked again or when it is stuck.
import { fileErrorCode } from "../config/explain-file-error";
import type { Paths } from "../config/paths";
import { CfError } from "../errors";
import { drainMs } from "./drain-limits";
import { isAlive, type ProcessName, type RunFile, readRunFile, removeRunFile } from "./run-file";

export interface StopOptions {
  readonly paths: Paths;
  /** Told first, and whenever the number of requests that are waited for changes. */
  readonly onWaiting: (run: RunFile, isForced: boolean) => void;
  /** Resolves when the person does not want to wait any longer. */
  readonly impatient: Promise<void>;
  /** Has the service manager that runs it ask it instead: one that was not asked would start it again. */
  readonly askManager?: () => Promise<void>;
}

const lookEveryMs = 50;
/** Beyond the time for draining: closing connections, and the supervisor's own patience with a stuck child. */
const graceMs = 8_000;

/** Returns what was stopped; null if nothing ran. Throws a CfError if it cannot be ended. */
export async function stopProxy(options: StopOptions): Promise<RunFile | null> {
  const { paths, onWaiting, impatient, askManager } = options;
  const found = await readRunFile(paths.runFile);
  if (found === null) return null;
  let boss = await bossOf(found);
  const isRunning = boss !== null;
  const wish = { isImpatient: false };
  void impatient.then(() => {
    wish.isImpatient = true;
  });
  let isForced = found.phase === "draining";
  let deadline = performance.now() + (isForced ? 0 : drainMs) + graceMs;
  let told: number | undefined;
  if (boss !== null && askManager !== undefined) await askManager();
  if (boss !== null && (askManager === undefined || isForced)) await ask(boss, isForced);
  for (let run = found; boss !== null; ) {
    const requests = run.draining?.requests ?? 0;
    if (requests !== told) onWaiting(run, isForced);
    told = requests;
    if (wish.isImpatient && !isForced) {
      isForced = true;
      told = undefined;
      deadline = performance.now() + graceMs;
      await ask(boss, true);
    }
    if (performance.now() > deadline) await kill(run);
    await Bun.sleep(lookEveryMs);
    const latest = await readRunFile(paths.runFile);
    // Another start may have taken the place already.
    if (latest !== null && isSameRun(latest, found)) run = latest;
    const next = await bossOf(run);
    // The supervisor was killed, and its child serves on.
    if (next !== null && next.pid !== boss.pid) await ask(next, isForced);
    boss = next;
  }
  await removeRunFile(paths.runFile, found.instance);
  return isRunning ? found : null;
}

/** Who is to be asked: the supervisor, else the serving process; null: neither lives. */
async function bossOf(run: RunFile): Promise<ProcessName | null> {
  if (run.supervisor !== null && (await isAlive(run.supervisor))) return run.supervisor;
  return (await isAlive(run)) ? { pid: run.pid, processStart: run.processStart } : null;
}

function isSameRun(one: RunFile, other: RunFile): boolean {
  if (one.instance === other.instance) return true;
  return (
    one.supervisor !== null &&
    one.supervisor.pid === other.supervisor?.pid &&
    one.supervisor.processStart === other.supervisor.processStart
  );
}

/** The first signal drains, a second one cuts. Whether there was a first one already, the process itself knows best. */
async function ask(boss: ProcessName, isForced: boolean): Promise<void> {
  await signal(boss, "SIGTERM");
  if (!isForced) return;
  await Bun.sleep(lookEveryMs);
  await signal(boss, "SIGTERM");
}

/** The supervisor first, or it would start the next one. */
async function kill(run: RunFile): Promise<void> {
  if (run.supervisor !== null) await signal(run.supervisor, "SIGKILL");
  await signal(run, "SIGKILL");
}

/** Only a process that is the one that was named; a pid may be somebody else's by now. */
async function signal(named: ProcessName, name: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (!(await isAlive(named))) return;
  try {
    process.kill(named.pid, name);
  } catch (error) {
    if (fileErrorCode(error) === "ESRCH") return;
    if (fileErrorCode(error) !== "EPERM") throw error;
    throw new CfError("not_ours", `The process ${named.pid} belongs to another user.`, {
      hint: "Stop it as that user.",
    });
  }
}
