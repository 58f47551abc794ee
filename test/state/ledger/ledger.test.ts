// Requests are taken in together, and nobody can tell: whoever asks finds everything that is finished.
import { expect, test } from "bun:test";
import type { FinishedRows } from "../../../src/state/ledger/finished-rows";
import { Ledger } from "../../../src/state/ledger/ledger";
import { requestRecord } from "../../support/request-records";

function openLedger() {
  const bugs: unknown[] = [];
  const ledger = new Ledger({
    now: () => 5000,
    priceOf: () => null,
    reportBug: (error) => bugs.push(error),
  });
  return { ledger, bugs };
}

const ids = ({ rows }: FinishedRows) => rows.map(({ id }) => id);

test("whatever is asked knows of a request that has just ended", async () => {
  const questions: [string, (ledger: Ledger) => unknown][] = [
    ["recent", (ledger) => ledger.recent(10).length],
    ["today", (ledger) => ledger.today().requests],
    ["todayOf", (ledger) => ledger.todayOf("alpha").requests],
    ["find", async (ledger) => ((await ledger.find("req_cf_1")) === null ? 0 : 1)],
    ["page", async (ledger) => (await ledger.page({ limit: 10 })).rows.length],
    [
      "figures",
      async (ledger) =>
        (await ledger.figures({ period: { since: 0, until: 5000 }, bucket: "day" })).totals.requests,
    ],
    [
      "breakdown",
      async (ledger) => (await ledger.breakdown({ period: { since: 0, until: 5000 }, by: "key" })).length,
    ],
  ];
  for (const [name, ask] of questions) {
    const { ledger } = openLedger();
    ledger.add(requestRecord({ id: "req_cf_1" }));
    expect([name, await ask(ledger)]).toEqual([name, 1]);
  }
});

test("listeners hear of it in a moment, without being asked", async () => {
  const { ledger } = openLedger();
  const heard = Promise.withResolvers<string[]>();
  ledger.onRows((rows) => heard.resolve(ids(rows)));
  ledger.add(requestRecord({ id: "req_cf_1" }));
  ledger.add(requestRecord({ id: "req_cf_2" }));
  expect(await heard.promise).toEqual(["req_cf_1", "req_cf_2"]);
});

test("many are not held back, and each is told once and in order", () => {
  const { ledger } = openLedger();
  const heard: string[] = [];
  ledger.onRows((rows) => heard.push(...ids(rows)));
  const all = Array.from({ length: 1050 }, (_, index) => `req_cf_${index}`);
  for (const id of all) ledger.add(requestRecord({ id }));
  expect(heard).toEqual(all.slice(0, 1000));
  ledger.settle();
  ledger.settle();
  expect(heard).toEqual(all);
  expect(ledger.today().requests).toBe(1050);
});

test("who begins to listen hears of what ends from then on", () => {
  const { ledger } = openLedger();
  ledger.add(requestRecord({ id: "req_cf_1" }));
  const heard: string[] = [];
  ledger.onRows((rows) => heard.push(...ids(rows)));
  ledger.add(requestRecord({ id: "req_cf_2" }));
  ledger.settle();
  expect(heard).toEqual(["req_cf_2"]);
});

test("a listener that fails keeps nothing from the others", () => {
  const { ledger, bugs } = openLedger();
  const heard: string[] = [];
  ledger.onRows(() => {
    throw new Error("broken");
  });
  ledger.onRows((rows) => heard.push(...ids(rows)));
  ledger.add(requestRecord({ id: "req_cf_1" }));
  ledger.settle();
  expect([heard, bugs.length]).toEqual([["req_cf_1"], 1]);
});
