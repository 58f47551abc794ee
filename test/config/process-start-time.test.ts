import { expect, test } from "bun:test";
import { parseProcStat, processStartTime } from "../../src/config/process-start-time";

test("a living process keeps its start time, a dead one has none", async () => {
  const child = Bun.spawn(["sleep", "60"]);
  const started = await processStartTime(child.pid);
  expect(started).toBeString();
  expect(await processStartTime(child.pid)).toBe(started);
  child.kill();
  await child.exited;
  expect(await processStartTime(child.pid)).toBeNull();
});

test.each([0, -1, 1.5, Number.NaN])("%d is no process", async (pid) => {
  expect(await processStartTime(pid)).toBeNull();
});

test("a command name may hold anything, parentheses and spaces included", () => {
  const fields = ["S", ...Array.from({ length: 18 }, () => "0"), "4711", "0"].join(" ");
  expect(parseProcStat(`12 (a) b (c)) ${fields}`)).toEqual({ state: "S", startTicks: "4711" });
  expect(parseProcStat("")).toBeNull();
  expect(parseProcStat("12 (cut) S 0 0")).toBeNull();
});
