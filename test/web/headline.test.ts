// The sentence on top of the page for each state of affairs.
import { describe, expect, test } from "bun:test";
import type { KeyView, Snapshot } from "../../src/server/contract";
import { describeNow, tabTitle } from "../../web/headline";
import { fromSnapshot } from "../../web/model";
import { sampleActive, sampleIso, sampleKey, sampleRow, sampleSnapshot } from "../support/dashboard-samples";

const now = (fields: Partial<Snapshot>) => fromSnapshot(sampleSnapshot(fields), null);
const serving = (id: string, model = "claude-opus-4-6", requests = 1): KeyView =>
  sampleKey({ id, label: id, state: "serving", serving: [{ model, requests }] });
const cooling = (id: string, until: string | null) => sampleKey({ id, label: id, state: "cooling", until });

describe("the headline", () => {
  test("no keys", () => {
    expect(describeNow(now({ keys: [], status: "unavailable" }))).toMatchObject({
      tone: "idle",
      title: "No key yet",
    });
  });

  test("one key serves", () => {
    expect(describeNow(now({ keys: [serving("Work", "claude-opus-4-6", 2), sampleKey()] }))).toEqual({
      tone: "ok",
      title: "Serving with Work",
      detail: "claude-opus-4-6 × 2",
      until: null,
    });
  });

  test("many keys serve", () => {
    const title = (...names: string[]) =>
      describeNow(now({ keys: names.map((name) => serving(name)) })).title;
    expect(title("A", "B")).toBe("Serving with A and B");
    expect(title("A", "B", "C")).toBe("Serving with A, B and C");
    expect(title("A", "B", "C", "D", "E")).toBe("Serving with A, B and 3 more");
  });

  test("none can serve: the first to come back, and when", () => {
    const keys = [cooling("Work", sampleIso(90_000)), cooling("Home", sampleIso(30_000))];
    expect(describeNow(now({ keys, status: "unavailable" }))).toEqual({
      tone: "down",
      title: "No key can serve",
      detail: "Home is back in",
      until: sampleIso(30_000),
    });
  });

  test("none can serve and none comes back by itself", () => {
    const keys = [sampleKey({ state: "rejected" })];
    const { detail, until } = describeNow(now({ keys, status: "unavailable" }));
    expect(until).toBeNull();
    expect(detail).toContain("needs you");
  });

  test("quiet: who is asked next, by the order of the profile", () => {
    const keys = [sampleKey({ id: "work", label: "Work" }), sampleKey({ id: "personal", label: "Mine" })];
    const after = describeNow(now({ keys, recent: [sampleRow()] }));
    expect(after).toMatchObject({ title: "Ready", detail: "The next request goes to Mine." });
    expect(describeNow(now({ keys })).title).toBe("Ready. Listening for the first request…");
  });

  test("the next one is that of the profile that clients use, wherever it stands in the config", () => {
    const keys = [sampleKey({ id: "work", label: "Work" }), sampleKey({ id: "personal", label: "Mine" })];
    const [profile] = sampleSnapshot().profiles;
    if (profile === undefined) throw new Error("the sample has no profile");
    const profiles = [
      { ...profile, name: "night", keyOrder: ["work"] },
      { ...profile, name: "default" },
    ];
    const { detail } = describeNow(now({ keys, profiles, recent: [sampleRow()] }));
    expect(detail).toBe("The next request goes to Mine.");
  });

  test("a key that is out is not named as the next one", () => {
    const keys = [cooling("personal", sampleIso(5000)), sampleKey({ id: "work", label: "Work" })];
    expect(describeNow(now({ keys, status: "degraded", recent: [sampleRow()] }))).toMatchObject({
      tone: "degraded",
      detail: "The next request goes to Work.",
    });
  });

  test("requests that wait are said to wait", () => {
    const active = [sampleActive({ id: "a", phase: "queued" }), sampleActive({ id: "b", phase: "queued" })];
    const keys = [cooling("Home", sampleIso(30_000))];
    expect(describeNow(now({ active, keys }))).toMatchObject({
      title: "2 requests wait for a key",
      detail: "Home is back in",
      until: sampleIso(30_000),
    });
  });
});

test("the tab says what matters while it is in the background", () => {
  expect(tabTitle(null)).toMatchObject({ tone: "gone", title: "Not running · Claude Failover" });
  expect(tabTitle(now({})).title).toBe("Claude Failover");
  expect(tabTitle(now({ keys: [cooling("a", null), sampleKey()], status: "degraded" })).title).toBe(
    "1 key out · Claude Failover",
  );
  expect(tabTitle(now({ keys: [cooling("a", null)], status: "unavailable" })).title).toContain(
    "No key can serve",
  );
  const configError = { message: "config.json:3 bad", path: null, line: 3 };
  expect(tabTitle(now({ configError })).title).toContain("Config error");
});
