// The history of what each key was doing, kept as changes.
import type { Database } from "bun:sqlite";
import type { BandSpan, BandState, KeyBand, Period } from "../types";

export interface KeyStateChange {
  key: string;
  at: number;
  state: BandState;
  reason: string | null;
}

interface Stretch {
  from: number;
  until: number;
  state: BandState;
  reason: string | null;
}

export class KeyStates {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  write({ key, at, state, reason }: KeyStateChange): void {
    this.#database.query("INSERT OR REPLACE INTO key_states VALUES (?, ?, ?, ?)").run(key, at, state, reason);
  }

  /** Says of every key that nobody saw to it from `at` on. */
  noteDown(at: number): void {
    const keys = this.#database.query<{ key: string }, []>("SELECT DISTINCT key FROM key_states").all();
    for (const { key } of keys) this.write({ key, at, state: "down", reason: "the proxy was not running" });
  }

  /** One band for each key with a state in the period. `busy`: when it served, in order. */
  bands(period: Period, busy: ReadonlyMap<string, readonly Period[]>): KeyBand[] {
    const keys = this.#database
      .query<{ key: string }, []>("SELECT DISTINCT key FROM key_states ORDER BY key")
      .all();
    return keys.flatMap(({ key }) => {
      const stretches = this.#read(key, period);
      if (stretches.length === 0) return [];
      return [{ key, spans: stretches.flatMap((stretch) => cut(stretch, busy.get(key) ?? [])).map(toSpan) }];
    });
  }

  /** Removes changes that no later question needs: the last one before `until` still tells the state at it. */
  removeBefore(until: number): void {
    this.#database
      .query(
        `DELETE FROM key_states WHERE at <
           (SELECT MAX(at) FROM key_states AS last WHERE last.key = key_states.key AND last.at <= ?)`,
      )
      .run(until);
  }

  #read(key: string, { since, until }: Period): Stretch[] {
    const changes = this.#database
      .query<{ at: number; state: BandState; reason: string | null }, [string, string, number, number]>(
        `SELECT at, state, reason FROM key_states WHERE key = ?
           AND at >= COALESCE((SELECT MAX(at) FROM key_states WHERE key = ? AND at <= ?), 0) AND at < ? ORDER BY at`,
      )
      .all(key, key, since, until);
    return changes.flatMap(({ at, state, reason }, index) => {
      const from = Math.max(at, since);
      const end = Math.min(changes[index + 1]?.at ?? until, until);
      return end > from ? [{ from, until: end, state, reason }] : [];
    });
  }
}

/** A key that is ready serves while it has something to do. */
function cut(stretch: Stretch, busy: readonly Period[]): Stretch[] {
  if (stretch.state !== "ready") return [stretch];
  const parts: Stretch[] = [];
  const add = (from: number, until: number, state: BandState) => {
    const last = parts.at(-1);
    if (until <= from) return;
    if (last?.state === state && last.until === from) last.until = until;
    else parts.push({ from, until, state, reason: null });
  };
  let at = stretch.from;
  for (const time of busy) {
    const from = Math.max(time.since, at);
    const until = Math.min(time.until, stretch.until);
    if (until <= from) continue;
    add(at, from, "ready");
    add(from, until, "serving");
    at = until;
  }
  add(at, stretch.until, "ready");
  return parts;
}

function toSpan({ from, until, state, reason }: Stretch): BandSpan {
  return { from: new Date(from).toISOString(), until: new Date(until).toISOString(), state, reason };
}
