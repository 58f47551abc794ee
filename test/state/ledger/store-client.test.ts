// The store as the serving thread sees it: what was handed over is part of every answer that follows.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { batchRows } from "../../../src/state/ledger/store/pending-batch";
import { StoreClient } from "../../../src/state/ledger/store/store-client";
import { until } from "../../support/gate";
import { batchedRows, requestRow } from "../../support/request-rows";
import { makeFolder } from "./open-store";

const retention = { days: 30, mostBytes: 1e9 };
const now = Date.now();
const period = { since: now - 60_000, until: now + 60_000 };

/** The threads that clients have started, so that one can be ended under its client. */
const workers: Worker[] = [];
const { Worker: PlainWorker } = globalThis;
beforeEach(() => {
  workers.length = 0;
  globalThis.Worker = class extends PlainWorker {
    constructor(...args: ConstructorParameters<typeof PlainWorker>) {
      super(...args);
      workers.push(this);
    }
  };
});
afterEach(() => {
  globalThis.Worker = PlainWorker;
});

/** What stands in the record: rows, and how many the figures know of. */
async function countOf(client: StoreClient): Promise<[rows: number, counted: number]> {
  const figures = await client.figures({ period, bucket: "day" });
  let rows = 0;
  let before: string | null | undefined;
  while (before !== null) {
    const page = await client.page({ limit: 1000, ...(before === undefined ? {} : { before }) });
    rows += page.rows.length;
    before = page.next;
  }
  return [rows, figures.totals.requests];
}

/** So many rows in parts of a hundred, as they come in a flood. */
function addMany(client: StoreClient, from: number, count: number): void {
  for (let first = 0; first < count; first += 100)
    client.add(
      batchedRows(Array.from({ length: 100 }, (_, index) => requestRow({ at: from + first + index }))),
    );
}

const rowAt = (at: number) => batchedRows([requestRow({ at })]);

test("a question that follows a request at once knows of it", async () => {
  const client = new StoreClient({ path: null, retention });
  try {
    await client.open();
    for (const count of [1, 2, 3]) {
      client.add(rowAt(now + count));
      expect(await countOf(client)).toEqual([count, count]);
    }
  } finally {
    await client.close();
  }
});

test("a thread that dies is replaced; what it wrote, was writing and had not begun is there once", async () => {
  using folder = makeFolder();
  const client = new StoreClient({ path: folder.path, retention });
  try {
    await client.open();
    client.add(rowAt(now));
    expect(await countOf(client)).toEqual([1, 1]);
    // So many go on their way at once.
    addMany(client, now + 1, batchRows);
    workers[0]?.terminate();
    for (let index = 1; index <= 10; index++) client.add(rowAt(now + batchRows + index));
    await until("the death is told", () => client.report.failing !== null);
    await expect(client.find("req_cf_1")).rejects.toMatchObject({ code: "ledger_unavailable" });
    await until("it works again", () => client.report.failing === null);
    expect(workers).toHaveLength(2);
    expect(await countOf(client)).toEqual([batchRows + 11, batchRows + 11]);
    expect(client.report.lost).toBe(0);
  } finally {
    await client.close();
  }
});

test("while there is no thread so many rows wait, and what is beyond them is counted as lost", async () => {
  const client = new StoreClient({ path: null, retention });
  try {
    await client.open();
    workers[0]?.terminate();
    await until("the death is told", () => client.report.failing !== null);
    addMany(client, now, 25_000);
    const { lost } = client.report;
    // Beside those that wait, one batch was on its way.
    expect(lost).toBeWithin(5000 - batchRows, 5001);
    await until("it works again", () => client.report.failing === null);
    await until("all that waited is written", async () => {
      const figures = await client.figures({ period, bucket: "day" });
      return figures.totals.requests + lost === 25_000;
    });
  } finally {
    await client.close();
  }
});
