// Gives each distinct text of a table a number, so that rows can share it.
import type { Database, Statement } from "bun:sqlite";

/** More are looked up again in the file. */
const mostKnown = 20_000;

export class Interner {
  readonly #ids = new Map<string, number>();
  readonly #find: Statement<{ id: number }, [string]>;
  readonly #insert: Statement<unknown, [string, number]>;
  readonly #touch: Statement<unknown, [number, number, number]>;
  readonly #count: Statement<{ count: number }, []>;
  readonly #all: Statement<{ id: number; text: string }, []>;
  /** Rows made since `forget` was last called for a new day. */
  created = 0;

  constructor(database: Database, table: "shapes" | "groups") {
    this.#find = database.prepare(`SELECT id FROM ${table} WHERE text = ?`);
    this.#insert = database.prepare(`INSERT INTO ${table} (text, used) VALUES (?, ?)`);
    this.#touch = database.prepare(`UPDATE ${table} SET used = ? WHERE id = ? AND used < ?`);
    this.#count = database.prepare(`SELECT COUNT(*) AS count FROM ${table}`);
    this.#all = database.prepare(`SELECT id, text FROM ${table}`);
  }

  /** `day`: days since the epoch, noted as the last on which the text was used. */
  idOf(text: string, day: number): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const found = this.#find.get(text)?.id;
    if (found !== undefined) this.#touch.run(day, found, day);
    const id = found ?? this.#create(text, day);
    if (this.#ids.size >= mostKnown) this.#ids.clear();
    this.#ids.set(text, id);
    return id;
  }

  has(text: string): boolean {
    return this.#ids.has(text) || this.#find.get(text) !== null;
  }

  get count(): number {
    return this.#count.get()?.count ?? 0;
  }

  all(): { id: number; text: string }[] {
    return this.#all.all();
  }

  /** After a rollback, and at the beginning of a day, so that what is used is noted as used. */
  forget(): void {
    this.#ids.clear();
  }

  #create(text: string, day: number): number {
    this.created++;
    return Number(this.#insert.run(text, day).lastInsertRowid);
  }
}
