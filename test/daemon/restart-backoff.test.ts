import { expect, test } from "bun:test";
import { describeEnd } from "../../src/daemon/describe-end";
import { RestartBackoff } from "../../src/daemon/restart-backoff";
import { tokenFor } from "../support/test-token";

test("1 s, doubling up to 60 s", () => {
  const backoff = new RestartBackoff();
  const pauses = Array.from({ length: 9 }, () => backoff.next(1000));
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test("whoever has served for a good while begins anew", () => {
  const backoff = new RestartBackoff();
  backoff.next(0);
  backoff.next(0);
  expect(backoff.next(299_999)).toBe(4000);
  expect(backoff.next(300_000)).toBe(1000);
});

test.each([
  [{ exitCode: null, signal: "SIGSEGV", stderr: "" }, "was killed by SIGSEGV"],
  [
    { exitCode: 1, signal: null, stderr: "hello\nerror: no memory\nbye\n" },
    "ended with exit code 1: error: no memory",
  ],
  [{ exitCode: 3, signal: null, stderr: "\x1b[31monly this\x1b[0m\n" }, "ended with exit code 3: only this"],
])("%j in words", (end, words) => {
  expect(describeEnd(end)).toBe(words);
});

test("the end of a process shows no token", () => {
  const token = tokenFor("alpha");
  expect(describeEnd({ exitCode: 1, signal: null, stderr: `error: bad ${token}` })).not.toContain(token);
});
