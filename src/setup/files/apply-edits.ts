// Makes planned edits: backup, journal, then the file, so that a crash between any two steps leaves something undo understands.
import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { explainFileError, fileErrorCode } from "../../config/explain-file-error";
import { withLock } from "../../config/lock";
import { ensureHome, type Paths } from "../../config/paths";
import { removeLeftovers, replaceFile } from "../../config/replace-file";
import { CfError } from "../../errors";
import {
  dropBackup,
  dropStrayBackups,
  hashOf,
  type JournalEntry,
  keepBackup,
  readJournal,
  writeJournal,
} from "../journal";
import type { FileEdit, SetupTool } from "../types";
import { checkWritable, readTarget } from "./read-target";

/** Runs `action` while no other process edits files or the journal. */
export async function withJournalLock<Result>(paths: Paths, action: () => Promise<Result>): Promise<Result> {
  await ensureHome(paths);
  const underLock = async () => {
    // Of processes that were killed.
    await removeLeftovers(paths.setupJournal);
    await dropStrayBackups(paths);
    return action();
  };
  return withLock(`${paths.setupJournal}.lock`, underLock, { doing: "Another setup is under way" });
}

/**
 * Makes the edits one by one. Throws a CfError if one fails: that file is then as it was; the edits before it stay made
 * and are in the journal. Call it under `withJournalLock`.
 */
export async function applyEdits(
  tool: SetupTool,
  edits: readonly FileEdit[],
  context: { readonly paths: Paths; readonly now: () => Date },
): Promise<void> {
  for (const edit of edits) await applyEdit(tool, edit, context.paths, context.now());
}

async function applyEdit(tool: SetupTool, edit: FileEdit, paths: Paths, now: Date): Promise<void> {
  const current = await readTarget(edit.path);
  // Another setup was quicker, with the same edit.
  if (isSame(current.bytes, edit.after) && current.mode === edit.modeAfter) return;
  const isAsPlanned = () => readTarget(edit.path).then((file) => isSame(file.bytes, edit.before));
  if (!isSame(current.bytes, edit.before)) throw changedMeanwhile(edit.path);
  await checkWritable(current);
  const entry: JournalEntry = {
    id: crypto.randomUUID(),
    tool,
    at: now.toISOString(),
    path: edit.path,
    before: edit.before === null ? null : hashOf(edit.before),
    after: hashOf(edit.after),
    modeBefore: edit.modeBefore,
    modeAfter: edit.modeAfter,
    folders: await missingFolders(edit.target),
    ours: edit.ours,
  };
  const entries = await readJournal(paths);
  try {
    if (edit.before !== null) await keepBackup(paths, entry.id, edit.before);
    await writeJournal(paths, [...entries, entry]);
    for (const folder of entry.folders.toReversed()) await makeFolder(folder);
    await removeLeftovers(edit.target);
    const { owner } = current;
    const attributes = { mode: edit.modeAfter, ...(owner !== null && isForeign(owner) ? { owner } : {}) };
    if (!(await replaceFile(edit.target, edit.after, isAsPlanned, attributes))) {
      throw changedMeanwhile(edit.path);
    }
  } catch (error) {
    await forget(entry, entries, paths);
    if (error instanceof CfError) throw error;
    throw explainFileError("setup_unwritable", "write", edit.path, error);
  }
}

/** Of an edit that failed. On a full disk even this may fail: what is left then, undo understands as an edit never made. */
async function forget(entry: JournalEntry, entries: readonly JournalEntry[], paths: Paths): Promise<void> {
  await removeEmptyFolders(entry.folders);
  try {
    await writeJournal(paths, entries);
    await dropBackup(paths, entry.id);
  } catch {
    // The error that made the edit fail says more.
  }
}

/** The folders that are not there yet, the innermost first. */
async function missingFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = dirname(path); !(await exists(folder)); folder = dirname(folder)) missing.push(folder);
  return missing;
}

/** Removes those that are empty; one that is not keeps itself and all around it. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    try {
      await rmdir(folder);
    } catch {
      // Somebody uses it meanwhile, or it is gone: either way there is nothing to take back.
      return;
    }
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (fileErrorCode(error) !== "EEXIST") throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (fileErrorCode(error) === "ENOENT") return false;
      throw explainFileError("setup_unwritable", "write into", path, error);
    },
  );
}

export function isSame(left: Buffer | null, right: Buffer | null): boolean {
  if (left === null || right === null) return left === right;
  return left.equals(right);
}

/** A user's file that root edits stays the user's; what only root could give back is refused to others. */
export function isForeign(owner: { uid: number; gid: number }): boolean {
  const user = process.getuid?.();
  if (user === undefined) return false;
  return owner.uid !== user || (user === 0 && owner.gid !== process.getgid?.());
}

export function changedMeanwhile(path: string): CfError {
  return new CfError("setup_changed_meanwhile", `${path} was changed by another program meanwhile.`, {
    hint: "It was left alone. Run the command again.",
  });
}
