import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, chown, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withValue } from "../../src/config/document";
import { changeConfig, readConfig } from "../../src/config/file";
import { type Paths, resolvePaths } from "../../src/config/paths";

const script = join(import.meta.dir, "writer-process.ts");

let paths: Paths;
beforeEach(async () => {
  paths = resolvePaths({ CF_HOME: await mkdtemp(join(tmpdir(), "cf-races-")) });
});
afterEach(async () => {
  await chmod(paths.home, 0o700);
  await rm(paths.home, { recursive: true, force: true });
});

function startWriter(mode: string, name: string, prefix: string[] = []) {
  return Bun.spawn([...prefix, process.execPath, script, mode, name], {
    env: { ...process.env, CF_HOME: paths.home },
    stdout: "pipe",
    stderr: "inherit",
  });
}

/** Reads until `count` bytes have come. */
async function readBytes(stream: ReadableStream<Uint8Array>, count: number): Promise<void> {
  const reader = stream.getReader();
  let seen = 0;
  while (seen < count) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the writer ended too early");
    seen += value.length;
  }
  reader.releaseLock();
}

const keyIds = async () => [...(await readConfig(paths)).config.keys.keys()];

test.each([
  ["", null],
  [
    ", even if all of them find the lock of a dead one",
    { pid: 2 ** 22 + 1, processStart: "1@x", nonce: "n" },
  ],
])(
  "ten processes that add a key at once lose nothing%s",
  async (_, lock) => {
    if (lock !== null) await writeFile(paths.configLock, JSON.stringify(lock));
    const names = Array.from({ length: 10 }, (_, number) => `key-${number}`);
    const writers = names.map((name) => startWriter("add", name));
    expect(await Promise.all(writers.map((writer) => writer.exited))).toEqual(names.map(() => 0));
    expect((await keyIds()).sort()).toEqual(names);
    expect(await readdir(paths.home)).toEqual(["config.json"]);
  },
  60_000,
);

test("a process that is killed while it holds the lock stops nobody", async () => {
  const writer = startWriter("add-and-hang", "lost");
  await readBytes(writer.stdout, 1);
  expect(await readdir(paths.home)).toContain("config.json.lock");
  writer.kill("SIGKILL");
  await writer.exited;
  await changeConfig(paths, (document) => withValue(document, "cooldownMs", 5));
  expect((await readConfig(paths)).config.cooldownMs).toBe(5);
  expect(await keyIds()).toEqual([]);
  expect(await readdir(paths.home)).toEqual(["config.json"]);
}, 30_000);

test("processes that are killed while they write never leave a broken file, a lock or a leftover", async () => {
  let kept = 0;
  for (const writes of [1, 2, 3, 5, 8]) {
    const writers = ["a", "b"].map((name) => startWriter("add-for-ever", `${name}${writes}`));
    await Promise.any(writers.map((writer) => readBytes(writer.stdout, writes)));
    for (const writer of writers) writer.kill("SIGKILL");
    await Promise.all(writers.map((writer) => writer.exited));
    const ids = await keyIds();
    expect(ids.length).toBeGreaterThanOrEqual(kept + writes);
    kept = ids.length;
    await changeConfig(paths, (document) => withValue(document, "cooldownMs", kept));
    expect(await readdir(paths.home)).toEqual(["config.json"]);
  }
}, 60_000);

test("a disk that is full leaves the old file and nothing beside it", async () => {
  const text = JSON.stringify({ modelFallback: { ["m".repeat(2000)]: "n" } });
  await writeFile(paths.config, text, { mode: 0o600 });
  // Files of more than one block (512 bytes or 1 KB) cannot be written, as if the disk ended there.
  const limited = ["/bin/sh", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "sh"];
  const writer = startWriter("add", "new", limited);
  const words = await new Response(writer.stdout).text();
  expect(await writer.exited).toBe(1);
  expect(words).toBe(
    `config_unwritable Cannot write ${paths.config}: the file would be larger than the system allows.`,
  );
  expect(await readFile(paths.config, "utf8")).toBe(text);
  expect(await readdir(paths.home)).toEqual(["config.json"]);
}, 30_000);

test("a folder that cannot be written to is explained, and its file stays", async () => {
  await writeFile(paths.config, "{}", { mode: 0o600 });
  if (process.getuid?.() === 0) {
    await chown(paths.config, 65534, 65534);
    await chown(paths.home, 65534, 65534);
  }
  await chmod(paths.home, 0o500);
  const writer = startWriter("add-unprivileged", "new");
  const words = await new Response(writer.stdout).text();
  expect(await writer.exited).toBe(1);
  expect(words).toBe(`config_unwritable Cannot create ${paths.configLock}: permission denied.`);
  expect(await readFile(paths.config, "utf8")).toBe("{}");
}, 30_000);
