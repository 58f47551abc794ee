// Reads what a proxy has recorded, as a command would: from the file beside it.
import { join } from "node:path";
import { readStore } from "../../src/state/ledger/store/read-store";
import type { LedgerStore } from "../../src/state/ledger/store/store";
import type { RequestRow } from "../../src/state/ledger/types";
import { until } from "./gate";

export function withStore<Result>(home: string, read: (store: LedgerStore) => Result): Result | null {
  const store = readStore(join(home, "state.db"));
  if (store === null) return null;
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** The newest first. */
export function readRows(home: string): RequestRow[] {
  return withStore(home, (store) => store.page({ limit: 1000 }).rows) ?? [];
}

/** Waits until so many requests are recorded, and reads them. */
export async function awaitRows(home: string, count: number): Promise<RequestRow[]> {
  await until(`${count} rows`, async () => readRows(home).length >= count);
  return readRows(home);
}
