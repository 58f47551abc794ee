// Sees to it that one process runs per home folder: whoever writes the run file first, under a lock, is the one.
import { explainFileError } from "../config/explain-file-error";
import { withLock } from "../config/lock";
import type { Paths } from "../config/paths";
import { isOwned, type RunFile, readRunFile, writeRunFile } from "./run-file";

/** A start may wait for a keychain that asks its owner for a password. */
const longestStartMs = 60_000;
const lookEveryMs = 50;
/** What is over sooner needs no words. */
const patientLooks = 6;

/**
 * Writes `run` as the run file unless a living process stands there. Waits for one that is just starting or stopping,
 * and returns what one that stays says of itself; null: the place is ours. Throws a CfError if the file cannot be written.
 */
export async function claimRun(paths: Paths, run: RunFile): Promise<RunFile | null> {
  for (;;) {
    const owner = await withLock(paths.runLock, () => claimUnderLock(paths, run), {
      doing: "Claude Failover is being started",
    });
    if (owner === null) return null;
    const started = await awaitSettled(paths);
    if (started !== null) return started;
  }
}

async function claimUnderLock(paths: Paths, run: RunFile): Promise<RunFile | null> {
  const owner = await findOwner(paths);
  if (owner !== null) return owner;
  try {
    writeRunFile(paths.runFile, run);
  } catch (error) {
    throw explainFileError("run_file_unwritable", "write", paths.runFile, error);
  }
  return null;
}

/** Waits for a process that somebody else starts. null: none serves in time. */
export async function awaitServing(paths: Paths, deadlineMs = 15_000): Promise<RunFile | null> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const owner = await findOwner(paths);
    if (owner?.phase === "serving") return owner;
    if (performance.now() > deadline) return null;
    await Bun.sleep(lookEveryMs);
  }
}

/** The run file of a living process, or null. */
export async function findOwner(paths: Paths): Promise<RunFile | null> {
  const run = await readRunFile(paths.runFile);
  return run !== null && (await isOwned(run)) ? run : null;
}

/**
 * The process that runs; one that is just starting or stopping is waited for, of which `onWait` is told once. null:
 * there is none, or no more.
 */
export async function awaitSettled(
  paths: Paths,
  onWait: (owner: RunFile) => void = () => {},
): Promise<RunFile | null> {
  const deadline = performance.now() + longestStartMs;
  let looks = 0;
  for (;;) {
    const owner = await findOwner(paths);
    const isPassing = owner?.phase === "starting" || owner?.phase === "draining";
    if (owner === null || !isPassing || performance.now() > deadline) return owner;
    if (looks++ === patientLooks) onWait(owner);
    await Bun.sleep(lookEveryMs);
  }
}
