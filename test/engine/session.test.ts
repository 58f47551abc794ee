// How long a conversation stays with its key.
import { expect, test } from "bun:test";
import { cacheWarmMs } from "../../src/engine/session";

test("a cache is warm for five minutes, or an hour", () => {
  expect(cacheWarmMs(false)).toBe(300_000);
  expect(cacheWarmMs(true)).toBe(3_600_000);
});
