import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CliHome, makeCliHome } from "./spawn-cli";

const apiKey = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII1234";

let cli: CliHome;

beforeEach(async () => {
  cli = await makeCliHome();
  await mkdir(cli.home, { recursive: true });
});

afterEach(() => cli[Symbol.asyncDispose]());

test("config path prints the path, whether or not there is a file", async () => {
  expect(await cli.run(["config", "path"])).toEqual({
    code: 0,
    stdout: `${join(cli.home, "config.json")}\n`,
    stderr: "",
  });
});

test("config show prints the file with its tokens masked, wherever they stand", async () => {
  const config = {
    keys: { work: { token: apiKey, label: `mine ${apiKey}` }, ci: { token: "env:CI_KEY" } },
    clientToken: "client-AAAABBBB-abcd",
    modelFallback: { "claude-opus-4-6": "claude-sonnet-4-6" },
  };
  await writeFile(join(cli.home, "config.json"), JSON.stringify(config), { mode: 0o600 });
  const { code, stdout, stderr } = await cli.run(["config", "show"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toContain("AAAABBBB");
  expect(JSON.parse(stdout)).toEqual({
    keys: { work: { token: "…1234", label: "mine [redacted]" }, ci: { token: "env:CI_KEY" } },
    clientToken: "…abcd",
    modelFallback: config.modelFallback,
  });
});

test("config show and schema are JSON with --json too; a path is not, and only validate takes a file", async () => {
  for (const action of ["show", "schema"]) {
    const plain = await cli.run(["config", action]);
    expect(plain.code).toBe(0);
    expect(await cli.run(["config", action, "--json"])).toEqual(plain);
  }
  expect((await cli.run(["config", "path", "--json"])).code).toBe(2);
  expect((await cli.run(["config", "show", "other.json"])).code).toBe(2);
});

test("without a file, config show is an empty config and validate says that the defaults apply", async () => {
  const [show, validate] = await Promise.all([cli.run(["config", "show"]), cli.run(["config", "validate"])]);
  expect(show).toMatchObject({ code: 0, stdout: "{}\n" });
  expect(show.stderr).toContain(join(cli.home, "config.json"));
  expect(validate.code).toBe(0);
  expect(validate.stdout).toContain("defaults apply");
});

test("config validate: valid with warnings is exit 0, the warnings on stderr", async () => {
  const config = {
    profiles: { default: { port: 4080, keyOrder: ["gone", "work"] } },
    keys: { work: { token: apiKey } },
  };
  await writeFile(join(cli.home, "config.json"), JSON.stringify(config), { mode: 0o600 });
  const { code, stdout, stderr } = await cli.run(["config", "validate"]);
  expect(code).toBe(0);
  expect(stdout).toContain("is valid: 1 profile, 1 key.");
  expect(stderr).toContain('warning: The profile "default" lists the key "gone"');
});
