// The journal of every edit outside the home folder, with a backup of each file: what undo works from.
import { mkdir, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { explainFileError, fileErrorCode } from "../config/explain-file-error";
import { ensureHome, type Paths } from "../config/paths";
import { replaceFile } from "../config/replace-file";
import { CfError } from "../errors";
import type { OwnPart, SetupTool } from "./types";

export interface JournalEntry {
  readonly id: string;
  readonly tool: SetupTool;
  /** ISO 8601. */
  readonly at: string;
  readonly path: string;
  /** SHA-256 of the file before and after the edit; null: there was none. */
  readonly before: string | null;
  readonly after: string;
  readonly modeBefore: number | null;
  readonly modeAfter: number;
  /** Folders that had to be made for the file, the innermost first. */
  readonly folders: readonly string[];
  readonly ours: OwnPart;
}

interface JournalFile {
  readonly version: 1;
  /** The oldest first. */
  readonly entries: readonly JournalEntry[];
}

/** The entries, the oldest first. Throws a CfError if the journal is there and cannot be understood. */
export async function readJournal(paths: Paths): Promise<readonly JournalEntry[]> {
  const text = await readFile(paths.setupJournal, "utf8").catch((error: unknown) => {
    if (fileErrorCode(error) === "ENOENT") return null;
    throw explainFileError("journal_unreadable", "read", paths.setupJournal, error);
  });
  if (text === null) return [];
  const journal = parseJournal(text);
  if (journal !== null) return journal.entries;
  throw new CfError(
    "journal_invalid",
    `${paths.setupJournal} is damaged, or was written by a newer version.`,
    {
      hint: `Nothing was changed. The files as they were before lie in ${backupFolder(paths)}.`,
    },
  );
}

/** Replaces the journal in one step; without entries it is removed. */
export async function writeJournal(paths: Paths, entries: readonly JournalEntry[]): Promise<void> {
  try {
    if (entries.length === 0) return await rm(paths.setupJournal, { force: true });
    await ensureHome(paths);
    const journal: JournalFile = { version: 1, entries };
    await replaceFile(paths.setupJournal, `${JSON.stringify(journal, null, 2)}\n`, async () => true);
  } catch (error) {
    if (fileErrorCode(error) === "") throw error;
    throw explainFileError("journal_unwritable", "write", paths.setupJournal, error);
  }
}

/** Keeps `bytes` under the entry's id, readable by the user alone: settings may hold secrets. */
export async function keepBackup(paths: Paths, id: string, bytes: Buffer): Promise<void> {
  const path = backupPath(paths, id);
  try {
    await mkdir(backupFolder(paths), { recursive: true, mode: 0o700 });
    await replaceFile(path, bytes, async () => true);
  } catch (error) {
    throw explainFileError("backup_unwritable", "write", path, error);
  }
}

/** The file as it was before the entry's edit; null if there was none. */
export async function readBackup(paths: Paths, entry: JournalEntry): Promise<Buffer | null> {
  if (entry.before === null) return null;
  const path = backupPath(paths, entry.id);
  try {
    const bytes = await readFile(path);
    if (hashOf(bytes) === entry.before) return bytes;
  } catch (error) {
    throw explainFileError("backup_unreadable", "read the backup", path, error);
  }
  throw new CfError("backup_invalid", `The backup ${path} of ${entry.path} was changed.`, {
    hint: `Nothing was changed. Take the edit out of ${entry.path} by hand.`,
  });
}

export async function dropBackup(paths: Paths, id: string): Promise<void> {
  await rm(backupPath(paths, id), { force: true });
  await rmdir(backupFolder(paths)).catch(() => {
    // Other backups lie in it, or there was none at all.
  });
}

/** Removes backups that no entry names. */
export async function dropStrayBackups(paths: Paths): Promise<void> {
  const known = new Set((await readJournal(paths)).map(({ id }) => backupPath(paths, id)));
  const names = await readdir(backupFolder(paths)).catch(() => []);
  for (const name of names) {
    const path = join(backupFolder(paths), name);
    if (!known.has(path)) await rm(path, { force: true });
  }
}

/** SHA-256 in hexadecimal. */
export function hashOf(content: Uint8Array | string): string {
  return Bun.CryptoHasher.hash("sha256", content, "hex");
}

function backupFolder(paths: Paths): string {
  return join(paths.home, "setup-backups");
}

function backupPath(paths: Paths, id: string): string {
  return join(backupFolder(paths), `${id}.bak`);
}

function parseJournal(text: string): JournalFile | null {
  try {
    const journal = JSON.parse(text);
    const isOurs = journal?.version === 1 && Array.isArray(journal.entries) && journal.entries.every(isEntry);
    return isOurs ? journal : null;
  } catch {
    // Not JSON: damaged.
    return null;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const entry: Partial<Record<keyof JournalEntry, unknown>> = value;
  // The id becomes a file name.
  return (
    typeof entry.id === "string" &&
    /^[\w-]+$/.test(entry.id) &&
    typeof entry.tool === "string" &&
    typeof entry.path === "string" &&
    (entry.before === null || typeof entry.before === "string") &&
    typeof entry.after === "string" &&
    Array.isArray(entry.folders) &&
    isOwnPart(entry.ours)
  );
}

function isOwnPart(value: unknown): value is OwnPart {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  if (value.kind === "json") return "keys" in value && Array.isArray(value.keys);
  if (value.kind === "block") return "inserted" in value && "block" in value;
  return value.kind === "file";
}
