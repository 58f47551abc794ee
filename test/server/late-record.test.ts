// A record that is slow to open does not hold up the start, and what the process before left in it is not lost for that.
import { expect, test } from "bun:test";
import { Runtime } from "../../src/server/runtime";
import { KnownSecrets } from "../../src/state/known-secrets";
import { type OpenedStore, openStore, retentionOf } from "../../src/state/ledger/store/open-store";
import { StoreClient } from "../../src/state/ledger/store/store-client";
import { configOf, key } from "../state/configs";
import { makeFolder } from "../state/ledger/open-store";
import { until } from "../support/gate";
import { batchedRows, requestRow } from "../support/request-rows";

test("what comes late is taken in, below what has happened since", async () => {
  using folder = makeFolder();
  const config = configOf([key("alpha"), key("beta")]);
  const before = await openStore(folder.path, config);
  const now = Date.now();
  const served = {
    key: "alpha",
    model: "m",
    provider: "anthropic",
    warmUntil: now + 60_000,
    moved: false,
  } as const;
  before.client.add(batchedRows([requestRow({ at: now, key: "alpha", costUsd: 1 })]));
  before.client.setBinding({ ...served, id: "m\nold" });
  before.client.setBinding({ ...served, id: "m\nboth" });
  await before.client.close();

  const client = new StoreClient({ path: folder.path, retention: retentionOf(config) });
  const store: OpenedStore = { client, restored: null, late: client.open() };
  const fail = (error: unknown): never => {
    throw error;
  };
  const runtime = new Runtime({
    config,
    tokens: new Map(),
    secrets: new KnownSecrets(),
    store,
    reportBug: fail,
  });
  try {
    const { sessions } = runtime.context("default");
    sessions.bind("both", "m", { ...served, key: "beta" }, 60_000);
    expect([runtime.ledger.today().requests, sessions.boundKey("old", "m")]).toEqual([0, null]);
    await until("the record is there", () => runtime.ledger.today().requests === 1);
    expect(sessions.boundKey("old", "m")).toBe("alpha");
    expect(sessions.boundKey("both", "m")).toBe("beta");
    expect(runtime.ledger.todayOf("alpha")).toEqual({ requests: 1, costUsd: 1 });
    expect(runtime.ledger.recent(5)).toHaveLength(1);
  } finally {
    runtime.close();
    await client.close();
  }
});
