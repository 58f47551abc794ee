import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfigDocument, withValue } from "../../src/config/document";
import { changeConfig, readConfig } from "../../src/config/file";
import { withLock } from "../../src/config/lock";
import { type Paths, resolvePaths } from "../../src/config/paths";

const token = "sk-ant-api03-aaaaaaaaaaaaaaaaaaaa";
const setCooldown = (ms: number) => (document: ConfigDocument) => withValue(document, "cooldownMs", ms);

let root: string;
let paths: Paths;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cf-config-"));
  paths = resolvePaths({ CF_HOME: join(root, "home") });
  await mkdir(paths.home, { mode: 0o700 });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = (text: string) => writeFile(paths.config, text, { mode: 0o600 });
const read = () => readFile(paths.config, "utf8");

describe("readConfig", () => {
  test("no file: defaults without keys, and nothing is written", async () => {
    const loaded = await readConfig(paths);
    expect(loaded).toMatchObject({ text: null, hash: "absent", legacy: false, warnings: [] });
    expect(loaded.config.keys.size).toBe(0);
    expect(await readdir(paths.home)).toEqual([]);
  });

  test("no home folder either", async () => {
    await rm(paths.home, { recursive: true });
    expect((await readConfig(paths)).hash).toBe("absent");
  });

  test("{} is valid, an empty file is not", async () => {
    await write("{}");
    expect((await readConfig(paths)).text).toBe("{}");
    await write("");
    await expect(readConfig(paths)).rejects.toMatchObject({ code: "config_invalid", exit: 2 });
  });

  test("a byte order mark and Windows line ends", async () => {
    await write(`\ufeff{\r\n  "keys": {\r\n    "a": { "token": "${token}", "typ": 1 }\r\n  }\r\n}\r\n`);
    await expect(readConfig(paths)).rejects.toThrow("config.json:3 keys.a.typ: is not a known setting");
    await write(`\ufeff{\r\n  "cooldownMs": 5\r\n}\r\n`);
    const loaded = await readConfig(paths);
    expect(loaded.config.cooldownMs).toBe(5);
    expect(loaded.text?.startsWith("{")).toBe(true);
  });

  test("a file in another encoding", async () => {
    await writeFile(paths.config, Buffer.from('{"logLevel": "info"}', "utf16le"));
    await expect(readConfig(paths)).rejects.toThrow("config.json");
    await writeFile(paths.config, Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
    await expect(readConfig(paths)).rejects.toThrow("not UTF-8");
  });

  test("a folder in its place", async () => {
    await mkdir(paths.config);
    await expect(readConfig(paths)).rejects.toMatchObject({
      code: "config_unreadable",
      message: `Cannot read ${paths.config}: it is a folder.`,
    });
  });

  test("a file that others can read is a warning, and the next write repairs it", async () => {
    await write(`{"keys": {"a": {"token": "${token}"}}}`);
    await chmod(paths.config, 0o644);
    expect((await readConfig(paths)).warnings).toMatchObject([
      { code: "config_readable_by_others", remedy: `chmod 600 ${paths.config}` },
    ]);
    await changeConfig(paths, setCooldown(5));
    expect((await stat(paths.config)).mode & 0o777).toBe(0o600);
    expect((await readConfig(paths)).warnings).toEqual([]);
  });

  test("the hash tells files apart", async () => {
    await write("{}");
    const first = await readConfig(paths);
    expect((await readConfig(paths)).hash).toBe(first.hash);
    await write("{ }");
    expect((await readConfig(paths)).hash).not.toBe(first.hash);
  });
});

describe("changeConfig", () => {
  test("makes home and file, for their owner alone, and says what is in it", async () => {
    await rm(paths.home, { recursive: true });
    const changed = await changeConfig(paths, setCooldown(5));
    expect(await read()).toBe('{\n  "cooldownMs": 5\n}\n');
    expect((await stat(paths.config)).mode & 0o777).toBe(0o600);
    expect((await stat(paths.home)).mode & 0o777).toBe(0o700);
    expect(changed).toEqual(await readConfig(paths));
    expect(await readdir(paths.home)).toEqual(["config.json"]);
  });

  test("keeps what the user wrote, in his order, and adds no defaults", async () => {
    await write(
      `{"logLevel":"debug","keys":{"z":{"token":"${token}"},"1":{"token":"env:A"}},"cooldownMs":1}`,
    );
    await changeConfig(paths, setCooldown(5));
    expect(await read()).toBe(`{
  "logLevel": "debug",
  "keys": {
    "z": {
      "token": "${token}"
    },
    "1": {
      "token": "env:A"
    }
  },
  "cooldownMs": 5
}
`);
  });

  test("a change that changes nothing writes nothing", async () => {
    const text = '{ "cooldownMs":5 }';
    await write(text);
    const changed = await changeConfig(paths, setCooldown(5));
    expect(await read()).toBe(text);
    expect(changed.config.cooldownMs).toBe(5);
  });

  test("an invalid result is refused, and the file stays as it was", async () => {
    await write('{"cooldownMs": 1}');
    await expect(changeConfig(paths, setCooldown(-1))).rejects.toMatchObject({
      code: "config_invalid",
      message: "config.json cooldownMs: -1 is below 0",
    });
    expect(await read()).toBe('{"cooldownMs": 1}');
    expect(await readdir(paths.home)).toEqual(["config.json"]);
  });

  test("a broken file is told with its line, and not overwritten", async () => {
    const text = '{\n  "cooldownMs": 1,\n}';
    await write(text);
    await expect(changeConfig(paths, setCooldown(5))).rejects.toThrow("config.json:3:1: a comma too many");
    expect(await read()).toBe(text);
  });

  test("what a killed writer left beside the file is removed, what a living one writes is not", async () => {
    const dead = Bun.spawn(["true"]);
    await dead.exited;
    const alive = `config.json.${process.pid}-0123abcd.new`;
    for (const name of [
      `config.json.${dead.pid}-0123abcd.new`,
      alive,
      "config.json.new",
      "other.1-0123abcd.new",
    ]) {
      await writeFile(join(paths.home, name), token);
    }
    await changeConfig(paths, setCooldown(5));
    expect((await readdir(paths.home)).sort()).toEqual(
      ["config.json", alive, "config.json.new", "other.1-0123abcd.new"].sort(),
    );
  });

  test("an error in the change itself leaves no lock behind", async () => {
    await write("{}");
    const failing = () => {
      throw new Error("on purpose");
    };
    await expect(changeConfig(paths, failing)).rejects.toThrow("on purpose");
    expect(await readdir(paths.home)).toEqual(["config.json"]);
  });

  test("an edit by hand in between is never overwritten: the change is made anew on it", async () => {
    await write('{"cooldownMs": 1}');
    let calls = 0;
    await changeConfig(paths, (document) => {
      calls += 1;
      if (calls === 1) writeFileSync(paths.config, '{"queueWaitMs": 7}');
      return setCooldown(5)(document);
    });
    expect(calls).toBe(2);
    expect(JSON.parse(await read())).toEqual({ queueWaitMs: 7, cooldownMs: 5 });
  });

  test("a file deleted in between is made anew, one created in between is kept", async () => {
    await write('{"queueWaitMs": 7}');
    await changeConfig(paths, (document) => {
      rmSync(paths.config, { force: true });
      return setCooldown(5)(document);
    });
    expect(JSON.parse(await read())).toEqual({ cooldownMs: 5 });
    await rm(paths.config);
    await changeConfig(paths, (document) => {
      if (document.size === 0) writeFileSync(paths.config, '{"queueWaitMs": 8}');
      return setCooldown(5)(document);
    });
    expect(JSON.parse(await read())).toEqual({ queueWaitMs: 8, cooldownMs: 5 });
  });

  test("a file that never rests is given up on", async () => {
    await write("{}");
    const attempt = changeConfig(paths, (document) => {
      appendFileSync(paths.config, " ");
      return setCooldown(5)(document);
    });
    await expect(attempt).rejects.toMatchObject({ code: "config_contended" });
    expect((await read()).trim()).toBe("{}");
  });

  test("a lock that was taken away in between is taken again", async () => {
    await write("{}");
    let calls = 0;
    await changeConfig(paths, (document) => {
      calls += 1;
      if (calls === 1) rmSync(paths.configLock);
      return setCooldown(5)(document);
    });
    expect(calls).toBe(2);
    expect(await readdir(paths.home)).toEqual(["config.json"]);
  });

  test("tasks of one process do not lose each other's change", async () => {
    const names = Array.from({ length: 10 }, (_, number) => `model-${number}`);
    await Promise.all(
      names.map((name) =>
        changeConfig(paths, (document) => {
          const table = document.get("modelFallback");
          const others = table instanceof Map ? table : new Map();
          return withValue(document, "modelFallback", new Map([...others, [name, "next"]]));
        }),
      ),
    );
    expect([...(await readConfig(paths)).config.modelFallback.keys()].sort()).toEqual(names);
  });

  describe("a linked file", () => {
    const dotfiles = () => join(root, "dotfiles");
    beforeEach(async () => {
      await mkdir(dotfiles());
      await symlink(join("..", "dotfiles", "cf.json"), paths.config);
    });

    test("is written through to its target", async () => {
      await writeFile(join(dotfiles(), "cf.json"), '{"queueWaitMs": 7}');
      await changeConfig(paths, setCooldown(5));
      expect((await lstat(paths.config)).isSymbolicLink()).toBe(true);
      expect(JSON.parse(await readFile(join(dotfiles(), "cf.json"), "utf8"))).toEqual({
        queueWaitMs: 7,
        cooldownMs: 5,
      });
      expect(await readdir(dotfiles())).toEqual(["cf.json"]);
    });

    test("whose target does not exist yet gets one", async () => {
      expect((await readConfig(paths)).hash).toBe("absent");
      await changeConfig(paths, setCooldown(5));
      expect((await lstat(paths.config)).isSymbolicLink()).toBe(true);
      expect(await readdir(dotfiles())).toEqual(["cf.json"]);
    });

    test("into a folder that does not exist is explained", async () => {
      await rm(dotfiles(), { recursive: true });
      await expect(changeConfig(paths, setCooldown(5))).rejects.toMatchObject({
        code: "config_unwritable",
        message: `Cannot write ${join(root, "dotfiles/cf.json")}: the folder does not exist.`,
      });
      expect(await readdir(paths.home)).toEqual(["config.json"]);
    });
  });

  describe("a file of 1.x", () => {
    const legacy = `{"openaiKeys":{"gpt":{"token":"sk-proj-1","type":"api_key"}}}`;
    const backups = async () => (await readdir(paths.home)).filter((name) => name.endsWith(".bak")).sort();

    test("is kept, byte for byte, by the first write", async () => {
      await write(legacy);
      await chmod(paths.config, 0o644);
      expect(await readConfig(paths)).toMatchObject({ legacy: true });
      expect(await backups()).toEqual([]);
      await changeConfig(paths, setCooldown(5));
      expect(await readFile(paths.legacyBackup, "utf8")).toBe(legacy);
      expect((await stat(paths.legacyBackup)).mode & 0o777).toBe(0o600);
      expect(JSON.parse(await read())).toEqual({
        keys: { gpt: { token: "sk-proj-1", provider: "openai" } },
        cooldownMs: 5,
      });
      await changeConfig(paths, setCooldown(6));
      expect(await backups()).toEqual(["config.json.v1.bak"]);
    });

    test("never overwrites an older backup", async () => {
      await writeFile(paths.legacyBackup, "mine");
      await write(legacy);
      await changeConfig(paths, setCooldown(5));
      expect(await readFile(paths.legacyBackup, "utf8")).toBe("mine");
      expect(await backups()).toEqual(["config.json.v1-2.bak", "config.json.v1.bak"]);
      await write(legacy);
      await changeConfig(paths, setCooldown(6));
      expect(await backups()).toEqual(["config.json.v1-2.bak", "config.json.v1.bak"]);
    });
  });

  describe("the lock", () => {
    beforeEach(() => write("{}"));

    test("of a dead process is taken over", async () => {
      const child = Bun.spawn(["true"]);
      await child.exited;
      await writeFile(paths.configLock, JSON.stringify({ pid: child.pid, processStart: "1@x", nonce: "n" }));
      await changeConfig(paths, setCooldown(5));
      expect(await readdir(paths.home)).toEqual(["config.json"]);
    });

    test("of a dead process is taken over even if another one died while taking it over", async () => {
      const dead = JSON.stringify({ pid: process.pid, processStart: "1@x", nonce: "n" });
      await writeFile(paths.configLock, dead);
      await writeFile(`${paths.configLock}.takeover`, dead);
      await changeConfig(paths, setCooldown(5));
      expect(await readdir(paths.home)).toEqual(["config.json"]);
    });

    test("of a dead process whose pid another one has now is taken over", async () => {
      await writeFile(
        paths.configLock,
        JSON.stringify({ pid: process.pid, processStart: "1@x", nonce: "n" }),
      );
      await changeConfig(paths, setCooldown(5));
      expect((await readConfig(paths)).config.cooldownMs).toBe(5);
    });

    test("without a name is taken over once it is old", async () => {
      await writeFile(paths.configLock, "");
      await expect(changeConfig(paths, setCooldown(5), { deadlineMs: 30 })).rejects.toMatchObject({
        code: "config_locked",
        message: "The config is being changed by another process.",
      });
      await utimes(paths.configLock, new Date(0), new Date(0));
      await changeConfig(paths, setCooldown(5));
      expect((await readConfig(paths)).config.cooldownMs).toBe(5);
    });

    test("of a living process is respected and named", async () => {
      await withLock(paths.configLock, async () => {
        await expect(changeConfig(paths, setCooldown(6), { deadlineMs: 30 })).rejects.toMatchObject({
          code: "config_locked",
          message: `The config is being changed by the process ${process.pid}.`,
        });
      });
      await changeConfig(paths, setCooldown(5));
      expect((await readConfig(paths)).config.cooldownMs).toBe(5);
      expect(await readdir(paths.home)).toEqual(["config.json"]);
    });
  });
});
