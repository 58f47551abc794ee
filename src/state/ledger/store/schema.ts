// The tables of state.db, and the steps that lead from each version of them to the next.
import type { Database } from "bun:sqlite";

/** Each step runs once, in a transaction; `PRAGMA user_version` counts those that were done. Never change one: add another. */
export const migrations: readonly string[] = [
  `
  -- What many requests have in common, so that each row holds only what is its own.
  CREATE TABLE shapes (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    used INTEGER NOT NULL
  );
  -- Ids of requests begin with the time: the table is its own index by time.
  CREATE TABLE requests (
    id BLOB PRIMARY KEY,
    at INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    session TEXT,
    input INTEGER,
    output INTEGER,
    cache_read INTEGER,
    cache_write_5m INTEGER,
    cache_write_1h INTEGER,
    reasoning INTEGER,
    cost REAL,
    saved REAL,
    queued_ms INTEGER NOT NULL,
    first_byte_ms INTEGER,
    total_ms INTEGER NOT NULL,
    attempts TEXT
  ) WITHOUT ROWID;
  -- What sums are kept by.
  CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    used INTEGER NOT NULL
  );
  -- span: seconds; 60 minutes, 300 five of them, 3600 hours, 86400 days. start: seconds since the epoch, of a day those of its
  -- date in UTC.
  CREATE TABLE rollups (
    span INTEGER NOT NULL,
    start INTEGER NOT NULL,
    grp INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    cost REAL NOT NULL,
    unpriced INTEGER NOT NULL,
    saved REAL NOT NULL,
    first_byte BLOB,
    total BLOB,
    PRIMARY KEY (span, start, grp)
  ) WITHOUT ROWID;
  -- What each key was doing from then on.
  CREATE TABLE key_states (
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (key, at)
  ) WITHOUT ROWID;
  -- identity: a hash, never a token.
  CREATE TABLE cooldowns (
    key TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    entries TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    model TEXT NOT NULL,
    provider TEXT NOT NULL,
    warm_until INTEGER NOT NULL,
    moved INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- Method and path of what is no message, and what this proxy told the client itself.
  ALTER TABLE requests ADD COLUMN target TEXT;
  ALTER TABLE requests ADD COLUMN refusal TEXT;
  `,
];

/**
 * By version: what makes a file that is not up to date read as if it were, without a write to it. Commands look at the record of a
 * proxy that was started before it was updated.
 */
const views: ReadonlyMap<number, string> = new Map([
  [1, "CREATE TEMP VIEW requests AS SELECT *, NULL AS target, NULL AS refusal FROM main.requests"],
]);

/** Lets an older version be read, for as long as the database is open. */
export function readAsCurrent(database: Database, version: number): void {
  const view = views.get(version);
  if (view !== undefined) database.run(view);
}

export function readVersion(database: Database): number {
  return database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
}

/** Brings the tables up to date. A fault leaves the version before it. */
export function migrate(database: Database, steps: readonly string[] = migrations): void {
  for (let version = readVersion(database); version < steps.length; version++) {
    database.transaction(() => {
      database.run(steps[version] ?? "");
      database.run(`PRAGMA user_version = ${version + 1}`);
    })();
  }
}
