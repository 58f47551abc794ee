// Opens the record of requests for a proxy that starts: quickly, whatever its file is like.
import type { Restored } from "./protocol";
import type { Retention } from "./store";
import { StoreClient } from "./store-client";

export interface OpenedStore {
  client: StoreClient;
  /** null: it was not there in time. */
  restored: Restored | null;
  /** What came too late to wait for; null: nothing will. Never rejects. */
  late: Promise<Restored | null>;
}

/** A proxy that has forgotten its cooldowns learns them again, or hears of them late; one that does not start is of no use. */
const patienceMs = 3000;
/** More than four million requests. */
const mostBytes = 536_870_912;

export function retentionOf({ retentionDays }: { readonly retentionDays: number }): Retention {
  return { days: retentionDays, mostBytes };
}

export async function openStore(
  path: string | null,
  config: { readonly retentionDays: number },
): Promise<OpenedStore> {
  const client = new StoreClient({ path, retention: retentionOf(config) });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  // A failure is in the client's report.
  const opened = client.open().catch(() => null);
  const restored = await Promise.race([opened, tooLate]);
  clearTimeout(timer);
  return { client, restored, late: restored === null ? opened : Promise.resolve(null) };
}
