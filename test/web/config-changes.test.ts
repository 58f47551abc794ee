// Merge patches as the page shows them, and what it says of changes that others made.
import { expect, test } from "bun:test";
import { composeProfilePatch } from "../../web/config/compose-profile-patch";
import { listChanges, listPlaces, overlaps } from "../../web/config/list-changes";
import { mergePatch } from "../../web/config/merge-patch";
import { showPatch } from "../../web/config/show-patch";
import { configView } from "../support/config-view";

test("a merge patch is that of RFC 7396", () => {
  expect(mergePatch({ a: 1, b: { c: 2, d: 3 } }, { b: { c: null, e: 4 }, f: [1] })).toEqual({
    a: 1,
    b: { d: 3, e: 4 },
    f: [1],
  });
  expect(mergePatch({ a: 1 }, { a: { b: { c: null } } })).toEqual({ a: { b: {} } });
  const odd = mergePatch({}, JSON.parse('{"__proto__": "x"}'));
  expect(Object.entries(odd)).toEqual([["__proto__", "x"]]);
});

test("changes are told place by place, outermost where something is new or gone", () => {
  const before = { profiles: { a: { port: 1 }, b: { port: 2 } }, cooldownMs: 5 };
  const after = { profiles: { a: { port: 9 } }, keys: { k: { token: "…" } }, cooldownMs: 5 };
  expect(listChanges(before, after)).toEqual([
    { path: "profiles.a.port", before: "1", after: "9" },
    { path: "profiles.b", before: '{"port":2}', after: null },
    { path: "keys", before: null, after: '{"k":{"token":"…"}}' },
  ]);
  expect(listPlaces({ modelFallback: { a: null }, cooldownMs: 1, keys: {} })).toEqual([
    "modelFallback.a",
    "cooldownMs",
    "keys",
  ]);
  expect(overlaps("profiles", "profiles.a.port")).toBe(true);
  expect(overlaps("profiles.a", "profiles.ab")).toBe(false);
});

test("an edit shows in what is in force; one that goes back to the default waits for the proxy", () => {
  const view = configView({ document: { timeouts: { idleMs: 7 } } });
  expect(showPatch(view, { queueWaitMs: 5 }).effective.queueWaitMs).toBe(5);
  expect(showPatch(view, { modelFallback: { a: "b" } }).effective.modelFallback).toEqual({ a: "b" });
  const timed = showPatch(view, { timeouts: { connectMs: 1 } });
  expect(timed.effective.timeouts).toEqual({ connectMs: 1, firstByteMs: 600_000, idleMs: 7 });
  expect(showPatch(view, { queueWaitMs: null }).effective.queueWaitMs).toBe(view.effective.queueWaitMs);
});

test("a profile is added, moved and renamed; beside a new one the unwritten default has to be written", () => {
  const document = { profiles: { work: { port: 1, keyOrder: ["a"] } } };
  expect(composeProfilePatch(document, "", "night", 2)).toEqual({ night: { port: 2 } });
  expect(composeProfilePatch(document, "work", "work", 2)).toEqual({ work: { port: 2 } });
  expect(composeProfilePatch(document, "work", "late", 1)).toEqual({
    work: null,
    late: { port: 1, keyOrder: ["a"] },
  });
  expect(composeProfilePatch({}, "", "night", 2)).toEqual({ default: {}, night: { port: 2 } });
  expect(composeProfilePatch({ profiles: {} }, "default", "default", 2)).toEqual({ default: { port: 2 } });
  expect(composeProfilePatch({}, "default", "day", 2)).toEqual({ default: null, day: { port: 2 } });
});
