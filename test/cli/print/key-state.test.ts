import { expect, test } from "bun:test";
import { describeState, explainKey } from "../../../src/cli/print/key-state";
import { noPaint } from "../../../src/cli/print/paint";
import type { HealthKey } from "../../../src/daemon/health";

const now = new Date(2026, 2, 4, 14, 31, 28).getTime();
const until = now + 42_000;

function key(fields: Partial<HealthKey>): HealthKey {
  return {
    id: "work",
    label: "Work",
    provider: "anthropic",
    type: null,
    state: "ready",
    reason: null,
    until: null,
    cooldowns: [],
    ...fields,
  };
}

test("a key that serves needs no explanation", () => {
  expect(explainKey(key({ state: "serving" }), now)).toEqual([]);
});

test("a cooldown says until when, how long, why and for what", () => {
  const cooling = key({
    state: "cooling",
    until,
    reason: "rate_limited",
    cooldowns: [{ model: "claude-opus-4-6", scope: "model", until, reason: "rate_limited" }],
  });
  expect(describeState(cooling, noPaint).text).toBe("● cooling");
  expect(explainKey(cooling, now)).toEqual(["until 14:32:10 (42 s), rate limited for claude-opus-4-6"]);
});

test("a whole key that cools does not need a list of models", () => {
  expect(explainKey(key({ state: "cooling", until, reason: "rate limited" }), now)).toEqual([
    "until 14:32:10 (42 s), rate limited",
  ]);
});

test("models that come back together share a line", () => {
  const cooldowns = ["claude-opus-4-6", "claude-sonnet-4-6"].map((model) => ({
    model,
    scope: "model",
    until,
    reason: "rate_limited",
  }));
  expect(explainKey(key({ state: "cooling", until, cooldowns }), now)).toEqual([
    "until 14:32:10 (42 s), rate limited for claude-opus-4-6, claude-sonnet-4-6",
  ]);
});

test("a ready key never hides that it cools for one model", () => {
  const cooldowns = [{ model: "claude-opus-4-6", scope: "model", until, reason: "rate_limited" }];
  expect(explainKey(key({ state: "ready", cooldowns }), now)).toEqual([
    "cooling until 14:32:10 (42 s), rate limited for claude-opus-4-6",
  ]);
});

test("a rejected key says why, when it is tried again, and what helps", () => {
  const lines = explainKey(key({ state: "rejected", reason: "401 invalid x-api-key", until }), now);
  expect(lines[0]).toBe("401 invalid x-api-key, tried again at 14:32:10 (42 s)");
  expect(lines[1]).toContain("cf remove-key work");
});

test("a rest of the whole key is not told twice", () => {
  const reason = "rejected (401): invalid x-api-key";
  const cooldowns = [{ model: "*", scope: "key", until, reason }];
  const lines = explainKey(key({ state: "rejected", reason, until, cooldowns }), now);
  expect(lines.slice(0, -1)).toEqual([`${reason}, tried again at 14:32:10 (42 s)`]);
});

test("a family of models and the counting of tokens are named as such", () => {
  const cooldowns = [
    { model: "opus", scope: "family", until, reason: "rate limited" },
    { model: "count_tokens", scope: "count_tokens", until: until + 1000, reason: "rate limited" },
  ];
  expect(explainKey(key({ state: "cooling", until, cooldowns }), now)).toEqual([
    "until 14:32:10 (42 s), rate limited for all opus models",
    "until 14:32:11 (43 s), rate limited for token counting",
  ]);
});

test("a disabled key shows its reason", () => {
  expect(explainKey(key({ state: "disabled", reason: "the variable WORK_KEY is not set" }), now)).toEqual([
    "the variable WORK_KEY is not set",
  ]);
});

test("a state of a newer proxy is shown as it is", () => {
  expect(describeState(key({ state: "resting" }), noPaint).text).toBe("● resting");
});
