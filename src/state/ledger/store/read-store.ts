// Opens state.db for a command: reads only, whether a proxy runs on it or not.
import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { CfError } from "../../../errors";
import { isCorruption, messageOf } from "./open-database";
import { migrations, readAsCurrent, readVersion } from "./schema";
import { LedgerStore } from "./store";

const busyMs = 2000;

/**
 * null: nothing has been recorded yet. Throws a CfError `record_newer` or `record_unreadable`. `close` it. A write of a
 * running proxy is seen at most a second later.
 */
export function readStore(path: string): LedgerStore | null {
  if (!existsSync(path)) return null;
  let database: Database | null = null;
  try {
    database = new Database(path, { readonly: true, strict: true });
    database.run(`PRAGMA busy_timeout = ${busyMs}`);
    const version = readVersion(database);
    if (version === 0) {
      database.close();
      return null;
    }
    if (version > migrations.length) throw newer(path);
    readAsCurrent(database, version);
    return new LedgerStore(database);
  } catch (error) {
    database?.close();
    if (error instanceof CfError) throw error;
    const hint = isCorruption(error)
      ? "The proxy sets a damaged file aside when it starts: cf start"
      : "Check that the file and its folder can be read and written.";
    throw new CfError(
      "record_unreadable",
      `The record of requests at ${path} cannot be read: ${messageOf(error)}.`,
      {
        hint,
        cause: error,
      },
    );
  }
}

function newer(path: string): CfError {
  const message = `The record of requests at ${path} was written by a newer version of Claude Failover.`;
  return new CfError("record_newer", message, { hint: "Use that version to read it." });
}
