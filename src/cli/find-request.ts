// Finds a recorded request by the beginning of its id.
import type { Paths } from "../config/paths";
import { readStore } from "../state/ledger/store/read-store";
import type { RequestRow } from "../state/ledger/types";
import { lookTwice } from "./look-twice";

/** More are not listed. */
const mostListed = 5;

/** Throws a CfError if the file cannot be read. */
export function findRequest(paths: Paths, id: string): Promise<RequestRow[]> {
  const isFound = (found: readonly RequestRow[]) => found.length > 0;
  return lookTwice(paths, () => look(paths.state, id), isFound);
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
