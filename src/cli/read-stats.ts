// What `cf stats` knows, from the file that the proxy writes.
import type { Paths } from "../config/paths";
import { awaitRecord } from "../daemon/await-record";
import { readStore } from "../state/ledger/store/read-store";
import { noTotals } from "../state/ledger/totals";
import type { BreakdownRow, Dimension, Latency, Period, Totals } from "../state/ledger/types";

export interface Stats {
  /** ISO 8601, UTC. */
  since: string;
  until: string;
  totals: Totals;
  latency: Latency;
  by: Dimension;
  rows: BreakdownRow[];
}

interface StatsQuery {
  period: Period;
  by: Dimension;
}

/** Nothing has been recorded yet: zeros. Throws a CfError if the file cannot be read. */
export async function readStats(paths: Paths, { period, by }: StatsQuery): Promise<Stats> {
  await awaitRecord(paths);
  const since = new Date(period.since).toISOString();
  const until = new Date(period.until).toISOString();
  const store = readStore(paths.state);
  if (store === null) {
    const latency = { firstByteMs: null, totalMs: null };
    return { since, until, totals: noTotals(), latency, by, rows: [] };
  }
  try {
    const { totals, latency, rows } = store.summarize({ period, by });
    return { since, until, totals, latency, by, rows };
  } finally {
    store.close();
  }
}
