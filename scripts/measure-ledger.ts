// Fills a state.db with a million requests of one day and measures what the ledger promises: figures, file size, memory.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "../src/state/ledger/store/open-database";
import { LedgerStore } from "../src/state/ledger/store/store";
import { batchedRows, randomRow, seededChance } from "../test/support/request-rows";

const usage = `Measures the ledger over many rows.

  node_modules/.bin/bun scripts/measure-ledger.ts [--rows 1000000] [--keep]

  --rows  requests of the last day
  --keep  leave the file, and say where it is`;

const dayMs = 24 * 3_600_000;
const batchRows = 2500;
const repeats = 9;
/** People have one or two clients and mostly use the same keys and models. */
const skew = 4;

const aims = { figuresMs: 50, fileMb: 300 };

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "1000000" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), "cf-measure-"));
  try {
    return await measure(join(folder, "state.db"), Number(values.rows));
  } finally {
    if (values.keep) console.log(`The file is in ${folder}.`);
    else await rm(folder, { recursive: true, force: true });
  }
}

async function measure(path: string, count: number): Promise<number> {
  const now = Date.now();
  const store = new LedgerStore(openDatabase(path, now).database);
  const writing = fill(store, count, now);
  store.checkpoint();
  const fileMb = (await stat(path)).size / 1e6;
  const period = { since: now - dayMs, until: now };
  const figures = {
    "figures of the day, by hour": time(() => store.figures({ period, bucket: "hour" })),
    "figures of the day for one key": time(() =>
      store.figures({ period, bucket: "hour", filter: { key: "beta" } }),
    ),
    "breakdown of the day by model": time(() => store.breakdown({ period, by: "model" })),
    "figures of the last hour, by minute": time(() =>
      store.figures({ period: { since: now - dayMs / 24, until: now }, bucket: "minute" }),
    ),
  };
  const others = {
    "timeline of the day": time(() => store.timeline({ period, bucketMs: 900_000 })),
    "newest 100 rows": time(() => store.page({ limit: 100 })),
    "100 rows of one key": time(() => store.page({ limit: 100, filter: { key: "beta", service: "failed" } })),
    "search that finds nothing": time(() =>
      store.page({ limit: 100, filter: { search: "nowhere to be found" } }),
    ),
    "one step of tidying": time(() => store.tidy(now, { days: 30, mostBytes: Number.POSITIVE_INFINITY })),
  };
  store.close();
  console.log(
    `${count.toLocaleString("en")} rows, written at ${Math.round(writing.usPerRow * 10) / 10} µs of processor time each`,
  );
  console.log(`file: ${fileMb.toFixed(0)} MB (aim: under ${aims.fileMb})`);
  console.log(`memory: ${writing.rssMb.map((rss) => rss.toFixed(0)).join(", ")} MB after each tenth`);
  for (const [name, ms] of Object.entries(figures))
    console.log(`${name}: ${ms.toFixed(1)} ms (aim: under ${aims.figuresMs})`);
  for (const [name, ms] of Object.entries(others)) console.log(`${name}: ${ms.toFixed(1)} ms`);
  const slowest = Math.max(...Object.values(figures));
  return slowest < aims.figuresMs && fileMb < aims.fileMb ? 0 : 1;
}

function fill(store: LedgerStore, count: number, now: number): { usPerRow: number; rssMb: number[] } {
  const chance = seededChance(1);
  const rssMb: number[] = [];
  let cpu = 0;
  for (let done = 0; done < count; done += batchRows) {
    const rows = Array.from({ length: Math.min(batchRows, count - done) }, (_, index) =>
      randomRow(now - dayMs + Math.floor(((done + index) / count) * dayMs), chance, skew),
    );
    const parts = [batchedRows(rows)];
    const before = process.cpuUsage();
    store.write({ parts, keyStates: [], cooldowns: [], bindings: [] }, now, false);
    const used = process.cpuUsage(before);
    cpu += used.user + used.system;
    if (Math.floor((done + rows.length) / (count / 10)) > rssMb.length)
      rssMb.push(process.memoryUsage.rss() / 1e6);
  }
  return { usPerRow: cpu / count, rssMb };
}

/** The quickest of a few runs, in milliseconds: what else the machine does is not what is measured. */
function time(work: () => unknown): number {
  const times = Array.from({ length: repeats }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}

process.exit(await run());
