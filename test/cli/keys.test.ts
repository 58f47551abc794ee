import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeProxy } from "../daemon/fake-proxy";
import { type CliHome, type CliResult, makeCliHome } from "./spawn-cli";

const apiKey = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII1234";
const oauthToken = "sk-ant-oat01-aaaabbbbccccddddeeeeffffgggghhhhiiii9876";

let cli: CliHome;

beforeEach(async () => {
  cli = await makeCliHome();
});

afterEach(() => cli[Symbol.asyncDispose]());

/** What the commands wrote, after the check that no token is in it. */
function spoken(...results: CliResult[]): string {
  const text = results.map(({ stdout, stderr }) => stdout + stderr).join("");
  expect(text).not.toContain("AAAABBBB");
  expect(text).not.toContain("aaaabbbb");
  return text;
}

function readConfigFile() {
  return Bun.file(join(cli.home, "config.json")).json();
}

async function writeConfigFile(config: object | string): Promise<void> {
  await mkdir(cli.home, { recursive: true });
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await writeFile(join(cli.home, "config.json"), text, { mode: 0o600 });
}

test("a token and a label as arguments", async () => {
  const added = await cli.run(["add-key", apiKey, "Work Account"]);
  expect(added.code).toBe(0);
  const words = spoken(added);
  for (const fact of ["work-account", "Work Account", "Anthropic API key", "…1234", "default", "cf start"]) {
    expect(words).toContain(fact);
  }
  expect(await readConfigFile()).toEqual({
    keys: { "work-account": { token: apiKey, label: "Work Account", type: "api-key" } },
  });
  expect((await stat(join(cli.home, "config.json"))).mode & 0o777).toBe(0o600);
});

test.each([[["add-key"]], [["add-key", "-"]]])(
  "%j reads a piped token, without its line end",
  async (line) => {
    const added = await cli.run([...line, "--id", "team"], { stdin: `\n ${oauthToken}\r\n` });
    expect(added.code).toBe(0);
    expect(spoken(added)).toContain("Anthropic OAuth token");
    expect((await readConfigFile()).keys.team).toMatchObject({ token: oauthToken, type: "oauth" });
  },
);

test("every option reaches the config", async () => {
  const options = ["--id=gw", "--base-url=https://gateway.example/anthropic", "--group", "acme"];
  const added = await cli.run(["add-key", ...options, "--", apiKey, "Gateway"]);
  spoken(added);
  expect(added.code).toBe(0);
  expect((await readConfigFile()).keys.gw).toMatchObject({
    token: apiKey,
    label: "Gateway",
    baseUrl: "https://gateway.example/anthropic",
    group: "acme",
  });
});

test("on a terminal the token is asked for and never shown", async () => {
  const { code, screen } = await cli.runOnTerminal(
    ["add-key", "--id", "typed"],
    [
      { after: "Token", type: `${apiKey}x` },
      { after: "paste", type: "\x7f" },
      { after: "paste", type: "\r" },
    ],
  );
  expect(code).toBe(0);
  expect(screen).toContain("typed");
  expect(screen).not.toContain("AAAABBBB");
  expect((await readConfigFile()).keys.typed.token).toBe(apiKey);
});

test("Ctrl-C at the prompt changes nothing", async () => {
  const { code, screen } = await cli.runOnTerminal(["add-key"], [{ after: "Token", type: "sk-ant\x03" }]);
  expect(code).toBe(1);
  expect(screen).toContain("Cancelled");
  expect(await Bun.file(join(cli.home, "config.json")).exists()).toBe(false);
});

test.each([
  ["no token at all", ["add-key"], ""],
  ["not a token", ["add-key", "AAAABBBB-not-a-token"], ""],
  ["not a token, piped", ["add-key", "-"], "AAAABBBB-not-a-token"],
  ["a space inside", ["add-key", "sk-ant-api03-AAAABBBB CCCC"], ""],
  ["an OpenAI token", ["add-key", "sk-proj-AAAABBBBCCCCDDDD"], ""],
  ["label and token swapped", ["add-key", "Work", apiKey], ""],
  ["the token as id", ["add-key", apiKey, "--id", apiKey], ""],
  ["an impossible id", ["add-key", apiKey, "--id", "a b"], ""],
  ["an impossible base URL", ["add-key", apiKey, "--base-url", "ftp://x"], ""],
  ["a route in the base URL", ["add-key", apiKey, "--base-url", "http://localhost:1/v1/messages"], ""],
  ["a token split by a space", ["add-key", "sk-ant-api03-AAAA", "BBBB", "AAAABBBB"], ""],
])("%s is wrong usage and leaves no config", async (_, line, stdin) => {
  const result = await cli.run(line, { stdin });
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: "" });
  expect(spoken(result)).toContain("error:");
  expect(await Bun.file(join(cli.home, "config.json")).exists()).toBe(false);
});

test("the same token twice fails and names the key that has it", async () => {
  await cli.run(["add-key", apiKey, "--id", "first"]);
  const again = await cli.run(["add-key", apiKey, "--id", "second"]);
  expect(again.code).toBe(1);
  expect(spoken(again)).toContain('"first"');
});

test("a variable that is not set is pointed out; one that is set is not", async () => {
  const unset = await cli.run(["add-key", "env:WORK_KEY", "--id", "a"]);
  const set = await cli.run(["add-key", "env:TEAM_KEY", "--id", "b"], { env: { TEAM_KEY: apiKey } });
  expect([unset.code, set.code]).toEqual([0, 0]);
  expect(unset.stderr).toContain("the variable WORK_KEY is not set");
  expect(spoken(unset, set)).not.toContain("TEAM_KEY is not set");
  expect((await readConfigFile()).keys.b.token).toBe("env:TEAM_KEY");
});

test("profiles: explicit orders get the key, and the command names who uses it", async () => {
  await writeConfigFile({
    profiles: { default: { port: 4080 }, team: { port: 4081, keyOrder: ["old"] } },
    keys: { old: { token: oauthToken } },
  });
  const added = await cli.run(["add-key", apiKey, "--id", "new"]);
  expect(spoken(added)).toContain("default, team");
  expect((await readConfigFile()).profiles).toEqual({
    default: { port: 4080 },
    team: { port: 4081, keyOrder: ["old", "new"] },
  });
});

test("a proxy that gives no proper answer follows the file", async () => {
  await using _proxy = await startFakeProxy(cli.home, { health: {} });
  const added = await cli.run(["add-key", apiKey, "--id", "work"]);
  const removed = await cli.run(["remove-key", "work"]);
  for (const result of [added, removed]) {
    expect(result.code).toBe(0);
    expect(result.stderr).toContain("takes the file over");
    expect(result.stderr).not.toContain("Start the proxy");
  }
});

test("list-keys shows the last four characters and who uses the key", async () => {
  await writeConfigFile({
    profiles: { default: { port: 4080, keyOrder: ["work"] }, team: { port: 4081 } },
    keys: {
      work: { token: apiKey, label: "個人用" },
      old: { token: oauthToken, enabled: false, group: "acme" },
      short: { token: "x", baseUrl: "http://127.0.0.1:9" },
    },
  });
  const [table, json] = await Promise.all([cli.run(["list-keys"]), cli.run(["list-keys", "--json"])]);
  expect([table.code, json.code]).toEqual([0, 0]);
  spoken(table, json);
  expect(table.stdout).toMatch(/work +個人用 +Anthropic API key +…1234 +default, team\n/);
  expect(table.stdout).toMatch(/old +old +Anthropic OAuth token +…9876 +team\n +disabled\n +group acme\n/);
  expect(JSON.parse(json.stdout)).toEqual([
    {
      id: "work",
      label: "個人用",
      provider: "anthropic",
      type: "api-key",
      token: "…1234",
      enabled: true,
      group: null,
      baseUrl: null,
      api: null,
      profiles: ["default", "team"],
    },
    expect.objectContaining({ id: "old", token: "…9876", enabled: false, group: "acme", profiles: ["team"] }),
    expect.objectContaining({ id: "short", token: "…", baseUrl: "http://127.0.0.1:9" }),
  ]);
});

test("without keys, list-keys is empty data and a hint", async () => {
  const [table, json] = await Promise.all([cli.run(["list-keys"]), cli.run(["list-keys", "--json"])]);
  expect(table).toMatchObject({ code: 0, stdout: "" });
  expect(table.stderr).toContain("cf add-key");
  expect(json).toMatchObject({ code: 0, stdout: "[]\n" });
});

test("remove-key removes, says what it removed, and what that means for the profiles", async () => {
  await writeConfigFile({
    profiles: { default: { port: 4080, keyOrder: ["work"] } },
    keys: { work: { token: apiKey, label: "Work" }, old: { token: oauthToken } },
  });
  const removed = await cli.run(["remove-key", "work"]);
  expect(removed.code).toBe(0);
  const words = spoken(removed);
  expect(words).toContain("Removed key work (Work, …1234)");
  expect(words).toContain("uses every key");
  expect(Object.keys((await readConfigFile()).keys)).toEqual(["old"]);
});

test("remove-key with an unknown id is wrong usage, with a suggestion", async () => {
  await writeConfigFile({ keys: { work: { token: apiKey } } });
  const result = await cli.run(["remove-key", "wrok"]);
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: "" });
  expect(spoken(result)).toContain('Did you mean "work"?');
});

test.each([
  [["add-key", apiKey]],
  [["list-keys"]],
  [["remove-key", "work"]],
  [["config", "show"]],
  [["config", "validate"]],
])("with a broken config, %j names the line and exits with 2", async (line) => {
  await writeConfigFile(`{\n  "keys": { "work": { "token": "${oauthToken}" } },\n  "cooldwonMs": 5\n}`);
  const result = await cli.run(line);
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: "" });
  expect(spoken(result)).toContain("config.json:3 cooldwonMs:");
});
