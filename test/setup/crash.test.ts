// Killed at any step, setup leaves the old file or the new one, and an undo that brings the old one back.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { planToolUndo } from "../../src/setup/set-up";
import { makeSetupHome, type SetupHome } from "./setup-home";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

const before = '{\n  "model": "opus"\n}\n';
let home: SetupHome;

beforeEach(async () => {
  home = await makeSetupHome();
});

afterEach(() => home[Symbol.asyncDispose]());

test("after the backup: the next call clears it away", async () => {
  await home.write("cf-home/setup-backups/stray.bak", "secret", 0o600);
  await home.apply("claude-code");
  await home.undo("claude-code");
  expect(await readdir(join(home.root, "cf-home"))).toEqual([]);
});

test("after the journal: undo finds nothing to do", async () => {
  await home.write(".claude/settings.json", before);
  await home.apply("claude-code");
  await writeFile(home.settings, before);
  await home.undo("claude-code");
  expect((await readFile(home.settings)).toString()).toBe(before);
  expect(await planToolUndo("claude-code", home.context())).toEqual([]);
});

test("after the journal, then set up again: undo goes all the way back", async () => {
  await home.write(".claude/settings.json", before);
  await home.apply("claude-code");
  await writeFile(home.settings, before);
  await home.apply("claude-code");
  await home.undo("claude-code");
  expect((await readFile(home.settings)).toString()).toBe(before);
});

test("after the folder: undo removes it", async () => {
  await home.apply("claude-code");
  await rm(home.settings);
  await home.undo("claude-code");
  expect(await readdir(home.root)).toEqual(["cf-home"]);
});

test("in undo, after the file: the next undo only settles the journal", async () => {
  await home.write(".claude/settings.json", before);
  await home.apply("claude-code");
  const journal = await home.read("cf-home/setup-journal.json");
  await home.undo("claude-code");
  await home.write("cf-home/setup-journal.json", journal);
  await home.undo("claude-code");
  expect((await readFile(home.settings)).toString()).toBe(before);
});

test("a damaged journal is said, and nothing is touched", async () => {
  await home.write("cf-home/setup-journal.json", '{"version":1,"entr');
  await home.write(".claude/settings.json", before);
  for (const attempt of [() => home.apply("claude-code"), () => home.undo("claude-code")]) {
    expect(String(await attempt().catch((error: unknown) => error))).toContain(
      "setup-journal.json is damaged",
    );
  }
  expect((await readFile(home.settings)).toString()).toBe(before);
});

test("a backup that was changed is not taken for the file of before", async () => {
  await home.write(".claude/settings.json", before);
  await home.apply("claude-code");
  const [name = ""] = await readdir(join(home.root, "cf-home", "setup-backups"));
  await home.write(`cf-home/setup-backups/${name}`, "{}");
  expect(
    String(await planToolUndo("claude-code", home.context()).catch((error: unknown) => error)),
  ).toContain("was changed");
});

test("no backup can be kept: nothing is edited", async () => {
  await home.write(".claude/settings.json", before);
  await home.write("cf-home/setup-backups", "a file in its place");
  expect(String(await home.apply("claude-code").catch((error: unknown) => error))).toContain("setup-backups");
  expect((await readFile(home.settings)).toString()).toBe(before);
  expect(await planToolUndo("claude-code", home.context())).toEqual([]);
});

test("the file cannot be written: journal and folders are as before", async () => {
  // A file where a folder has to be: the write fails, whoever runs the test.
  await home.write("dots", "");
  const context = home.context({ env: { SHELL: "/bin/zsh", ZDOTDIR: join(home.root, "dots", "zsh") } });
  expect(String(await home.apply("shell", context).catch((error: unknown) => error))).toContain(
    "a part of the path is not a folder",
  );
  expect(await readdir(home.root)).toEqual(["dots"]);
});

test("SIGKILL at any moment", async () => {
  await home.write(".claude/settings.json", before);
  await home.apply("claude-code");
  const after = (await readFile(home.settings)).toString();
  await home.undo("claude-code");
  for (const delayMs of [0, 2, 5, 9, 16]) {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "apply-forever.ts"), home.root], {
      stdout: "pipe",
      stderr: "inherit",
    });
    // Its first round is done: from now on any moment is as good as another.
    const reader = child.stdout.getReader();
    await reader.read();
    await Bun.sleep(delayMs);
    child.kill("SIGKILL");
    await child.exited;
    expect([before, after]).toContain((await readFile(home.settings)).toString());
    await home.undo("claude-code");
    expect((await readFile(home.settings)).toString()).toBe(before);
    await home.apply("claude-code");
    await home.undo("claude-code");
    expect(await readdir(join(home.root, ".claude"))).toEqual(["settings.json"]);
    expect(await readdir(join(home.root, "cf-home"))).toEqual([]);
  }
}, 60_000);
