// What routing knows and must not forget over a restart: cooldowns of keys, and which key serves each conversation.
import type { Database } from "bun:sqlite";
import type { StoredBinding } from "../../sessions";
import type { StoredRests } from "../../stored-rests";

/** As many as are kept in memory. */
const mostBindings = 10_000;

export class StoredRouting {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  writeCooldowns({ key, identity, entries }: StoredRests): void {
    if (entries === "") this.#database.query("DELETE FROM cooldowns WHERE key = ?").run(key);
    else
      this.#database.query("INSERT OR REPLACE INTO cooldowns VALUES (?, ?, ?)").run(key, identity, entries);
  }

  writeBinding({ id, key, model, provider, warmUntil, moved }: StoredBinding): void {
    this.#database
      .query("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?)")
      .run(id, key, model, provider, warmUntil, moved ? 1 : 0);
  }

  readCooldowns(): StoredRests[] {
    return this.#database.query<StoredRests, []>("SELECT key, identity, entries FROM cooldowns").all();
  }

  /** The coldest first. */
  readBindings(): StoredBinding[] {
    const rows = this.#database
      .query<Omit<StoredBinding, "moved"> & { moved: number }, [number]>(
        `SELECT * FROM (SELECT id, key, model, provider, warm_until AS warmUntil, moved FROM sessions
         ORDER BY warm_until DESC LIMIT ?) ORDER BY warmUntil`,
      )
      .all(mostBindings);
    return rows.map((row) => ({ ...row, moved: row.moved === 1 }));
  }

  tidy(): void {
    this.#database
      .query(
        "DELETE FROM sessions WHERE id NOT IN (SELECT id FROM sessions ORDER BY warm_until DESC LIMIT ?)",
      )
      .run(mostBindings);
  }
}
