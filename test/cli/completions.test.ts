import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CliHome, makeCliHome } from "./spawn-cli";

let cli: CliHome;
const scripts: Record<string, string> = {};

beforeAll(async () => {
  cli = await makeCliHome();
  await mkdir(cli.home, { recursive: true });
  const config = {
    profiles: { default: {}, night: { port: 4081 } },
    keys: {
      work: { token: "env:A" },
      "per-sonal": { token: "env:B" },
      "sk-ant-api03-oops": { token: "env:C" },
    },
  };
  await writeFile(join(cli.home, "config.json"), JSON.stringify(config), { mode: 0o600 });
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout, stderr } = await cli.run(["completions", shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    scripts[shell] = stdout;
    await writeFile(join(cli.home, `cf.${shell}`), stdout);
  }
});

afterAll(() => cli[Symbol.asyncDispose]());

/** Shells that this machine has are asked for real; bash is on every one that builds this. */
const installed = (shell: string) => Bun.which(shell) !== null;

test("each script knows every command, and none of the hidden ones", () => {
  for (const script of Object.values(scripts)) {
    for (const name of ["start", "stop", "status", "logs", "add-openai-key", "completions", "doctor"])
      expect(script).toContain(name);
    expect(script).not.toMatch(/\b(?:supervise|serve)\b/);
  }
});

test("the scripts are right in the eyes of their shells", () => {
  const checked = ["bash", "zsh", "fish"].filter(installed).map((shell) => {
    const { exitCode, stderr } = Bun.spawnSync([shell, "-n", join(cli.home, `cf.${shell}`)]);
    return { shell, exitCode, stderr: stderr.toString() };
  });
  expect(checked).toEqual(checked.map(({ shell }) => ({ shell, exitCode: 0, stderr: "" })));
  expect(checked.map(({ shell }) => shell)).toContain("bash");
});

async function completeInBash(...words: string[]): Promise<string[]> {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const child = cli.spawnShell(
    `source "$CF_HOME/cf.bash"; COMP_WORDS=(cf ${quoted}); COMP_CWORD=${words.length}; _cf; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

test.each<[string[], string[]]>([
  [["sto"], ["stop"]],
  [
    ["logs", "--level", ""],
    ["debug", "info", "warn", "error"],
  ],
  [["logs", "--fo"], ["--follow"]],
  [["config", "va"], ["validate"]],
  [
    ["pause-key", ""],
    ["work", "per-sonal"],
  ],
  [
    ["run", "--profile", ""],
    ["default", "night"],
  ],
  [["test-key", "wo"], ["work"]],
  [["add-openai-key", "--api", "c"], ["chat"]],
  [["start", "--port", ""], []],
  [["setup", "cursor", "sh"], ["shell"]],
  [
    ["completions", ""],
    ["bash", "zsh", "fish"],
  ],
])("bash completes %j", async (words, expected) => {
  expect(await completeInBash(...words)).toEqual(expected);
});

test("what a script asks for are names that need no quoting, and never a token", async () => {
  expect((await cli.run(["complete", "key"])).stdout).toBe("work\nper-sonal\n");
  expect((await cli.run(["complete", "profile"])).stdout).toBe("default\nnight\n");
});

test("another shell is wrong usage", async () => {
  const { code, stderr } = await cli.run(["completions", "bahs"]);
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean "bash"?');
});
