// Finds a recorded request by the beginning of its id.
import type { Paths } from "../config/paths";
import { awaitRecord } from "../daemon/await-record";
import { readStore } from "../state/ledger/store/read-store";
import type { RequestRow } from "../state/ledger/types";

/** More are not listed. */
const mostListed = 5;

/** Throws a CfError if the file cannot be read. */
export async function findRequest(paths: Paths, id: string): Promise<RequestRow[]> {
  const found = look(paths.state, id);
  if (found.length > 0) return found;
  await awaitRecord(paths);
  return look(paths.state, id);
}

function look(path: string, id: string): RequestRow[] {
  const store = readStore(path);
  if (store === null) return [];
  try {
    return store.findByPrefix(id.toLowerCase(), mostListed);
  } finally {
    store.close();
  }
}
