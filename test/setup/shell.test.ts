// The marked block in startup files: the right file for each shell, put in, moved to another port, and taken out.
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { planTool, planToolUndo } from "../../src/setup/set-up";
import type { SetupContext } from "../../src/setup/types";
import { type ContextOptions, makeSetupHome, type SetupHome } from "./setup-home";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

const url = "http://127.0.0.1:4080";
const block = (line: string) =>
  `# >>> claude-failover >>>\n# Written by "cf setup shell"; taken out again by "cf setup shell --undo".\n${line}\n# <<< claude-failover <<<\n`;
const exported = block(`export ANTHROPIC_BASE_URL='${url}'`);
let home: SetupHome;

beforeEach(async () => {
  home = await makeSetupHome();
});

afterEach(() => home[Symbol.asyncDispose]());

async function filesOf(options: ContextOptions): Promise<string[]> {
  const { edits } = await planTool("shell", home.context(options));
  return edits.map(({ path }) => path.slice(home.root.length + 1));
}

async function text(path: string): Promise<string> {
  return (await home.read(path)).toString();
}

describe("the right file", () => {
  test.each([
    ["zsh", { env: { SHELL: "/bin/zsh" } }, [".zshrc"]],
    ["zsh with its own folder", { env: { SHELL: "/usr/bin/zsh", ZDOTDIR: "ROOT/dots" } }, ["dots/.zshrc"]],
    ["bash on Linux", { env: { SHELL: "/bin/bash" } }, [".bashrc"]],
    ["bash on macOS", { env: { SHELL: "/bin/bash" }, platform: "darwin" as const }, [".bash_profile"]],
    ["fish", { env: { SHELL: "/usr/bin/fish" } }, [".config/fish/conf.d/claude-failover.fish"]],
    [
      "fish with a config folder of its own",
      { env: { SHELL: "/usr/bin/fish", XDG_CONFIG_HOME: "ROOT/xdg" } },
      ["xdg/fish/conf.d/claude-failover.fish"],
    ],
    ["PowerShell", { env: { SHELL: "/usr/bin/pwsh" } }, [".config/powershell/profile.ps1"]],
    [
      "PowerShell on Windows that cannot be asked",
      { env: { SHELL: "" }, platform: "win32" as const },
      ["Documents/PowerShell/profile.ps1"],
    ],
    ["a shell that we do not know", { env: { SHELL: "/bin/tcsh" } }, []],
  ])("%s", async (_name, options, files) => {
    const env = Object.fromEntries(
      Object.entries(options.env).map(([name, value]) => [name, value.replace("ROOT", home.root)]),
    );
    expect(await filesOf({ ...options, env })).toEqual(files);
  });

  test("macOS reads the first of three profiles only", async () => {
    await home.write(".profile", "");
    expect(await filesOf({ env: { SHELL: "/bin/bash" }, platform: "darwin" })).toEqual([".profile"]);
    await home.write(".bash_login", "");
    expect(await filesOf({ env: { SHELL: "/bin/bash" }, platform: "darwin" })).toEqual([".bash_login"]);
  });

  test("other shells that have been set up are told too", async () => {
    await home.write(".bashrc", "");
    await home.write(".config/fish/config.fish", "");
    expect(await filesOf({ env: { SHELL: "/bin/zsh" } })).toEqual([
      ".zshrc",
      ".bashrc",
      ".config/fish/conf.d/claude-failover.fish",
    ]);
  });

  test("an unknown shell is told how to do it by hand", async () => {
    const { notes, found } = await planTool("shell", home.context({ env: { SHELL: "/bin/tcsh" } }));
    expect(found).toBe(false);
    expect(notes.join()).toContain(`/bin/tcsh is not known to setup. By hand: ANTHROPIC_BASE_URL=${url}`);
  });
});

describe("the block", () => {
  test.each([
    ["no file", null, exported],
    ["an empty file", "", exported],
    ["an ordinary file", "alias ll='ls -l'\n", `alias ll='ls -l'\n\n${exported}`],
    ["no line end at the end", "alias a=b", `alias a=b\n\n${exported}`],
    ["CRLF", "alias a=b\r\n", `alias a=b\r\n\r\n${exported.replaceAll("\n", "\r\n")}`],
    ["a byte order mark", "\ufeffx\n", `\ufeffx\n\n${exported}`],
  ])("%s: in, again without effect, and out to the byte", async (_name, content, expected) => {
    if (content !== null) await home.write(".bashrc", content, 0o600);
    const before = await home.snapshot();
    await home.apply("shell");
    expect(await text(".bashrc")).toBe(expected);
    const again = await planTool("shell", home.context());
    expect({ done: again.done, edits: again.edits }).toEqual({ done: true, edits: [] });
    await home.undo("shell");
    expect(await home.snapshot()).toEqual(before);
  });

  test("bash takes the variable from it", async () => {
    await home.write(".bashrc", "X=1\n");
    await home.apply("shell");
    const child = Bun.spawnSync([
      "bash",
      "-c",
      '. "$0"; echo "$X $ANTHROPIC_BASE_URL"',
      join(home.root, ".bashrc"),
    ]);
    expect(child.stdout.toString()).toBe(`1 ${url}\n`);
  });

  test("fish and PowerShell have their own words for it", async () => {
    await home.write(".config/powershell/profile.ps1", "");
    const context = home.context({ env: { SHELL: "/usr/bin/fish" } });
    await home.apply("shell", context);
    expect(await text(".config/fish/conf.d/claude-failover.fish")).toBe(
      block(`set -gx ANTHROPIC_BASE_URL '${url}'`),
    );
    expect(await text(".config/powershell/profile.ps1")).toBe(block(`$env:ANTHROPIC_BASE_URL = '${url}'`));
    await home.undo("shell", context);
    expect(await readdir(join(home.root, ".config"))).toEqual(["powershell"]);
  });

  test("another port replaces the block in its place, and undo goes all the way back", async () => {
    await home.write(".bashrc", "a=1\n");
    const before = await home.snapshot();
    await home.apply("shell");
    await writeFile(join(home.root, ".bashrc"), `${await text(".bashrc")}b=2\n`);
    await home.apply("shell", home.context({ config: { profiles: { default: { port: 5000 } } } }));
    expect(await text(".bashrc")).toBe(`a=1\n\n${exported.replace("4080", "5000")}b=2\n`);
    await home.undo("shell");
    expect(await text(".bashrc")).toBe("a=1\nb=2\n");
    await writeFile(join(home.root, ".bashrc"), "a=1\n");
    expect(await home.snapshot()).toEqual(before);
  });

  test("what was added behind the block stays, on a line of its own", async () => {
    await home.write(".bashrc", "a=1");
    await home.apply("shell");
    await writeFile(join(home.root, ".bashrc"), `${await text(".bashrc")}b=2\n`);
    await home.undo("shell");
    expect(await text(".bashrc")).toBe("a=1\nb=2\n");
  });

  test("a block that was moved is found where it is", async () => {
    await home.write(".bashrc", "a=1\n");
    await home.apply("shell");
    await writeFile(join(home.root, ".bashrc"), `${exported}a=1\n`);
    await home.undo("shell");
    expect(await text(".bashrc")).toBe("a=1\n");
  });

  test("a block that was changed by hand stays, with a note", async () => {
    await home.apply("shell");
    const changed = (await text(".bashrc")).replace("4080", "9999");
    await writeFile(join(home.root, ".bashrc"), changed);
    const [step] = await planToolUndo("shell", home.context());
    expect(step?.notes.join()).toContain("changed since");
    await home.undo("shell");
    expect(await text(".bashrc")).toBe(changed);
  });

  test("a copy of the block, which would win, goes", async () => {
    await home.write(".bashrc", `${exported.replace("4080", "1")}x=1\n${exported.replace("4080", "2")}`);
    await home.apply("shell");
    expect(await text(".bashrc")).toBe(`${exported}x=1\n\n`);
  });

  test("a line behind the block that would win is named", async () => {
    await home.write(".bashrc", `${exported}# ANTHROPIC_BASE_URL\n\nexport ANTHROPIC_BASE_URL=https://x\n`);
    const { notes, done } = await planTool("shell", home.context());
    expect(done).toBe(true);
    expect(notes.join()).toContain(".bashrc:7 sets ANTHROPIC_BASE_URL once more");
  });

  test("a read-only file is told, and left alone", async () => {
    await home.write(".bashrc", "a=1\n", 0o400);
    const { notes, edits } = await planTool("shell", home.context());
    expect(edits).toHaveLength(1);
    expect(notes.join()).toContain(".bashrc is read-only");
    expect(String(await home.apply("shell").catch((error: unknown) => error))).toContain("read-only");
    expect(await text(".bashrc")).toBe("a=1\n");
  });

  test("a block without an end is an error with its line", async () => {
    await home.write(".bashrc", "a=1\n# >>> claude-failover >>>\nb=2\n");
    const error = await planTool("shell", home.context()).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(".bashrc:2 ");
    expect(await text(".bashrc")).toBe("a=1\n# >>> claude-failover >>>\nb=2\n");
  });

  test("UTF-16, as an older PowerShell writes it, is left alone", async () => {
    await home.write(".config/powershell/profile.ps1", Buffer.from("\ufeffx", "utf16le"));
    const context: SetupContext = home.context({ env: { SHELL: "/usr/bin/pwsh" } });
    expect(String(await planTool("shell", context).catch((error: unknown) => error))).toContain("UTF-8");
  });

  test("the client token is never written into a startup file", async () => {
    const context = home.context({ config: { clientToken: "client-token-123456" } });
    const { notes } = await planTool("shell", context);
    expect(notes.join()).toContain("cf run");
    await home.apply("shell", context);
    expect(await text(".bashrc")).toBe(exported);
  });

  test("a new startup file is readable as others are", async () => {
    await mkdir(join(home.root, ".config"));
    await home.apply("shell");
    expect((await stat(join(home.root, ".bashrc"))).mode & 0o777).toBe(0o644);
  });
});
