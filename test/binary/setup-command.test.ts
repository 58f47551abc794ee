// `cf setup` as a user calls it: what it shows, writes, asks, verifies and takes back, with its exit codes.
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findBinary } from "../support/cf-binary";
import { type FakeManagers, makeFakeManagers } from "../support/fake-managers";
import { findFreePort } from "../support/free-port";
import { startProxy } from "../support/proxy-setup";

setDefaultTimeout(60_000);

const settings = ".claude/settings.json";
let root: string;
let binary: string;
let managers: FakeManagers;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cf-setup-command-"));
  binary = await findBinary();
  managers = await makeFakeManagers(root);
  // As an installer leaves it: the name on PATH is a link.
  await mkdir(join(root, "bin"));
  await symlink(binary, join(root, "bin", "cf"));
});

afterEach(async () => {
  await managers.end();
  await rm(root, { recursive: true, force: true });
});

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

function environment(env: Record<string, string>): Record<string, string> {
  return {
    PATH: `${join(root, "bin")}:${managers.bin}:/usr/bin:/bin`,
    HOME: root,
    SHELL: "/bin/zsh",
    ...env,
  };
}

async function cf(args: string, env: Record<string, string> = {}): Promise<Result> {
  const child = Bun.spawn([binary, ...args.split(" ")], {
    cwd: root,
    env: environment(env),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

async function onTerminal(args: string, answer: string): Promise<{ code: number; screen: string }> {
  let screen = "";
  const child = Bun.spawn([binary, ...args.split(" ")], {
    cwd: root,
    env: environment({ TERM: "xterm-256color" }),
    terminal: {
      cols: 120,
      rows: 40,
      data(terminal, data) {
        const asked = screen.includes("[y/N]");
        screen += new TextDecoder().decode(data);
        if (!asked && screen.includes("[y/N]")) terminal.write(answer);
      },
    },
  });
  const code = await child.exited;
  child.terminal?.close();
  return { code, screen };
}

async function write(path: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content, { mode });
}

const read = (path: string) => readFile(join(root, path), "utf8");

async function writeConfig(config: object | string): Promise<void> {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await write(".config/claude-failover/config.json", text, 0o600);
}

/** What the user has in the home folder, cf's own folder and the stand-ins left out. */
async function userFiles(): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  const ours = /^(?:(?:bin|fake-bin|fake-state|\.config\/claude-failover)(?:\/|$)|\.config$)/;
  return names.filter((name) => !ours.test(name)).sort();
}

describe("setup and undo", () => {
  test("a dry run shows the edits and leaves no trace", async () => {
    await write(settings, '{\n  "env": {\n    "GITHUB_TOKEN": "ghp-of-the-user"\n  }\n}\n');
    const before = (await readdir(root, { recursive: true })).sort();
    const { code, stdout, stderr } = await cf("setup --dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain(`+    "ANTHROPIC_BASE_URL": "http://127.0.0.1:4080"`);
    expect(stdout).toContain("+++ ");
    expect(stdout).toContain(".zshrc");
    expect(stdout + stderr).not.toContain("ghp-of-the-user");
    expect(stderr).toContain("Nothing was changed (--dry-run).");
    expect((await readdir(root, { recursive: true })).sort()).toEqual(before);
  });

  test("all that is found is set up, a second time is no news, and undo takes it back to the byte", async () => {
    const text = '{\r\n\t"model": "opus" // mine\r\n}';
    await write(settings, text);
    await write(".zshrc", "alias ll='ls -l'");
    const before = await userFiles();
    const done = await cf("setup");
    expect(done.code).toBe(0);
    expect(done.stdout).toContain(`✓ ${join(root, settings)}\n✓ ${join(root, ".zshrc")}\n`);
    expect(done.stderr).toContain("cf setup --undo");
    expect(await read(settings)).toContain("ANTHROPIC_BASE_URL");
    const again = await cf("setup");
    expect({ code: again.code, stdout: again.stdout }).toEqual({
      code: 0,
      stdout:
        "Claude Code  points at http://127.0.0.1:4080 already\nShell  points at http://127.0.0.1:4080 already\n",
    });
    const undone = await cf("setup --undo");
    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain(`✓ ${join(root, settings)}: as it was before`);
    expect(await read(settings)).toBe(text);
    expect(await read(".zshrc")).toBe("alias ll='ls -l'");
    expect(await userFiles()).toEqual(before);
    expect(await cf("setup --undo")).toEqual({ code: 0, stdout: "", stderr: "Nothing to undo.\n" });
  });

  test("undo of one tool leaves the other; a dry run of it leaves both", async () => {
    await cf("setup claude-code shell");
    const dry = await cf("setup shell --undo --dry-run");
    expect(dry).toMatchObject({ code: 0, stderr: "Nothing was changed (--dry-run).\n" });
    expect(await userFiles()).toContain(".zshrc");
    expect((await cf("setup --undo shell")).code).toBe(0);
    expect(await userFiles()).toEqual([".claude", ".claude/settings.json"]);
  });

  test("undo works while the config is broken", async () => {
    await cf("setup claude-code");
    await writeConfig("{ broken");
    expect((await cf("setup claude-code")).code).toBe(2);
    expect((await cf("setup --undo")).code).toBe(0);
    expect(await userFiles()).toEqual([]);
  });

  test("one tool that cannot be edited does not keep the other from it", async () => {
    await write(settings, '{\n  "a": 1,\n  oops\n}');
    const { code, stdout, stderr } = await cf("setup claude-code shell");
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${join(root, settings)}:3:3 cannot be understood`);
    expect(stdout).toContain(`✓ ${join(root, ".zshrc")}`);
    expect(await read(settings)).toBe('{\n  "a": 1,\n  oops\n}');
  });

  test("a read-only file stays as it is", async () => {
    await write(settings, "{}");
    await chmod(join(root, settings), 0o444);
    const { code, stderr } = await cf("setup claude-code");
    expect(code).toBe(1);
    expect(stderr).toContain("read-only");
    expect(stderr).toContain("chmod u+w");
    expect(await read(settings)).toBe("{}");
  });

  test("several at once: one edit, and one undo to the byte", async () => {
    await write(settings, '{"a":1}');
    await write(".zshrc", "");
    const all = await Promise.all([1, 2, 3, 4].map(() => cf("setup")));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect((await read(settings)).match(/ANTHROPIC_BASE_URL/g)).toHaveLength(1);
    const back = await Promise.all([1, 2, 3].map(() => cf("setup --undo")));
    expect(back.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect([await read(settings), await read(".zshrc")]).toEqual(['{"a":1}', ""]);
    expect(await cf("setup --undo")).toMatchObject({ code: 0, stderr: "Nothing to undo.\n" });
  });

  test("Cursor is told honestly, and nothing is written", async () => {
    const { code, stdout, stderr } = await cf("setup cursor");
    expect(code).toBe(0);
    expect(stdout).toBe("Cursor  has to be told by hand, if at all\n");
    expect(stderr).toContain("cannot use this proxy");
    expect(await userFiles()).toEqual([]);
  });

  test("nothing on the machine to set up", async () => {
    const { code, stderr } = await cf("setup", { SHELL: "/bin/tcsh" });
    expect(code).toBe(1);
    expect(stderr).toContain("cf setup claude-code");
  });

  test("the client token reaches the settings and no output", async () => {
    await writeConfig({ clientToken: "client-token-abcdef" });
    await write(settings, "{}");
    const results = [await cf("setup"), await cf("setup --json"), await cf("setup --undo --json --dry-run")];
    expect(await read(settings)).toContain("client-token-abcdef");
    expect(await read(".zshrc")).not.toContain("client-token-abcdef");
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain("client-token-abcdef");
  });

  test("JSON for scripts", async () => {
    const done = await cf("setup claude-code shell --json");
    expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(done.stdout);
    expect(report).toMatchObject({ profile: "default", url: "http://127.0.0.1:4080", dryRun: false });
    expect(report.tools.map((tool: { tool: string; applied: boolean }) => [tool.tool, tool.applied])).toEqual(
      [
        ["claude-code", true],
        ["shell", true],
      ],
    );
    const undone = JSON.parse((await cf("setup --undo --json")).stdout);
    expect(undone.tools[0]).toMatchObject({ tool: "claude-code", undone: true, error: null });
    expect(undone.tools[0].files[0].outcome).toBe("deleted, as setup had made it");
    expect(JSON.parse((await cf("setup --undo --json")).stdout)).toEqual({ dryRun: false, tools: [] });
  });
});

describe("wrong usage", () => {
  test.each([
    ["setup cluade-code", 'Did you mean "claude-code"?'],
    ["setup claude-code --profile nihgt", 'Did you mean "night"?'],
    ["setup --undo --profile night", "no meaning"],
    ["setup --dryrun", 'Did you mean "--dry-run"?'],
  ])("%s", async (args, words) => {
    await writeConfig({ profiles: { default: {}, night: { port: 4090 } } });
    const { code, stdout, stderr } = await cf(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
  });
});

describe("on a terminal", () => {
  test("it asks; no leaves everything, yes makes the edits", async () => {
    const refused = await onTerminal("setup claude-code", "\r");
    expect(refused.code).toBe(1);
    expect(refused.screen).toContain("Cancelled; nothing was changed.");
    expect(refused.screen).toContain("\x1b[32m+");
    expect(await userFiles()).not.toContain(settings);
    const agreed = await onTerminal("setup claude-code", "y\r");
    expect(agreed.code).toBe(0);
    expect(await userFiles()).toContain(settings);
    const back = await onTerminal("setup --undo", "YES\r");
    expect(back.code).toBe(0);
    expect(await userFiles()).not.toContain(settings);
  });

  test("--yes does not ask", async () => {
    const { code, screen } = await onTerminal("setup claude-code --yes", "");
    expect(code).toBe(0);
    expect(screen).not.toContain("[y/N]");
    expect(await userFiles()).toContain(settings);
  });

  test("control characters of the file do not reach the terminal", async () => {
    await write(settings, '{\n  "a": "\\u0000",\n  // \x1b[2J\x1b]0;owned\x07\n  "b": 1\n}\n');
    const { screen } = await onTerminal("setup claude-code", "n\r");
    expect(screen).not.toContain("\x1b[2J");
    expect(screen).not.toContain("\x07");
  });
});

describe("verification", () => {
  test("nothing runs: it says how to start", async () => {
    await writeConfig({ profiles: { default: { port: await findFreePort() } } });
    expect((await cf("setup claude-code")).stderr).toContain("cf start -d");
  });

  test("another program has the port", async () => {
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
    await writeConfig({ profiles: { default: { port: server.port } } });
    expect((await cf("setup claude-code")).stderr).toContain("another program answers there");
  });

  test("the proxy answers, for the profile that was asked for, even past a web proxy", async () => {
    await using proxy = await startProxy({ profiles: { night: {} } });
    const port = new URL(proxy.urlOf("night")).port;
    const env = {
      CF_HOME: proxy.cf.home,
      HTTP_PROXY: "http://127.0.0.1:9",
      http_proxy: "http://127.0.0.1:9",
    };
    const { code, stderr } = await cf("setup claude-code --profile night", env);
    expect(code).toBe(0);
    expect(stderr).toContain(`http://127.0.0.1:${port} answers`);
    expect(stderr).toContain("NO_PROXY=127.0.0.1");
    expect(await read(settings)).toContain(`http://127.0.0.1:${port}`);
    expect((await cf("setup --undo", env)).code).toBe(0);
  });
});

if (process.platform === "linux") {
  describe("autostart", () => {
    test("the service starts the proxy by its stable name, and undo ends and removes it", async () => {
      const port = await findFreePort();
      await writeConfig({ profiles: { default: { port } } });
      const done = await cf("setup autostart");
      expect(done).toMatchObject({ code: 0 });
      expect(done.stderr).toContain(`http://127.0.0.1:${port} answers`);
      const unit = await read(".config/systemd/user/claude-failover.service");
      expect(unit).toContain(`ExecStart="${join(root, "bin", "cf")}" start\n`);
      expect(unit).not.toContain("CF_HOME");
      expect((await cf("setup autostart")).stdout).toBe("Autostart  starts at login already\n");
      const undone = await cf("setup --undo --autostart");
      expect(undone).toMatchObject({
        code: 0,
        stderr: "The proxy that it ran was stopped. Start it: cf start -d\n",
      });
      expect(await userFiles()).toEqual([]);
      expect(await managers.calls()).toContain("systemctl --user disable --now claude-failover.service");
    });

    test("a proxy that runs already keeps its port: the service waits for the next login", async () => {
      await using proxy = await startProxy({});
      const env = { CF_HOME: proxy.cf.home };
      expect((await cf("setup autostart", env)).code).toBe(0);
      const enable = (await managers.calls()).filter((call) => call.includes(" enable "));
      expect(enable.join()).not.toContain("--now");
      const [name = ""] = await readdir(join(root, ".config/systemd/user"));
      expect(await read(`.config/systemd/user/${name}`)).toContain(`Environment="CF_HOME=${proxy.cf.home}"`);
      expect((await cf("setup --undo", env)).code).toBe(0);
      expect(await userFiles()).toEqual([]);
    });

    test("without a manager: the reason, exit 1, and nothing of it is left", async () => {
      await managers.set("no-session");
      const { code, stdout, stderr } = await cf("setup autostart");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain("no systemd user session");
      expect(await userFiles()).toEqual([]);
    });

    test("the manager refuses: its words, exit 1, and nothing of it is left", async () => {
      await managers.set("refuse");
      const { code, stderr } = await cf("setup autostart");
      expect(code).toBe(1);
      expect(stderr).toContain("Access denied");
      expect(await userFiles()).toEqual([]);
      expect(await cf("setup --undo")).toMatchObject({ code: 0, stderr: "Nothing to undo.\n" });
    });

    test("without a manager nothing else of the same command is set up either, and the way out is named", async () => {
      await managers.set("no-session");
      await write(".claude/settings.json", "{}\n");
      const before = await userFiles();
      const { code, stdout, stderr } = await cf("setup --autostart");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain("no systemd user session");
      expect(stderr).toContain("Nothing was changed. Run it again without --autostart");
      expect(await read(".claude/settings.json")).toBe("{}\n");
      expect(await userFiles()).toEqual(before);
      const json = JSON.parse((await cf("setup claude-code --autostart --json")).stdout);
      expect(
        json.tools.map(({ tool, applied }: { tool: string; applied: boolean }) => [tool, applied]),
      ).toEqual([
        ["claude-code", false],
        ["autostart", false],
      ]);
      expect(await read(".claude/settings.json")).toBe("{}\n");
    });

    test("the manager refuses: nothing else of the same command is set up either", async () => {
      await managers.set("refuse");
      await write(".claude/settings.json", "{}\n");
      const { code, stdout, stderr } = await cf("setup claude-code --autostart");
      expect(code).toBe(1);
      expect(stdout).not.toContain("✓");
      expect(stderr).toContain("Access denied");
      expect(stderr).toContain("Nothing was changed. Run it again without --autostart");
      expect(await read(".claude/settings.json")).toBe("{}\n");
      expect(await cf("setup --undo")).toMatchObject({ code: 0, stderr: "Nothing to undo.\n" });
    });

    test("a dry run of it asks, and changes nothing", async () => {
      const { code, stdout } = await cf("setup --autostart --dry-run");
      expect(code).toBe(0);
      expect(stdout).toContain("+Restart=on-failure");
      expect(await userFiles()).toEqual([]);
      expect((await managers.calls()).filter((call) => /enable|reload/.test(call))).toEqual([]);
    });
  });
}
