// Times that stand only in the body of a 429.
import { expect, test } from "bun:test";
import { readStatedWait } from "../../src/engine/read-stated-wait";

const now = 1_790_000_000_000;

test.each([
  ["Rate limit reached for gpt-5.4. Please try again in 20s. Visit https://x", 20_000],
  ["Please try again in 350ms.", 350],
  ["Please try again in 1m12.5s.", 72_500],
  ["Please retry in 34.07s.", 34_070],
  ["Please try again after 2 minutes", 120_000],
  ["try again in 1.5 seconds", 1500],
  ['{"error":{"type":"usage_limit_reached","resets_in_seconds":7200}}', 7_200_000],
  ['{"error":{"resets_at":1790000600,"resets_in_seconds":1}}', 600_000],
])("%s", (body, ms) => {
  expect(readStatedWait(body, now)).toBe(now + ms);
});

test.each([
  "Please try again later.",
  "",
  '{"error":{"resets_at":1000000000}}',
  "try again in 0s",
  "try again in -5s",
])("no time: %s", (body) => {
  expect(readStatedWait(body, now)).toBeNull();
});
