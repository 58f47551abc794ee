// What the store does when its file is broken, full, locked, read-only or from another version.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { openDatabase, type StoreTrouble } from "../../../src/state/ledger/store/open-database";
import type { Order } from "../../../src/state/ledger/store/protocol";
import { readStore } from "../../../src/state/ledger/store/read-store";
import { migrate, migrations, readVersion } from "../../../src/state/ledger/store/schema";
import { StoreHost } from "../../../src/state/ledger/store/store-host";
import type { RowPage, TimelineData } from "../../../src/state/ledger/types";
import { requestRow } from "../../support/request-rows";
import { batchOf, makeFolder, openTestStore, writeOf } from "./open-store";

const retention = { days: 30, mostBytes: 1e9 };
const now = Date.now();
const period = { since: now - 3_600_000, until: now + 3_600_000 };

/** A host whose clock is turned by hand. */
function makeHost(at = now) {
  const clock = { at };
  const troubles: (StoreTrouble | null)[] = [];
  const host = new StoreHost({
    now: () => clock.at,
    steadyNow: () => clock.at,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const write = (count: number) => {
    const rows = Array.from({ length: count }, (_, index) => requestRow({ at: clock.at - index }));
    host.perform({ id: 0, op: "write", takes: writeOf(batchOf(rows)) });
    return rows;
  };
  const open = (path: string | null) => host.perform({ id: 0, op: "open", takes: { path, retention } });
  const count = () => {
    const order: Order = { id: 0, op: "figures", takes: { period, bucket: "hour" } };
    return (host.perform(order) as { totals: { requests: number } }).totals.requests;
  };
  return { host, clock, troubles, write, open, count };
}

test("a new file is the user's alone, with its companions", () => {
  using folder = makeFolder();
  const { open, write, host } = makeHost();
  open(folder.path);
  write(3);
  const modes = readdirSync(dirname(folder.path))
    .sort()
    .map((name) => [name, (statSync(`${dirname(folder.path)}/${name}`).mode & 0o777).toString(8)]);
  expect(modes).toEqual([
    ["state.db", "600"],
    ["state.db-shm", "600"],
    ["state.db-wal", "600"],
  ]);
  host.perform({ id: 0, op: "close", takes: null });
  expect(statSync(folder.path).size).toBeGreaterThan(4096);
});

test("a file that others can read is theirs no longer", () => {
  using folder = makeFolder();
  openTestStore(folder.path)[Symbol.dispose]();
  chmodSync(folder.path, 0o644);
  openTestStore(folder.path)[Symbol.dispose]();
  expect(statSync(folder.path).mode & 0o777).toBe(0o600);
});

describe("a damaged file", () => {
  const garbage: [string, (path: string) => void][] = [
    [
      "text",
      (path) => writeFileSync(path, "This is no database, but it is long enough to look at.".repeat(100)),
    ],
    ["its head overwritten", (path) => overwrite(path, 0, 200)],
    ["its first pages overwritten", (path) => overwrite(path, 100, 30_000)],
  ];

  test.each(garbage)("%s: it is set aside, said so, and the record begins anew", (_name, damage) => {
    using folder = makeFolder();
    const first = makeHost();
    first.open(folder.path);
    first.write(200);
    first.host.perform({ id: 0, op: "close", takes: null });
    damage(folder.path);
    const { open, write, count, troubles } = makeHost();
    open(folder.path);
    write(2);
    expect(count()).toBe(2);
    const trouble = troubles.findLast((told) => told !== null);
    expect(trouble?.code).toBe("set_aside");
    const aside = readdirSync(dirname(folder.path)).find(
      (name) => name.includes(".broken-") && name.endsWith("Z"),
    );
    expect(trouble?.words).toContain(aside ?? "no file");
  });

  test("pages in its middle: whatever finds out begins a new one", () => {
    using folder = makeFolder();
    const first = makeHost();
    first.open(folder.path);
    for (let batch = 0; batch < 20; batch++) first.write(500);
    first.host.perform({ id: 0, op: "close", takes: null });
    overwrite(folder.path, 8192, statSync(folder.path).size - 8192);
    const { open, write, count } = makeHost();
    open(folder.path);
    write(5);
    expect(count()).toBe(5);
  });
});

test("a newer schema is left as it is, and nothing is kept", () => {
  using folder = makeFolder();
  const database = new Database(folder.path);
  database.run("CREATE TABLE future (a)");
  database.run(`PRAGMA user_version = ${migrations.length + 1}`);
  database.close();
  const before = readFileSync(folder.path);
  const { open, write, count, troubles } = makeHost();
  open(folder.path);
  write(3);
  expect(count()).toBe(3);
  expect(troubles.at(-1)?.code).toBe("newer");
  expect(readFileSync(folder.path).equals(before)).toBe(true);
  expect(existsSync(`${folder.path}-wal`)).toBe(false);
});

test("an older schema is brought up to date step by step; a step that fails leaves the version before it", () => {
  using folder = makeFolder();
  const database = new Database(folder.path);
  const steps = [
    "CREATE TABLE one (a); INSERT INTO one VALUES (1);",
    "ALTER TABLE one ADD COLUMN b; CREATE TABLE two (c);",
  ];
  migrate(database, steps.slice(0, 1));
  expect(readVersion(database)).toBe(1);
  migrate(database, steps);
  migrate(database, steps);
  expect(readVersion(database)).toBe(2);
  expect(database.query("SELECT a, b FROM one").values()).toEqual([[1, null]]);
  expect(() => migrate(database, [...steps, "CREATE TABLE three (d); NO SUCH STATEMENT;"])).toThrow();
  expect(readVersion(database)).toBe(2);
  expect(database.query("SELECT name FROM sqlite_schema WHERE name = 'three'").all()).toEqual([]);
  database.close();
});

test("a record that has no targets yet is read as it is by commands, and brought up to date by the proxy", () => {
  using folder = makeFolder();
  const row = requestRow({ at: now });
  {
    using earlier = openTestStore(folder.path, now);
    earlier.store.write(batchOf([row]), now, false);
    for (const column of ["target", "refusal"])
      earlier.database.run(`ALTER TABLE requests DROP COLUMN ${column}`);
    earlier.database.run("PRAGMA user_version = 1");
  }
  const reader = readStore(folder.path);
  expect(reader?.page({ limit: 5, filter: { search: "haiku" } }).rows).toEqual([]);
  expect(reader?.find(row.id)).toEqual(row);
  reader?.close();
  using current = openTestStore(folder.path, now);
  expect(readVersion(current.database)).toBe(2);
  const next = requestRow({ at: now + 1, endpoint: "other", target: "GET /v1/files", refusal: "Said by us" });
  current.store.write(batchOf([next]), now, false);
  expect(current.store.page({ limit: 5 }).rows).toEqual([next, row]);
});

test("a full disk: nothing of the batch is kept, and all of it once there is room", () => {
  using folder = makeFolder();
  using opened = openTestStore(folder.path);
  const rows = Array.from({ length: 400 }, (_, index) => requestRow({ at: now - index }));
  opened.store.write(batchOf(rows.slice(0, 10)), now, false);
  const pages = Number(opened.database.query("PRAGMA page_count").values()[0]?.[0]);
  opened.database.run(`PRAGMA max_page_count = ${pages + 1}`);
  expect(() => opened.store.write(batchOf(rows.slice(10)), now, false)).toThrow(/full/);
  const requests = () => opened.store.figures({ period, bucket: "hour" }).totals.requests;
  expect([requests(), opened.store.page({ limit: 1000 }).rows.length]).toEqual([10, 10]);
  opened.database.run("PRAGMA max_page_count = 1000000");
  opened.store.write(batchOf(rows.slice(10)), now, false);
  expect([requests(), opened.store.page({ limit: 1000 }).rows.length]).toEqual([400, 400]);
});

test("a locked file fails the write, not the store", () => {
  using folder = makeFolder();
  using opened = openTestStore(folder.path);
  opened.database.run("PRAGMA busy_timeout = 1");
  const other = new Database(folder.path);
  other.run("BEGIN IMMEDIATE");
  expect(() => opened.store.write(batchOf([requestRow({ at: now })]), now, false)).toThrow(/locked/);
  other.run("ROLLBACK");
  other.close();
  opened.store.write(batchOf([requestRow({ at: now })]), now, false);
  expect(opened.store.figures({ period, bucket: "hour" }).totals.requests).toBe(1);
});

test("a batch whose answer was lost is not counted twice", () => {
  using opened = openTestStore(null);
  const batch = batchOf([requestRow({ at: now }), requestRow({ at: now })]);
  opened.store.write(batch, now, false);
  opened.store.write(batch, now, true);
  expect(opened.store.figures({ period, bucket: "hour" }).totals.requests).toBe(2);
  opened.store.write(batchOf([requestRow({ at: now })]), now, true);
  expect(opened.store.figures({ period, bucket: "hour" }).totals.requests).toBe(3);
});

test("a path that cannot be opened is tried again from time to time, and then kept", () => {
  using folder = makeFolder();
  // A folder in its place: as unusable for root as for anybody.
  mkdirSync(folder.path);
  const { open, write, clock, troubles, count } = makeHost();
  open(folder.path);
  expect(troubles.at(-1)).toMatchObject({ code: "unusable" });
  write(2);
  expect(count()).toBe(2);
  Bun.spawnSync(["rmdir", folder.path]);
  write(1);
  expect(troubles.at(-1)).not.toBeNull();
  clock.at += 31_000;
  write(4);
  expect(troubles.at(-1)).toBeNull();
  expect(count()).toBe(4);
  expect(statSync(folder.path).isFile()).toBe(true);
});

test("in memory, tidying comes to its end", () => {
  const { open, write, host } = makeHost();
  open(null);
  for (let batch = 0; batch < 10; batch++) write(500);
  while (host.tidy()) {
    // As the worker does, step by step.
  }
  expect((host.perform({ id: 0, op: "page", takes: { limit: 1000 } }) as RowPage).rows).toHaveLength(1000);
  expect(openDatabase(null, now).lasting).toBe(false);
});

function overwrite(path: string, from: number, length: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0x5a, from, Math.min(bytes.length, from + length));
  writeFileSync(path, bytes);
}

test("a proxy without requests was not down: its end is where it ended, or where it was last seen", () => {
  using folder = makeFolder();
  const hourMs = 3_600_000;
  const writeState = ({ host, clock }: ReturnType<typeof makeHost>) => {
    const change = { key: "a", at: clock.at, state: "ready", reason: null } as const;
    const batch = batchOf([], { keyStates: [change] });
    host.perform({ id: 0, op: "write", takes: writeOf(batch) });
  };
  const downSince = (at: number) => {
    const { host, open } = makeHost(at);
    open(folder.path);
    const order: Order = {
      id: 0,
      op: "timeline",
      takes: { period: { since: now, until: at }, bucketMs: hourMs },
    };
    const { bands } = host.perform(order) as TimelineData;
    host.perform({ id: 0, op: "close", takes: null });
    return bands[0]?.spans.filter(({ state }) => state === "down").map(({ from }) => Date.parse(from));
  };
  const stopped = makeHost();
  stopped.open(folder.path);
  writeState(stopped);
  stopped.clock.at = now + 5 * hourMs;
  stopped.host.perform({ id: 0, op: "close", takes: null });
  expect(downSince(now + 6 * hourMs)).toEqual([now + 5 * hourMs]);
  const killed = makeHost(now + 7 * hourMs);
  killed.open(folder.path);
  writeState(killed);
  killed.clock.at = now + 8 * hourMs;
  killed.host.tidy();
  expect(downSince(now + 9 * hourMs)?.at(-1)).toBe(now + 8 * hourMs);
});
