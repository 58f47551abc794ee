// What keys were doing: told when it changes, kept as changes, shown as bands.
import { expect, test } from "bun:test";
import type { KeyStateChange } from "../../../src/state/ledger/store/key-states";
import { KeyWatch } from "../../../src/state/ledger/watch-keys";
import { KeyPool } from "../../../src/state/pool";
import type { StoredRests } from "../../../src/state/stored-rests";
import { until } from "../../support/gate";
import { requestRow } from "../../support/request-rows";
import { configOf, key } from "../configs";
import { FakeClock } from "../fake-clock";
import { batchOf, openTestStore } from "./open-store";

const hour = 3_600_000;

test("a cooldown and its end are told, and so is what rests; a restart takes it over", async () => {
  const clock = new FakeClock();
  const config = configOf([key("alpha"), key("paused", { enabled: false })]);
  const pool = new KeyPool({ config, now: clock.now, chance: () => 0 });
  const changes: KeyStateChange[] = [];
  const rests: StoredRests[] = [];
  const watch = new KeyWatch({
    pool,
    clock,
    onState: (change) => changes.push(change),
    onRests: (told) => rests.push(told),
  });
  expect(changes.map(({ key: id, state }) => [id, state])).toEqual([
    ["alpha", "ready"],
    ["paused", "paused"],
  ]);
  const lease = pool.begin({ key: "alpha", model: "m", endpoint: "messages" });
  const restUntil = clock.now() + hour;
  lease.note(
    {
      action: "rotate",
      reason: "rate_limited",
      words: "rate limited",
      rests: [{ scope: { kind: "key" }, duration: { until: restUntil } }],
    },
    { status: 429, headers: null },
  );
  lease.end();
  await until("the cooldown is told", async () => changes.length === 3);
  expect(changes[2]).toMatchObject({ key: "alpha", state: "cooling", reason: "rate limited" });
  const stored = rests.findLast((told) => told.key === "alpha");
  expect(JSON.stringify(stored)).not.toContain("token-of-alpha");

  const next = new KeyPool({ config, now: clock.now, chance: () => 0 });
  next.restoreRests(rests);
  expect(next.availability("alpha", "m", "messages")).toMatchObject({ usable: false, until: restUntil });
  const other = new KeyPool({
    config: configOf([key("alpha", { token: "another" })]),
    now: clock.now,
    chance: () => 0,
  });
  other.restoreRests(rests);
  expect(other.availability("alpha", "m", "messages").usable).toBe(true);

  await clock.advance(hour + 10);
  await until("its end is told", async () => changes.length === 4);
  expect(changes[3]).toMatchObject({ key: "alpha", state: "ready" });
  watch.close();
  expect(clock.pendingTimers).toBe(0);
  const late = new KeyPool({ config, now: clock.now, chance: () => 0 });
  late.restoreRests(rests);
  expect(late.availability("alpha", "m", "messages").usable).toBe(true);
});

test("rests that somebody has edited are left out, not fatal", () => {
  const pool = new KeyPool({ config: configOf([key("alpha")]), now: () => 1000, chance: () => 0 });
  const [own] = pool.storedRests();
  for (const entries of ["", "{", "null", "[]", '{"own":[null,5,{"until":"x"}],"shared":7}']) {
    pool.restoreRests([{ key: "alpha", identity: own?.identity ?? "", entries }]);
  }
  expect(pool.availability("alpha", "m", "messages").usable).toBe(true);
});

test("bands: ready, serving in the minutes with requests, cooling, and down while nobody looked", () => {
  using opened = openTestStore(null);
  const start = Date.UTC(2026, 10, 20, 12, 0, 0);
  const keyStates: KeyStateChange[] = [
    { key: "alpha", at: start - 5 * hour, state: "ready", reason: null },
    { key: "alpha", at: start + 20 * 60_000, state: "cooling", reason: "rate limited" },
    { key: "alpha", at: start + 30 * 60_000, state: "ready", reason: null },
  ];
  const served = [10, 11, 35].map((minute) => requestRow({ at: start + minute * 60_000 + 5000 }));
  opened.store.write(batchOf(served, { keyStates }), start + hour, false);
  opened.store.noteDown(start + 50 * 60_000);
  const period = { since: start, until: start + hour };
  const [band] = opened.store.timeline({ period, bucketMs: 60_000 }).bands;
  const minutes = band?.spans.map(({ from, until: end, state }) => [
    state,
    (Date.parse(from) - start) / 60_000,
    (Date.parse(end) - start) / 60_000,
  ]);
  expect(minutes).toEqual([
    ["ready", 0, 10],
    ["serving", 10, 12],
    ["ready", 12, 20],
    ["cooling", 20, 30],
    ["ready", 30, 35],
    ["serving", 35, 36],
    ["ready", 36, 50],
    ["down", 50, 60],
  ]);
});
