// Stores in files of their own, for the tests of the ledger.
import type { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packBatch } from "../../../src/state/ledger/row-batch";
import { openDatabase } from "../../../src/state/ledger/store/open-database";
import type { PackedWrite } from "../../../src/state/ledger/store/protocol";
import { type Batch, LedgerStore } from "../../../src/state/ledger/store/store";
import type { RequestRow } from "../../../src/state/ledger/types";
import { batchedRows } from "../../support/request-rows";

export interface TestFolder extends Disposable {
  path: string;
}

/** A folder with the path of a state.db in it that is not there yet. */
export function makeFolder(): TestFolder {
  const folder = mkdtempSync(join(tmpdir(), "cf-ledger-"));
  return {
    path: join(folder, "state.db"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface TestStore extends Disposable {
  store: LedgerStore;
  database: Database;
}

/** `path` null: in memory. */
export function openTestStore(path: string | null, now = Date.now()): TestStore {
  const { database, trouble } = openDatabase(path, now);
  if (trouble !== null) throw new Error(trouble.words);
  const store = new LedgerStore(database);
  return { store, database, [Symbol.dispose]: () => store.close() };
}

/** What a batch is as an order to write it. */
export function writeOf(batch: Batch): PackedWrite {
  return { ...batch, parts: batch.parts.map(packBatch), again: false };
}

export function batchOf(rows: readonly RequestRow[], more: Partial<Batch> = {}): Batch {
  return { parts: [batchedRows(rows)], keyStates: [], cooldowns: [], bindings: [], ...more };
}
