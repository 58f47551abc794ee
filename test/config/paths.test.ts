import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { ensureHome, resolvePaths } from "../../src/config/paths";
import { CfError } from "../../src/errors";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cf-paths-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test.each([
  [{ CF_HOME: "/x/cf", XDG_CONFIG_HOME: "/xdg", HOME: "/home/me" }, "/x/cf"],
  [{ XDG_CONFIG_HOME: "/xdg", HOME: "/home/me" }, "/xdg/claude-failover"],
  [{ CF_HOME: "", XDG_CONFIG_HOME: "", HOME: "/home/me" }, "/home/me/.config/claude-failover"],
  [{ XDG_CONFIG_HOME: "relative", HOME: "/home/me" }, "/home/me/.config/claude-failover"],
  [{}, join(homedir(), ".config/claude-failover")],
  [{ CF_HOME: "here" }, join(process.cwd(), "here")],
])("home of %j", (env, home) => {
  expect(resolvePaths(env).home).toBe(home);
});

test("every file lies in the home folder", () => {
  expect(resolvePaths({ CF_HOME: "/h" })).toEqual({
    home: "/h",
    config: "/h/config.json",
    configLock: "/h/config.json.lock",
    legacyBackup: "/h/config.json.v1.bak",
    state: "/h/state.db",
    runFile: "/h/run.json",
    runLock: "/h/run.json.lock",
    logs: "/h/logs",
    logFile: "/h/logs/cf.log",
    setupJournal: "/h/setup-journal.json",
  });
});

test("the home folder is made for its owner alone, and an existing one is left as it is", async () => {
  const paths = resolvePaths({ CF_HOME: join(root, "a/b") });
  await ensureHome(paths);
  await ensureHome(paths);
  expect((await stat(paths.home)).mode & 0o777).toBe(0o700);
});

test("a home that cannot be made is explained", async () => {
  await writeFile(join(root, "file"), "");
  const attempt = ensureHome(resolvePaths({ CF_HOME: join(root, "file/home") }));
  await expect(attempt).rejects.toThrow(CfError);
  await expect(attempt).rejects.toThrow("a part of the path is not a folder");
});
