import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFollower } from "../../../src/state/log/follow-log";
import { readLog } from "../../../src/state/log/read-log";

let folder = "";
let path = "";
let follower: LogFollower;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cf-follow-"));
  path = join(folder, "cf.log");
  follower = new LogFollower(path);
});

afterEach(async () => {
  await follower.close();
  await rm(folder, { recursive: true, force: true });
});

const read = () => Array.fromAsync(follower.read());

async function rotate(): Promise<void> {
  await rename(`${path}.1`, `${path}.2`).catch(() => {});
  await rename(path, `${path}.1`);
}

test("there is no file yet: nothing, and then its first lines", async () => {
  expect(await follower.skipToEnd()).toBeNull();
  expect(await read()).toEqual([]);
  await writeFile(path, "a\nb\n");
  expect(await read()).toEqual(["a", "b"]);
});

test("what was there is skipped, what is added comes once", async () => {
  await writeFile(path, "old\n");
  await follower.skipToEnd();
  expect(await read()).toEqual([]);
  await appendFile(path, "new\nha");
  expect(await read()).toEqual(["new"]);
  await appendFile(path, "lf\n");
  expect(await read()).toEqual(["half"]);
  expect(await read()).toEqual([]);
});

test("a line that is half written at the start is not lost", async () => {
  await writeFile(path, "old\nha");
  await follower.skipToEnd();
  await appendFile(path, "lf\n");
  expect(await read()).toEqual(["half"]);
});

test("a rotation: the rest of the old file, then the new one", async () => {
  await writeFile(path, "old\n");
  await follower.skipToEnd();
  await appendFile(path, "last\n");
  await rotate();
  await writeFile(path, "first\n");
  expect(await read()).toEqual(["last", "first"]);
});

test("two rotations between two looks lose nothing", async () => {
  await writeFile(path, "old\n");
  await follower.skipToEnd();
  await appendFile(path, "one\n");
  await rotate();
  await writeFile(path, "two\n");
  await rotate();
  await writeFile(path, "three\n");
  expect(await read()).toEqual(["one", "two", "three"]);
});

test("in the middle of a rotation there is no file: nothing, and on it goes", async () => {
  await writeFile(path, "old\n");
  await follower.skipToEnd();
  await rotate();
  expect(await read()).toEqual([]);
  await writeFile(path, "new\n");
  expect(await read()).toEqual(["new"]);
});

test("truncated in place: it begins anew", async () => {
  await writeFile(path, "a long old line\n");
  await follower.skipToEnd();
  await truncate(path, 0);
  await appendFile(path, "new\n");
  expect(await read()).toEqual(["new"]);
});

test("a character of several bytes that comes in two pieces stays whole", async () => {
  await writeFile(path, "");
  await follower.skipToEnd();
  const bytes = Buffer.from("前\n");
  await appendFile(path, bytes.subarray(0, 1));
  expect(await read()).toEqual([]);
  await appendFile(path, bytes.subarray(1));
  expect(await read()).toEqual(["前"]);
});

test("the end that was read and the following meet without a gap or a double line", async () => {
  await writeFile(path, "a\nb\n");
  const place = await follower.skipToEnd();
  await appendFile(path, "c\n");
  await rotate();
  await writeFile(path, "d\n");
  const before = place === null ? [] : await readLog(path, 9, {}, place);
  expect(before.map(({ text }) => text)).toEqual(["a", "b"]);
  expect(await read()).toEqual(["c", "d"]);
});
