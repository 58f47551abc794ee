import { afterEach, beforeEach, expect, test } from "bun:test";
import { version } from "../../package.json";
import { startFakeProxy } from "../daemon/fake-proxy";
import { type CliHome, makeCliHome } from "./spawn-cli";

let cli: CliHome;

beforeEach(async () => {
  cli = await makeCliHome();
});

afterEach(() => cli[Symbol.asyncDispose]());

const until = new Date(Date.now() + 3600_000).toISOString();

const health = {
  status: "degraded",
  version,
  uptimeSeconds: 7512,
  profiles: [
    { name: "default", port: 4080 },
    { name: "claude-code", port: 4081, error: "port 4081 is taken by another program" },
  ],
  keys: [
    {
      id: "work",
      label: "Work",
      provider: "anthropic",
      state: "serving",
      reason: null,
      until: null,
      cooldowns: [],
    },
    {
      id: "personal",
      label: "個人用アカウント",
      provider: "anthropic",
      state: "cooling",
      reason: "rate_limited",
      until,
      cooldowns: [{ model: "claude-opus-4-6", scope: "model", until, reason: "rate_limited" }],
    },
    { id: "old", label: "Old", provider: "anthropic", state: "rejected", reason: "401 invalid x-api-key" },
  ],
  warnings: [
    {
      code: "port_closed",
      title: "port 4081 is taken by another program",
      severity: "error",
      remedy: "Free the port.",
    },
  ],
  configError: {
    message: "config.json:12 profiles.work.port: 99999 is above 65535",
    path: "profiles.work.port",
    line: 12,
  },
};

test("not running: status says so on stdout, exit 3", async () => {
  const { code, stdout, stderr } = await cli.run(["status"]);
  expect(code).toBe(3);
  expect(stdout).toContain("not running");
  expect(stderr).toContain("cf start");
});

test("not running: status --json is JSON all the same", async () => {
  const { code, stdout, stderr } = await cli.run(["status", "--json"]);
  expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ running: false });
});

test("not running, and the config would not let it: the fault with its line and what to do, exit 3", async () => {
  await Bun.write(`${cli.home}/config.json`, '{\n  "profiles": { "default": { "port": 99999 } }\n}\n');
  const { code, stdout, stderr } = await cli.run(["status"]);
  expect(code).toBe(3);
  expect(stdout).toContain("not running");
  expect(stdout).toContain("config.json:2 profiles.default.port: 99999 is above 65535");
  expect(stdout).toContain("→ Correct it");
  expect(stderr).toBe("");
  expect(JSON.parse((await cli.run(["status", "--json"])).stdout)).toMatchObject({
    running: false,
    warnings: [{ code: "config_invalid", severity: "error" }],
  });
});

test("not running, with more faults than a screen has lines: the first ones, and how to see all", async () => {
  const keys = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`key-${index}`, {}]));
  await Bun.write(`${cli.home}/config.json`, JSON.stringify({ keys }, null, 2));
  const { code, stdout } = await cli.run(["status"]);
  expect(code).toBe(3);
  expect(stdout).toContain("keys.key-0.token: is missing");
  expect(stdout).toContain("and 57 more");
  expect(stdout).toContain("cf config validate");
  expect(stdout.split("\n").length).toBeLessThan(24);
});

test("not running: health has nothing for stdout, exit 3", async () => {
  const { code, stdout, stderr } = await cli.run(["health"]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toContain("not running");
});

test("one screen: version, addresses, each key with its state, reason and time, warnings", async () => {
  await using proxy = await startFakeProxy(cli.home, { health });
  const { code, stdout, stderr } = await cli.run(["status"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`${version} is running (up 2 h 5 min, pid `);
  expect(stdout).toContain(String(proxy.run.pid));
  expect(stdout).toContain("http://127.0.0.1:4080");
  expect(stdout).toMatch(/claude-code +http:\/\/127\.0\.0\.1:4081 +not open\n/);
  expect(stdout.match(/port 4081 is taken by another program/g)).toHaveLength(1);
  expect(stdout).toMatch(/Work +Anthropic +● serving/);
  expect(stdout).toMatch(
    /個人用アカウント +Anthropic +● cooling +until (\w+ )?\d\d:\d\d:\d\d \((59 min \d+ s|1 h 0 min)\), rate limited for claude-opus-4-6/,
  );
  expect(stdout).toMatch(/Old +Anthropic +● rejected +401 invalid x-api-key/);
  expect(stdout).toContain("cf remove-key old");
  expect(stdout).toContain("config.json:12 profiles.work.port: 99999 is above 65535");
  expect(stdout).toContain("→ Free the port.");
  expect(stdout).not.toContain("\x1b[");
});

test("on a terminal the state has its colour, with NO_COLOR none", async () => {
  await using _proxy = await startFakeProxy(cli.home, { health });
  const coloured = await cli.runOnTerminal(["status"]);
  expect(coloured.screen).toContain("\x1b[32m● serving");
  const plain = await cli.runOnTerminal(["status"], [], { NO_COLOR: "1" });
  expect(plain.screen).toContain("● serving");
  expect(plain.screen).not.toContain("\x1b[");
});

test("status --json keeps its shape", async () => {
  await using proxy = await startFakeProxy(cli.home, { health });
  const { code, stdout, stderr } = await cli.run(["status", "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({
    running: true,
    state: "running",
    status: "degraded",
    version,
    pid: proxy.run.pid,
    mode: "foreground",
    supervisorPid: null,
    restarts: null,
    draining: null,
    uptimeSeconds: 7512,
    profiles: [
      { name: "default", port: 4080, url: "http://127.0.0.1:4080", error: null },
      {
        name: "claude-code",
        port: 4081,
        url: "http://127.0.0.1:4081",
        error: "port 4081 is taken by another program",
      },
    ],
    keys: health.keys.map((key) => ({ type: null, until: null, cooldowns: [], ...key })),
    queue: [],
    today: null,
    learnt: [],
    configError: health.configError,
    warnings: [
      {
        code: "config_invalid",
        title: health.configError.message,
        severity: "error",
        remedy: expect.stringContaining("last good config"),
      },
      ...health.warnings,
    ],
  });
});

const badges = [
  { id: "gpt", label: "GPT", provider: "openai", type: "api-key", state: "rejected", reason: "401 no" },
  { id: "plus", label: "Plus", provider: "openai", type: "oauth", state: "ready" },
  { id: "older", label: "Older", provider: "openai", state: "ready" },
  { id: "newer", label: "Newer", provider: "somebody", state: "ready" },
];

test("status shows whose key it is, and the command that replaces it", async () => {
  await using _proxy = await startFakeProxy(cli.home, { health: { ...health, keys: badges } });
  const { stdout } = await cli.run(["status"]);
  expect(stdout).toMatch(/GPT +OpenAI +● rejected +401 no\n/);
  expect(stdout).toContain("cf remove-key gpt, then cf add-openai-key");
  expect(stdout).toMatch(/Plus +ChatGPT \(experimental\) +● ready/);
  expect(stdout).toMatch(/Older +OpenAI +● ready/);
  expect(stdout).toMatch(/Newer +somebody +● ready/);
});

test("status --json shows what servers have taught; what is no lesson is left out", async () => {
  const lesson = {
    baseUrl: "http://127.0.0.1:11434/v1",
    model: "qwen3",
    lessons: ["does not take temperature", "wants max_tokens"],
  };
  const learnt = [lesson, { ...lesson, model: 5 }, { ...lesson, lessons: [] }, null, "x"];
  await using _proxy = await startFakeProxy(cli.home, { health: { ...health, learnt } });
  expect(JSON.parse((await cli.run(["status", "--json"])).stdout).learnt).toEqual([lesson]);
});

test("a proxy that gives its warnings as plain texts is understood", async () => {
  await using _proxy = await startFakeProxy(cli.home, { health: { ...health, warnings: ["mind the gap"] } });
  expect((await cli.run(["status"])).stdout).toContain("mind the gap");
  const { warnings } = JSON.parse((await cli.run(["status", "--json"])).stdout);
  expect(warnings).toContainEqual({ code: "unknown", title: "mind the gap", severity: "warn", remedy: "" });
});

test("health prints the report as it came", async () => {
  const report = { ...health, somethingNew: { nested: [1] } };
  await using _proxy = await startFakeProxy(cli.home, { health: report });
  const { code, stdout, stderr } = await cli.run(["health"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual(report);
});

test("running, but no key can serve: exit 4, and the first step", async () => {
  const empty = { ...health, status: "unavailable", keys: [], warnings: [], configError: null };
  await using _proxy = await startFakeProxy(cli.home, { health: empty, status: 503 });
  const [screen, json, report] = await Promise.all([
    cli.run(["status"]),
    cli.run(["status", "--json"]),
    cli.run(["health"]),
  ]);
  expect([screen.code, json.code, report.code]).toEqual([4, 4, 4]);
  expect(screen.stdout).toContain("no key can serve");
  expect(screen.stdout).toContain("cf add-key");
  expect(JSON.parse(json.stdout)).toMatchObject({ running: true, status: "unavailable" });
});

test("a process that does not answer as ours is neither running nor stopped: exit 1", async () => {
  await using _proxy = await startFakeProxy(cli.home, { health, instance: "someone-else" });
  const [screen, json, report] = await Promise.all([
    cli.run(["status"]),
    cli.run(["status", "--json"]),
    cli.run(["health"]),
  ]);
  expect([screen.code, json.code, report.code]).toEqual([1, 1, 1]);
  expect(screen.stdout).toContain("does not answer: another program");
  expect(JSON.parse(json.stdout)).toMatchObject({ running: true, status: null });
  expect(report.stderr).toContain("another program");
});

test("a proxy of another version is named", async () => {
  await using _proxy = await startFakeProxy(cli.home, { health: { ...health, version: "1.9.9" } });
  expect((await cli.run(["status"])).stdout).toContain("The running proxy is version 1.9.9");
});

test("status loads neither zod nor Hono", async () => {
  await using _proxy = await startFakeProxy(cli.home, { health });
  const probe = `${cli.home}/probe.ts`;
  await Bun.write(
    probe,
    `import { plugin } from "bun";
     plugin({ name: "probe", setup(build) {
       build.onLoad({ filter: /node_modules.(zod|hono|citty|consola)/ }, ({ path }) => { throw new Error("loaded " + path); });
     } });`,
  );
  const main = `${import.meta.dir}/../../src/main.ts`;
  const child = Bun.spawn([process.execPath, "--preload", probe, main, "status"], {
    env: { PATH: process.env.PATH ?? "", CF_HOME: cli.home },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(stderr).toBe("");
  expect(stdout).toContain("is running");
});
