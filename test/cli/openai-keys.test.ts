import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chatGptToken } from "../support/chatgpt-token";
import { type CliHome, type CliResult, makeCliHome } from "./spawn-cli";

const apiKey = "sk-proj-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII1234";
const anthropicKey = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII5678";
const ollama = "http://localhost:11434/v1";

let cli: CliHome;

beforeEach(async () => {
  cli = await makeCliHome();
});

afterEach(() => cli[Symbol.asyncDispose]());

/** What the commands wrote, after the check that no token is in it. */
function spoken(...results: CliResult[]): string {
  const text = results.map(({ stdout, stderr }) => stdout + stderr).join("");
  expect(text).not.toContain("AAAABBBB");
  expect(text).not.toContain("eyJ");
  return text;
}

function readConfigFile() {
  return Bun.file(join(cli.home, "config.json")).json();
}

test("a token and a label: added, appended to the orders, and the fallback is on, which is said once", async () => {
  await mkdir(cli.home, { recursive: true });
  const profiles = { default: { port: 4080, keyOrder: ["work"] }, all: { port: 4081 } };
  const before = { profiles, keys: { work: { token: anthropicKey } } };
  await writeFile(join(cli.home, "config.json"), JSON.stringify(before), { mode: 0o600 });
  const added = await cli.run(["add-openai-key", apiKey, "GPT"]);
  expect(added.code).toBe(0);
  const words = spoken(added);
  for (const fact of ["Added key gpt", "OpenAI API key", "…1234", "default, all", "cf add-openai-key asks"]) {
    expect(words).toContain(fact);
  }
  expect(added.stderr).toContain("Switched openaiModelFallback on");
  expect(await readConfigFile()).toEqual({
    profiles: { default: { port: 4080, keyOrder: ["work", "gpt"] }, all: { port: 4081 } },
    keys: {
      work: { token: anthropicKey },
      gpt: { token: apiKey, label: "GPT", type: "api-key", provider: "openai" },
    },
    openaiModelFallback: true,
  });
  const second = await cli.run(["add-openai-key", "env:OPENAI_API_KEY"]);
  expect(second.code).toBe(0);
  expect(spoken(second)).not.toContain("Switched");
  expect(second.stderr).toContain("the variable OPENAI_API_KEY is not set");
  expect((await readConfigFile()).keys.openai).toEqual({ token: "env:OPENAI_API_KEY", provider: "openai" });
});

test.each([[["add-openai-key"]], [["add-openai-key", "-"]]])("%j reads a piped token", async (line) => {
  const added = await cli.run(line, { stdin: `${apiKey}\r\n` });
  expect(added.code).toBe(0);
  expect(spoken(added)).not.toContain("history");
  expect((await readConfigFile()).keys.openai.token).toBe(apiKey);
});

test("a server whose name only begins like this machine's is not this machine", async () => {
  const added = await cli.run([
    "add-openai-key",
    "a-real-secret",
    "--base-url",
    "https://localhost.example.com/v1",
  ]);
  expect(added.code).toBe(0);
  expect(spoken(added)).toContain("shell's history");
});

test("a local server takes any word, and so may the next one; nobody is warned of the shell's history", async () => {
  const first = await cli.run(["add-openai-key", "local", "Ollama", "--base-url", ollama]);
  const second = await cli.run([
    "add-openai-key",
    "local",
    "LM Studio",
    "--base-url=http://127.0.0.1:1234/v1",
    "--api=responses",
    "--group=home",
  ]);
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(spoken(first, second)).not.toContain("history");
  expect(first.stdout).toContain(`${ollama} (chat)`);
  const { keys } = await readConfigFile();
  expect(keys.ollama).toEqual({
    token: "local",
    label: "Ollama",
    type: "api-key",
    provider: "openai",
    baseUrl: ollama,
  });
  expect(keys["lm-studio"]).toMatchObject({ api: "responses", group: "home" });
});

test("no token: refused, with the word that a local server takes", async () => {
  const [piped, argument] = await Promise.all([
    cli.run(["add-openai-key", "--base-url", ollama]),
    cli.run(["add-openai-key", " ", "--base-url", ollama]),
  ]);
  for (const result of [piped, argument]) {
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(`cf add-openai-key any --base-url ${ollama}`);
  }
  expect((await cli.run(["add-openai-key"])).stderr).toContain("--base-url");
});

test("a ChatGPT token is experimental, and its end is named", async () => {
  const token = chatGptToken({ expiresAt: Date.now() + 3_600_000 });
  const added = await cli.run(["add-openai-key", "-", "Plus"], { stdin: token });
  expect(added.code).toBe(0);
  const words = spoken(added);
  expect(words).toContain("ChatGPT token (experimental)");
  expect(words).toMatch(/warning: ChatGPT subscription tokens are experimental\. .* good until /);
  expect((await readConfigFile()).keys.plus).toMatchObject({ type: "oauth", provider: "openai" });
  const list = await cli.run(["list-keys"]);
  expect(spoken(list)).toMatch(/plus +Plus +ChatGPT token \(experimental\) +…/);
});

test("a JSON web token for another server is a plain key", async () => {
  const token = chatGptToken({ expiresAt: Date.now() - 1000 });
  const added = await cli.run(["add-openai-key", "--base-url", "https://gateway.example/v1"], {
    stdin: token,
  });
  expect(added.code).toBe(0);
  expect(spoken(added)).not.toContain("ChatGPT");
  const list = await cli.run(["list-keys"]);
  expect(spoken(list)).toMatch(
    /openai +openai +OpenAI API key .*\n +https:\/\/gateway\.example\/v1 \(chat\)\n/,
  );
});

const expired = () => chatGptToken({ expiresAt: Date.now() - 3_600_000 });
const current = () => chatGptToken({ expiresAt: Date.now() + 3_600_000 });

test.each<[string, () => string[], string]>([
  ["an expired ChatGPT token", () => [expired()], "expired"],
  ["a ChatGPT token with --api chat", () => [current(), "--api", "chat"], "responses only"],
  ["an Anthropic token", () => [anthropicKey], "Use cf add-key for it"],
  ["an admin key", () => ["sk-admin-AAAABBBB"], "admin key"],
  ["a token of another kind of server", () => ["gsk_AAAABBBBCCCC"], "--base-url"],
  ["an unknown API", () => [apiKey, "--api", "response"], 'Did you mean "responses"?'],
  [
    "a route in the base URL",
    () => [apiKey, "--base-url", `${ollama}/chat/completions`],
    `Try --base-url ${ollama}`,
  ],
  ["a base URL without a scheme", () => [apiKey, "--base-url", "localhost:11434"], "http:// or https://"],
  ["label and token swapped", () => ["GPT", apiKey], "The token comes first: cf add-openai-key"],
])("%s is wrong usage and leaves no config", async (_, line, words) => {
  const result = await cli.run(["add-openai-key", ...line()]);
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: "" });
  expect(spoken(result)).toContain(words);
  expect(await Bun.file(join(cli.home, "config.json")).exists()).toBe(false);
});
