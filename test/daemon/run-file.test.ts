import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseProcStat, processStartTime } from "../../src/config/process-start-time";
import {
  describeThisProcess,
  isAlive,
  readRunFile,
  removeRunFile,
  writeRunFile,
} from "../../src/daemon/run-file";

let folder = "";
let path = "";
const facts = { version: "2.0.0", host: "127.0.0.1", profiles: [{ name: "default", port: 4080 }] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cf-run-file-"));
  path = join(folder, "run.json");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("what is written is what is read, 0600, with nothing left beside it", async () => {
  const run = await describeThisProcess(facts);
  await writeRunFile(path, run);
  expect(await readRunFile(path)).toEqual(run);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["run.json"]);
});

test("an old file that others may read is replaced by one that they may not", async () => {
  await writeFile(path, "{}");
  await chmod(path, 0o644);
  await writeRunFile(path, await describeThisProcess(facts));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("only the instance that wrote the run file removes it", async () => {
  const mine = await describeThisProcess(facts);
  const next = await describeThisProcess(facts);
  expect(mine.instance).not.toBe(next.instance);
  await writeRunFile(path, next);
  await removeRunFile(path, mine.instance);
  expect((await readRunFile(path))?.instance).toBe(next.instance);
  await removeRunFile(path, next.instance);
  expect(await readRunFile(path)).toBeNull();
});

test.each(["", "{", "null", "[]", '{"pid":"1"}', '{"pid":-1,"host":"","instance":"x"}', '{"pid":1}'])(
  "%j is no run file",
  async (content) => {
    await writeFile(path, content);
    expect(await readRunFile(path)).toBeNull();
  },
);

test("damaged parts of a run file are left out", async () => {
  await writeFile(
    path,
    JSON.stringify({
      ...{ pid: 7, host: "::1", instance: "x", profiles: [{ name: "a", port: 1 }, 3] },
      ...{ phase: "flying", mode: 1, supervisor: { pid: "8" }, restarts: { count: 1 }, draining: [] },
    }),
  );
  expect(await readRunFile(path)).toEqual({
    pid: 7,
    processStart: null,
    version: "unknown",
    host: "::1",
    instance: "x",
    profiles: [{ name: "a", port: 1 }],
    phase: "serving",
    mode: "foreground",
    port: null,
    supervisor: null,
    draining: null,
    restarts: null,
  });
});

test("this process is alive; the same pid with another start time is not", async () => {
  const run = await describeThisProcess(facts);
  expect(await isAlive(run)).toBe(true);
  expect(await isAlive({ ...run, processStart: `${run.processStart}0` })).toBe(false);
  expect(await isAlive({ ...run, processStart: null })).toBe(false);
});

test("a process that ended is not alive, even before its parent took notice", async () => {
  const child = Bun.spawn([process.execPath, "-e", "process.stdin.resume()"], { stdin: "pipe" });
  const processStart = await processStartTime(child.pid);
  expect(processStart).not.toBeNull();
  const run = { ...(await describeThisProcess(facts)), pid: child.pid, processStart };
  expect(await isAlive(run)).toBe(true);
  child.kill("SIGKILL");
  await child.exited;
  expect(await isAlive(run)).toBe(false);
});

test.each([0, -1, 1.5, Number.NaN, 2 ** 31])("pid %p has no start time", async (pid) => {
  expect(await processStartTime(pid)).toBeNull();
});

test("a command name with spaces and parentheses does not shift the fields", () => {
  const fields = Array.from({ length: 30 }, (_, index) => String(index + 4)).join(" ");
  expect(parseProcStat(`12 (a) b) (c) S ${fields}`)).toEqual({ state: "S", startTicks: "22" });
  expect(parseProcStat("")).toBeNull();
});
