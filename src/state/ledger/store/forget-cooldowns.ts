// Clears the stored cooldowns of a key while no proxy runs, so that the next one begins without them.
import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import type { StoredRests } from "../../stored-rests";
import { migrations, readVersion } from "./schema";

const busyMs = 2000;

/**
 * `sharing`: the other keys of its group, which keep what is theirs alone. Throws what SQLite throws; a record of a newer
 * version is left as it is.
 */
export function forgetCooldowns(path: string, key: string, sharing: readonly string[]): void {
  if (!existsSync(path)) return;
  const database = new Database(path, { readwrite: true, strict: true });
  try {
    database.run(`PRAGMA busy_timeout = ${busyMs}`);
    const version = readVersion(database);
    if (version === 0 || version > migrations.length) return;
    database.transaction(() => {
      database.query("DELETE FROM cooldowns WHERE key = ?").run(key);
      const read = database.query<Pick<StoredRests, "entries">, [string]>(
        "SELECT entries FROM cooldowns WHERE key = ?",
      );
      const write = database.query("UPDATE cooldowns SET entries = ? WHERE key = ?");
      for (const other of sharing) {
        const stored = read.get(other);
        if (stored !== null) write.run(JSON.stringify({ ...JSON.parse(stored.entries), shared: [] }), other);
      }
    })();
  } finally {
    database.close();
  }
}
