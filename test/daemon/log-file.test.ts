// The log: complete, rotated, private, and never in the way.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFile, type LogFileOptions } from "../../src/daemon/log-file";

let folder: string;
let troubles: unknown[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cf-log-"));
  troubles = [];
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

function openLog(options: Partial<LogFileOptions> = {}): LogFile {
  return new LogFile({
    path: join(folder, "logs", "cf.log"),
    level: "info",
    maxSize: 1_000_000,
    redact: (text) => text,
    onTrouble: (error) => troubles.push(error),
    ...options,
  });
}

async function lines(name = "cf.log"): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(folder, "logs", name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("each line is JSON with time, level, message and its fields, in order", async () => {
  const log = openLog();
  log.log("info", "one", { count: 1 });
  log.log("warn", "two\nlines");
  await log.flush();
  log.log("error", "three");
  await log.flush();
  expect(await lines()).toMatchObject([
    { level: "info", message: "one", count: 1 },
    { level: "warn", message: "two\nlines" },
    { level: "error", message: "three" },
  ]);
  for (const { time } of await lines()) expect(new Date(String(time)).toISOString()).toBe(String(time));
});

test("lines below the level are left out", async () => {
  const log = openLog({ level: "warn" });
  log.log("info", "quiet");
  log.log("warn", "loud");
  await log.flush();
  expect((await lines()).map((line) => line.message)).toEqual(["loud"]);
  expect([log.writes("debug"), log.writes("error")]).toEqual([false, true]);
});

test("only the owner may read it", async () => {
  const log = openLog();
  log.log("info", "private");
  await log.flush();
  expect((await stat(join(folder, "logs", "cf.log"))).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, "logs"))).mode & 0o777).toBe(0o700);
});

test("what redact takes out never reaches the disk", async () => {
  const log = openLog({ redact: (text) => text.replaceAll("secret", "[redacted]") });
  log.log("info", "a secret", { detail: "another secret" });
  await log.flush();
  expect(await readFile(join(folder, "logs", "cf.log"), "utf8")).not.toContain('secret"');
  expect(await lines()).toMatchObject([{ message: "a [redacted]", detail: "another [redacted]" }]);
});

test("three files are kept, the newest lines in the first", async () => {
  const log = openLog({ maxSize: 400 });
  for (let count = 0; count < 40; count++) {
    log.log("info", `line ${count}`);
    await log.flush();
  }
  expect((await readdir(join(folder, "logs"))).sort()).toEqual(["cf.log", "cf.log.1", "cf.log.2"]);
  const kept = [...(await lines("cf.log.2")), ...(await lines("cf.log.1")), ...(await lines())];
  const numbers = kept.map((line) => Number(/\d+$/.exec(String(line.message))?.[0]));
  expect(numbers.at(-1)).toBe(39);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  for (const name of ["cf.log", "cf.log.1", "cf.log.2"]) {
    expect((await stat(join(folder, "logs", name))).size).toBeLessThanOrEqual(400);
  }
});

test("a restart goes on in the same file", async () => {
  const first = openLog();
  first.log("info", "before");
  await first.flush();
  const second = openLog();
  second.log("info", "after");
  await second.flush();
  expect((await lines()).map((line) => line.message)).toEqual(["before", "after"]);
});

test("a log that cannot be written is told once, and the caller never notices", async () => {
  // A file where the folder should be: this fails for root, too.
  await Bun.write(join(folder, "logs"), "in the way");
  const log = openLog();
  log.log("info", "one");
  await log.flush();
  log.log("info", "two");
  await log.flush();
  expect(troubles).toHaveLength(1);
  await rm(join(folder, "logs"));
  log.log("info", "three");
  await log.flush();
  expect((await lines()).map((line) => line.message)).toEqual(["three"]);
});
