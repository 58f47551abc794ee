import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLog } from "../../../src/state/log/read-log";

let folder = "";
let path = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cf-log-"));
  path = join(folder, "cf.log");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const line = (message: string, level = "info", id?: string) =>
  JSON.stringify({ time: "2026-01-02T03:04:05.678Z", level, message, ...(id === undefined ? {} : { id }) });

async function messages(...rest: Parameters<typeof readLog> extends [string, ...infer Rest] ? Rest : never) {
  return (await readLog(path, ...rest)).map(({ entry }) => entry.message);
}

test("no log: nothing", async () => {
  expect(await readLog(path, 10)).toEqual([]);
});

test("the newest lines, oldest first, over the rotated files", async () => {
  await writeFile(`${path}.2`, `${line("one")}\n${line("two")}\n`);
  await writeFile(`${path}.1`, `${line("three")}\n`);
  await writeFile(path, `${line("four")}\n${line("five")}\n`);
  expect(await messages(2)).toEqual(["four", "five"]);
  expect(await messages(4)).toEqual(["two", "three", "four", "five"]);
  expect(await messages(99)).toEqual(["one", "two", "three", "four", "five"]);
  expect(await messages(0)).toEqual([]);
});

test("level and request narrow what is counted", async () => {
  const lines = [
    line("a", "debug"),
    line("b", "warn", "req_1"),
    line("c", "info", "req_1"),
    line("d", "error"),
  ];
  await writeFile(path, `${lines.join("\n")}\n`);
  expect(await messages(9, { level: "warn" })).toEqual(["b", "d"]);
  expect(await messages(9, { request: "req_1" })).toEqual(["b", "c"]);
  expect(await messages(1, { level: "warn", request: "req_1" })).toEqual(["b"]);
});

test("a line that is just being written waits; one that is no JSON is shown as it is", async () => {
  await writeFile(path, `not json\n{"half": tr\n${line("whole")}\n{"time":"2026`);
  expect(await messages(9)).toEqual(["not json", '{"half": tr', "whole"]);
  await writeFile(path, "no line end at all");
  expect(await messages(9)).toEqual([]);
});

test.each([1, 7, 65_535, 65_536, 65_537, 131_072])(
  "chunks may cut anywhere: characters of several bytes, line ends (%i bytes of filler)",
  async (filler) => {
    const lines = [line("前".repeat(20)), line("x".repeat(filler)), line("é".repeat(30)), line("end")];
    await writeFile(path, `${lines.join("\n")}\n`);
    const found = await readLog(path, 99);
    expect(found.map(({ text }) => text)).toEqual(lines);
  },
);

test("empty lines are no lines", async () => {
  await writeFile(path, `\n\n${line("a")}\n\n${line("b")}\n`);
  expect(await messages(9)).toEqual(["a", "b"]);
});
