// Opens the record of requests for a proxy that starts: quickly, whatever its file is like.
import type { Restored } from "./protocol";
import type { Retention } from "./store";
import { StoreClient } from "./store-client";

export interface OpenedStore {
  client: StoreClient;
  /** null: it was not there in time. */
  restored: Restored | null;
}

/** A proxy that has forgotten its cooldowns learns them again; one that does not start is of no use. */
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
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  // A failure is in the client's report.
  const restored = await Promise.race([client.open().catch(() => null), late]);
  clearTimeout(timer);
  return { client, restored };
}
