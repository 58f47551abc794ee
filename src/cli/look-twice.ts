// Reads the record of a proxy that may not have written yet what it served just now.
import type { Paths } from "../config/paths";
import { readRunFile } from "../daemon/run-file";

/** The proxy writes in batches: what it served before is there after this, in milliseconds. */
const settleMs = 1000;

/** Where nothing is found and a proxy runs, looks once more a moment later. */
export async function lookTwice<Found>(
  { runFile }: Pick<Paths, "runFile">,
  look: () => Found,
  isFound: (found: Found) => boolean,
): Promise<Found> {
  const found = look();
  if (isFound(found) || (await readRunFile(runFile)) === null) return found;
  await Bun.sleep(settleMs);
  return look();
}
