// Lets one process at a time do something. A lock whose owner is dead is taken over.
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { CfError } from "../errors";
import { explainFileError, fileErrorCode } from "./explain-file-error";
import { processStartTime } from "./process-start-time";

export interface LockOptions {
  /** Milliseconds until the wait for another owner is given up. */
  readonly deadlineMs?: number;
  /** What is going on while it is held, for messages; by default "The config is being changed". */
  readonly doing?: string;
}

export interface HeldLock {
  /** False if somebody took the lock away (a process that was suspended for long may look dead in another container). */
  isStillHeld(): Promise<boolean>;
}

interface Owner {
  readonly pid: number;
  /** As `processStartTime` gave it; null where the system does not tell. */
  readonly processStart: string | null;
}

const defaultDeadlineMs = 10_000;
const longestPauseMs = 50;
/** An owner writes its name right after creating the lock; one that has not by now was killed in between. */
const namelessForMs = 2_000;

/**
 * Runs `action` while holding the lock file at `path`. Waits for another owner; throws a CfError `config_locked` that
 * names it when the deadline passes.
 */
export async function withLock<Result>(
  path: string,
  action: (lock: HeldLock) => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const content = JSON.stringify({
    pid: process.pid,
    processStart: await processStartTime(process.pid),
    nonce: crypto.randomUUID(),
  });
  await acquire(path, content, options);
  const isStillHeld = async () => (await readLock(path)) === content;
  try {
    return await action({ isStillHeld });
  } finally {
    if (await isStillHeld()) await rm(path, { force: true });
  }
}

async function acquire(path: string, content: string, options: LockOptions): Promise<void> {
  const deadline = performance.now() + (options.deadlineMs ?? defaultDeadlineMs);
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (create(path, content)) return;
    const found = await readLock(path);
    if (found === null) continue;
    if ((await isAbandoned(path, found)) && (await takeAway(path, found, content))) continue;
    if (performance.now() >= deadline)
      throw lockedError(path, found, options.doing ?? "The config is being changed");
    // Waiters that began together must not stay in step.
    await Bun.sleep(pauseMs * (0.5 + Math.random()));
  }
}

/** Synchronous, so that no other task of this process comes between creation and name. */
function create(path: string, content: string): boolean {
  try {
    const file = openSync(path, "wx", 0o600);
    try {
      writeSync(file, content);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") return false;
    throw explainFileError("config_unwritable", "create", path, error);
  }
}

/** The lock's content; null if there is no lock. */
async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return null;
    throw explainFileError("config_unwritable", "read", path, error);
  }
}

async function isAbandoned(path: string, content: string): Promise<boolean> {
  const owner = parseOwner(content);
  if (owner === null) return isOlderThan(path, namelessForMs);
  if (owner.processStart === null) return !isRunning(owner.pid);
  return (await processStartTime(owner.pid)) !== owner.processStart;
}

/**
 * Removes an abandoned lock; false if somebody else is just doing that. Waiters that saw the same dead owner must not
 * remove the lock that the quickest of them made meanwhile: so they go one by one, and each looks again.
 */
async function takeAway(path: string, abandoned: string, content: string): Promise<boolean> {
  const turn = `${path}.takeover`;
  if (!create(turn, content)) {
    const other = await readLock(turn);
    if (other !== null && (await isAbandoned(turn, other))) await rm(turn, { force: true });
    return false;
  }
  try {
    if ((await readLock(path)) === abandoned) await rm(path, { force: true });
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

function parseOwner(content: string): Owner | null {
  try {
    const { pid, processStart } = JSON.parse(content);
    if (!Number.isSafeInteger(pid) || pid <= 0) return null;
    return { pid, processStart: typeof processStart === "string" ? processStart : null };
  } catch {
    // Not fully written yet, or not written by us.
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return fileErrorCode(error) === "EPERM";
  }
}

async function isOlderThan(path: string, ms: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > ms;
  } catch {
    // It is gone: the next look will tell.
    return false;
  }
}

function lockedError(path: string, content: string, doing: string): CfError {
  const owner = parseOwner(content);
  const who = owner === null ? "another process" : `the process ${owner.pid}`;
  return new CfError("config_locked", `${doing} by ${who}.`, {
    hint: `Try again. If that process hangs, end it; if it does not exist, remove ${path}.`,
  });
}
