import { expect, test } from "bun:test";
import { sleep } from "../../src/state/sleep";

/** How many listeners `signal` has, by counting what is added and removed. */
function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...of: Parameters<typeof addEventListener>) => {
    count += 1;
    addEventListener.apply(signal, of);
  };
  signal.removeEventListener = (...of: Parameters<typeof removeEventListener>) => {
    count -= 1;
    removeEventListener.apply(signal, of);
  };
  return () => count;
}

test("leaves no listener behind, whether the time is over or nobody wants to wait", async () => {
  const ended = new AbortController();
  const listeners = countListeners(ended.signal);
  for (let round = 0; round < 3; round += 1) await sleep(1, ended.signal);
  expect(listeners()).toBe(0);
  const long = sleep(2 ** 30, ended.signal);
  ended.abort();
  await long;
  expect(listeners()).toBe(0);
  await sleep(2 ** 30, ended.signal);
});
