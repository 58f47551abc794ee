// Timers of the real clock.
import { expect, test } from "bun:test";
import { systemClock } from "../../src/state/clock";

test("a time that is over runs at once", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  systemClock.setTimer(systemClock.now() - 1000, () => resolve("ran"));
  expect(await promise).toBe("ran");
});

test("a time beyond 31 bits of milliseconds does not run at once", async () => {
  const ran: string[] = [];
  const cancelFar = systemClock.setTimer(systemClock.now() + 2 ** 33, () => ran.push("far"));
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.setTimer(systemClock.now() + 5, resolve);
  await promise;
  cancelFar();
  expect(ran).toEqual([]);
});

test("a cancelled timer does not run", async () => {
  const ran: string[] = [];
  const cancel = systemClock.setTimer(systemClock.now(), () => ran.push("cancelled"));
  cancel();
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.setTimer(systemClock.now() + 5, resolve);
  await promise;
  expect(ran).toEqual([]);
});
