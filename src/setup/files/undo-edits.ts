// Takes edits back: the exact bytes where the file was not touched since, else our own part of it and nothing more.
import { unlink } from "node:fs/promises";
import { explainFileError } from "../../config/explain-file-error";
import type { Paths } from "../../config/paths";
import { removeLeftovers, replaceFile } from "../../config/replace-file";
import { CfError } from "../../errors";
import { dropBackup, hashOf, type JournalEntry, readBackup, readJournal, writeJournal } from "../journal";
import { takeBackJson } from "../json/edit-json-file";
import { takeBackBlock } from "../shell/edit-block";
import type { SetupTool, UndoStep } from "../types";
import { changedMeanwhile, isForeign, isSame, removeEmptyFolders } from "./apply-edits";
import { checkWritable, readTarget } from "./read-target";

/** What undo would do to each file that setup edited for the tool, in no particular order. */
export async function planUndo(tool: SetupTool, paths: Paths): Promise<UndoStep[]> {
  const entries = (await readJournal(paths)).filter((entry) => entry.tool === tool);
  const files = [...new Set(entries.map((entry) => entry.path))];
  return Promise.all(
    files.map((path) =>
      planStep(
        path,
        entries.filter((entry) => entry.path === path),
        paths,
      ),
    ),
  );
}

/** Undoes a planned step and settles its entries. Call it under `withJournalLock`. */
export async function undoStep(step: UndoStep, paths: Paths): Promise<void> {
  const isAsPlanned = async () => isSame((await readTarget(step.path)).bytes, step.now);
  const { bytes } = await readTarget(step.path);
  // Another undo was quicker: what is left is to settle the journal.
  if (!isSame(bytes, step.then) || isSame(step.now, step.then)) {
    if (!isSame(bytes, step.now)) throw changedMeanwhile(step.path);
    await writeStep(step, isAsPlanned);
  }
  const settled = new Set(step.entries);
  await writeJournal(
    paths,
    (await readJournal(paths)).filter(({ id }) => !settled.has(id)),
  );
  for (const id of settled) await dropBackup(paths, id);
}

async function writeStep(step: UndoStep, isAsPlanned: () => Promise<boolean>): Promise<void> {
  const file = await readTarget(step.path);
  const mode = step.modeThen ?? file.mode ?? 0o600;
  // Folders without the file: a crash came in between, or somebody has deleted it.
  if (step.now === null) return removeEmptyFolders(step.folders);
  if (isSame(step.now, step.then) && mode === file.mode) return;
  await checkWritable(file);
  try {
    await removeLeftovers(step.target);
    if (step.then === null) {
      if (!(await isAsPlanned())) throw changedMeanwhile(step.path);
      await unlink(step.target);
      await removeEmptyFolders(step.folders);
      return;
    }
    const owner = file.owner !== null && isForeign(file.owner) ? { owner: file.owner } : {};
    if (await replaceFile(step.target, step.then, isAsPlanned, { mode, ...owner })) return;
  } catch (error) {
    if (error instanceof CfError) throw error;
    throw explainFileError("setup_unwritable", "write", step.path, error);
  }
  throw changedMeanwhile(step.path);
}

/** Walks the edits of one file from the newest to the oldest, on a copy in memory. */
async function planStep(path: string, entries: readonly JournalEntry[], paths: Paths): Promise<UndoStep> {
  const file = await readTarget(path);
  const notes: string[] = [];
  let then = file.bytes;
  let mode = file.mode;
  let exact = true;
  for (const entry of entries.toReversed()) {
    if (then === null) break;
    const hash = hashOf(then);
    // An edit of the mode alone leaves the hash as it was.
    const wasMade = hash !== entry.before || entry.before === entry.after;
    if (wasMade && mode === entry.modeAfter && entry.modeBefore !== null) mode = entry.modeBefore;
    // The edit was never made (a crash came first), or somebody has put the old file back.
    if (hash === entry.before) continue;
    const backup = await readBackup(paths, entry);
    if (hash === entry.after) {
      then = backup;
      continue;
    }
    exact = false;
    const rest = takeBack(entry, then, backup);
    then = rest.bytes;
    notes.push(...rest.notes);
  }
  return {
    path,
    target: file.target,
    now: file.bytes,
    then,
    modeThen: mode,
    exact,
    folders: [...new Set(entries.flatMap(({ folders }) => folders))].sort(
      (left, right) => right.length - left.length,
    ),
    notes,
    entries: entries.map(({ id }) => id),
  };
}

function takeBack(
  entry: JournalEntry,
  now: Buffer,
  backup: Buffer | null,
): { bytes: Buffer | null; notes: string[] } {
  if (entry.ours.kind === "json") return takeBackJson(entry.path, now, backup, entry.ours.keys);
  if (entry.ours.kind === "block") return takeBackBlock(entry.path, now, backup, entry.ours);
  return { bytes: now, notes: [`${entry.path} was changed since: it stays as it is. Remove it by hand.`] };
}
