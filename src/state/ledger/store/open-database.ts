// Opens state.db for writing, whatever state it is in: a broken one is set aside, a newer one is left alone.
import { Database, SQLiteError } from "bun:sqlite";
import { chmodSync, closeSync, existsSync, openSync, renameSync } from "node:fs";
import { migrate, migrations, readVersion } from "./schema";

/** What keeps the ledger from the disk, or what was lost. */
export interface StoreTrouble {
  code: "newer" | "unusable" | "set_aside";
  words: string;
}

export interface OpenedDatabase {
  database: Database;
  /** false: in memory, for as long as the process runs. */
  lasting: boolean;
  trouble: StoreTrouble | null;
}

const busyMs = 2000;
const companions = ["", "-wal", "-shm"];

/** `path` null: in memory. Runs in the worker: it may wait for the disk. */
export function openDatabase(path: string | null, now: number): OpenedDatabase {
  if (path === null) return { database: openInMemory(), lasting: false, trouble: null };
  try {
    return { database: openFile(path), lasting: true, trouble: null };
  } catch (error) {
    if (error instanceof NewerSchema) {
      const words = `${path} was written by a newer version of Claude Failover and is left as it is.`;
      return { database: openInMemory(), lasting: false, trouble: { code: "newer", words } };
    }
    if (!isCorruption(error)) {
      const words = `${path} cannot be opened: ${messageOf(error)}.`;
      return { database: openInMemory(), lasting: false, trouble: { code: "unusable", words } };
    }
    return replaceBroken(path, now, error);
  }
}

/** Takes a file out of the way that SQLite cannot read, and begins a new one. */
export function replaceBroken(path: string, now: number, cause: unknown): OpenedDatabase {
  const aside = `${path}.broken-${new Date(now).toISOString().replace(/[:.]/g, "-")}`;
  try {
    for (const ending of companions) {
      if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
    }
    const words = `${path} was damaged (${messageOf(cause)}) and is now ${aside}; the record begins anew.`;
    return { database: openFile(path), lasting: true, trouble: { code: "set_aside", words } };
  } catch (error) {
    const words = `${path} is damaged and cannot be set aside: ${messageOf(error)}.`;
    return { database: openInMemory(), lasting: false, trouble: { code: "unusable", words } };
  }
}

/** What SQLite reports about a file that is no database, or no longer one. */
export function isCorruption(error: unknown): boolean {
  return (
    error instanceof SQLiteError &&
    (error.code === "SQLITE_NOTADB" || /^SQLITE_CORRUPT/.test(error.code ?? ""))
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class NewerSchema extends Error {}

function openFile(path: string): Database {
  // SQLite would give the file the mode of the umask; its companions follow the file.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const database = new Database(path, { readwrite: true, strict: true });
  try {
    // Takes effect in an empty file only, before its first table.
    database.run("PRAGMA auto_vacuum = INCREMENTAL");
    if (readVersion(database) > migrations.length) throw new NewerSchema();
    database.run(`PRAGMA busy_timeout = ${busyMs}`);
    database.run("PRAGMA journal_mode = WAL");
    // A crash of the process loses nothing that was committed; one of the system loses what the last checkpoint has not.
    database.run("PRAGMA synchronous = NORMAL");
    database.run("PRAGMA journal_size_limit = 16777216");
    database.run("PRAGMA cache_size = -8192");
    database.run("PRAGMA temp_store = MEMORY");
    migrate(database);
    // A write now shows what a write later would: a read-only file, a full disk.
    database.run("INSERT OR REPLACE INTO facts VALUES ('opened', strftime('%s', 'now'))");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function openInMemory(): Database {
  const database = new Database(":memory:", { strict: true });
  migrate(database);
  return database;
}
