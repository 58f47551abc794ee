// The store as the serving thread sees it: what was handed over is part of every answer that follows.
import { expect, test } from "bun:test";
import { toTuple } from "../../../src/state/ledger/row-tuple";
import { StoreClient } from "../../../src/state/ledger/store/store-client";
import { requestRow } from "../../support/request-rows";

test("a question that follows a request at once knows of it", async () => {
  const client = new StoreClient({ path: null, retention: { days: 30, mostBytes: 1e9 } });
  try {
    await client.open();
    const now = Date.now();
    const period = { since: now - 60_000, until: now + 60_000 };
    for (const count of [1, 2, 3]) {
      client.add(toTuple(requestRow({ at: now })));
      const [page, figures] = await Promise.all([
        client.page({ limit: 10 }),
        client.figures({ period, bucket: "day" }),
      ]);
      expect([page.rows.length, figures.totals.requests]).toEqual([count, count]);
    }
  } finally {
    await client.close();
  }
});
