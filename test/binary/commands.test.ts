// Commands around a running proxy, on the binary: run, config, status --watch, doctor, what is hidden.
import { expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorBody } from "../support/anthropic-answers";
import { findBinary } from "../support/cf-binary";
import { CfHome } from "../support/cf-home";
import { findFreePort } from "../support/free-port";
import { until, within } from "../support/gate";
import { keysOf, messageRequestBody } from "../support/proxy-setup";
import { json } from "../support/replies";
import { ScriptedUpstream } from "../support/scripted-upstream";

setDefaultTimeout(60_000);

async function startedHome(fields: Record<string, unknown> = {}) {
  const [port, night] = [await findFreePort(), await findFreePort()];
  const home = await CfHome.create({
    profiles: { default: { port }, night: { port: night } },
    keys: keysOf(["alpha"]),
    anthropicBaseUrl: "http://127.0.0.1:9",
    ...fields,
  });
  const { code, stderr } = await home.run(["start", "-d"]);
  if (code !== 0) throw new Error(stderr);
  return { home, port, night };
}

// --- cf run

test.concurrent("run: the command sees the proxy, its output and exit code come through", async () => {
  const { home, port, night } = await startedHome();
  await using _home = home;
  const script = 'echo "$ANTHROPIC_BASE_URL $ANTHROPIC_API_KEY"; cat; echo oops >&2; exit 42';
  const result = await home.run(["run", "--", "sh", "-c", script], { stdin: "from stdin" });
  expect(result).toEqual({ code: 42, stdout: `http://127.0.0.1:${port} \nfrom stdin`, stderr: "oops\n" });
  const other = await home.run(["run", "--profile", "night", "printenv", "ANTHROPIC_BASE_URL"]);
  expect(other.stdout).toBe(`http://127.0.0.1:${night}\n`);
});

test.concurrent("run: a signal goes to the command, and its end by signal is ours", async () => {
  const { home } = await startedHome();
  await using _home = home;
  const script = 'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.05; done';
  const child = await home.spawn(["run", "--", "sh", "-c", script]);
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGTERM");
  expect(await within(10_000, "the end", child.exited)).toBe(5);
  const killed = await home.spawn(["run", "--", "sh", "-c", "kill -USR1 $$"]);
  await killed.exited;
  expect(killed.signalCode).toBe("SIGUSR1");
});

test.concurrent("run: no proxy is exit 3, no such program 127, no such profile and no command 2", async () => {
  const { home } = await startedHome();
  await using _home = home;
  expect((await home.run(["run", "--", "no-such-program-here"])).code).toBe(127);
  const profile = await home.run(["run", "--profile", "nihgt", "--", "true"]);
  expect(profile.code).toBe(2);
  expect(profile.stderr).toContain('Did you mean "night"?');
  expect((await home.run(["run"])).code).toBe(2);
  await home.run(["stop"]);
  const stopped = await home.run(["run", "--", "echo", "never"]);
  expect({ code: stopped.code, stdout: stopped.stdout }).toEqual({ code: 3, stdout: "" });
  expect(stopped.stderr).toContain("cf start -d");
});

test.concurrent("run: the client token goes to the command and to nowhere else", async () => {
  const { home } = await startedHome({ clientToken: "our-client-word-1234" });
  await using _home = home;
  const { stdout, stderr } = await home.run(["run", "--", "printenv", "ANTHROPIC_AUTH_TOKEN"]);
  expect(stdout).toBe("our-client-word-1234\n");
  expect(stderr).toBe("");
});

test.concurrent("run: Claude Code gets the placeholder, or keeps the login it has", async () => {
  const { home } = await startedHome();
  await using _home = home;
  const claude = join(home.userHome, "claude");
  await writeFile(claude, '#!/bin/sh\necho "[$ANTHROPIC_AUTH_TOKEN]"\n', { mode: 0o755 });
  expect((await home.run(["run", "--", claude])).stdout).toBe("[claude-failover]\n");
  await writeFile(join(home.userHome, ".claude.json"), '{"oauthAccount":{"emailAddress":"x"}}');
  expect((await home.run(["run", "--", claude])).stdout).toBe("[]\n");
});

// --- cf config

test.concurrent("config alone prints the dashboard's address; exit 3 when nothing runs", async () => {
  const { home, port } = await startedHome();
  await using _home = home;
  const url = `http://127.0.0.1:${port}/dashboard/`;
  expect(await home.run(["config"])).toEqual({ code: 0, stdout: `${url}\n`, stderr: "" });
  await home.run(["stop"]);
  expect((await home.run(["config"])).code).toBe(3);
});

test.concurrent("config schema is a JSON Schema with descriptions, and names the fields of the config", async () => {
  await using home = await CfHome.create(null);
  const { code, stdout } = await home.run(["config", "schema"]);
  expect(code).toBe(0);
  const schema = JSON.parse(stdout);
  expect(schema.$schema).toContain("json-schema.org");
  expect(schema.properties.profiles.additionalProperties.properties.port.description).toContain("port");
  expect(schema.properties.queueWaitMs).toMatchObject({ default: 90000, description: expect.any(String) });
  expect(schema.properties.$schema).toBeDefined();
});

test.concurrent("config validate takes a file or stdin, and tells a build in JSON what is wrong", async () => {
  await using home = await CfHome.create({});
  const file = join(home.userHome, "ci.json");
  await writeFile(file, '{\n  "cooldownMs": -1,\n  "prots": {}\n}');
  const broken = await home.run(["config", "validate", file, "--json"]);
  expect(broken.code).toBe(2);
  const { valid, problems } = JSON.parse(broken.stdout);
  expect(valid).toBe(false);
  expect(problems.map(({ line, path }: { line: number; path: string }) => [line, path])).toEqual([
    [2, "cooldownMs"],
    [3, "prots"],
  ]);
  const text = await home.run(["config", "validate", file]);
  expect(text.code).toBe(2);
  expect(text.stderr).toContain(file);
  const good = await home.run(["config", "validate", "-"], { stdin: '{"queueWaitMs": 0}' });
  expect({ code: good.code, stderr: good.stderr }).toEqual({ code: 0, stderr: "" });
  expect((await home.run(["config", "validate", "nowhere.json"])).code).toBe(2);
  expect((await home.run(["config", "show", file])).code).toBe(2);
});

// --- cf status --watch

async function watch(home: CfHome, size: { cols: number; rows: number }) {
  let screen = "";
  const child = Bun.spawn([await findBinary(), "status", "--watch"], {
    env: home.environment({ TERM: "xterm-256color" }),
    terminal: { ...size, data: (_terminal, data) => (screen += new TextDecoder().decode(data)) },
  });
  return { child, screen: () => screen };
}

test.concurrent.each([["q"], ["\x03"]])(
  "watch shows the state, follows it, and leaves on %j as it came",
  async (key) => {
    const { home } = await startedHome();
    await using _home = home;
    const { child, screen } = await watch(home, { cols: 100, rows: 30 });
    await until("the first frame", () => screen().includes("is running"));
    expect(screen()).toContain("\x1b[?1049h");
    await home.run(["stop"]);
    await until("the change", () => screen().includes("is not running"));
    child.terminal?.write(key);
    expect(await within(10_000, "the end", child.exited)).toBe(0);
    const frames = screen().split("\x1b[?2026h").slice(1);
    expect(frames.every((frame) => frame.includes("\x1b[?2026l"))).toBe(true);
    // Only the first frame, and one after a resize, clears the screen: that is what flickers.
    expect(frames.filter((frame) => frame.includes("\x1b[2J"))).toHaveLength(1);
    expect(screen()).toEndWith("\x1b[?7h\x1b[?25h\x1b[?1049l");
  },
);

test.concurrent("watch fits a smaller terminal, and gives it back when it is killed", async () => {
  const { home } = await startedHome();
  await using _home = home;
  const { child, screen } = await watch(home, { cols: 100, rows: 30 });
  await until("the first frame", () => screen().includes("alpha"));
  child.terminal?.resize(30, 4);
  await until("the smaller frame", () => screen().includes("more lines"));
  child.kill("SIGTERM");
  await within(10_000, "the end", child.exited);
  expect(screen()).toContain("\x1b[?1049l");
});

test.concurrent("watch without a terminal is wrong usage", async () => {
  await using home = await CfHome.create(null);
  const { code, stderr } = await home.run(["status", "--watch"]);
  expect(code).toBe(2);
  expect(stderr).toContain("needs a terminal");
});

// --- cf doctor

interface Doctored {
  ok: boolean;
  findings: { check: string; state: string; words: string; remedy: string | null }[];
}

async function doctor(home: CfHome, ...args: string[]) {
  const { code, stdout } = await home.run(["doctor", "--json", ...args], {
    env: { ANTHROPIC_BASE_URL: "http://elsewhere.test" },
  });
  const { ok, findings }: Doctored = JSON.parse(stdout);
  expect(code).toBe(ok ? 0 : 1);
  const stateOf = (check: string) => findings.filter((one) => one.check === check).map(({ state }) => state);
  return { findings, stateOf };
}

test.concurrent("doctor on a healthy proxy: nothing fails, and no upstream is asked", async () => {
  const { home } = await startedHome();
  await using _home = home;
  const { findings, stateOf } = await doctor(home);
  expect(findings.filter(({ state }) => state === "fail")).toEqual([]);
  for (const check of ["config", "modes", "writable", "proxy", "key"]) expect(stateOf(check)).toEqual(["ok"]);
  expect(stateOf("environment")).toEqual(["warn"]);
  expect(stateOf("key_test")).toEqual([]);
  expect((await doctor(home, "--test-keys")).stateOf("key_test")).toEqual(["fail"]);
});

test.concurrent("doctor tells a broken config, open modes, a taken port and a proxy that does not run", async () => {
  await using home = await CfHome.create('{ "keys": { "a": { "token": "env:CF_TEST_NOT_SET" } } }');
  await chmod(home.path, 0o755);
  const dry = await doctor(home);
  expect(dry.stateOf("proxy")).toEqual(["warn"]);
  expect(dry.stateOf("modes")).toEqual(["warn"]);
  expect(dry.stateOf("token_missing")).toEqual(["fail"]);
  await home.configure("{ oops");
  const broken = await doctor(home);
  expect(broken.stateOf("config")).toEqual(["fail"]);
  expect(broken.findings.find(({ check }) => check === "config")?.words).toContain("config.json:1");
  const port = await findFreePort();
  using _taken = Bun.serve({ port, hostname: "127.0.0.1", fetch: () => new Response() });
  await home.configure({ profiles: { default: { port } } });
  expect((await doctor(home)).stateOf("ports")).toEqual(["fail"]);
});

test.concurrent("doctor sees another cf first on PATH", async () => {
  await using home = await CfHome.create({});
  const folder = join(home.userHome, "bin");
  await mkdir(folder);
  await writeFile(join(folder, "cf"), "#!/bin/sh\n", { mode: 0o755 });
  const { stdout } = await home.run(["doctor", "--json"], { env: { PATH: `${folder}:${process.env.PATH}` } });
  const path = JSON.parse(stdout).findings.find(({ check }: { check: string }) => check === "path");
  expect(path).toMatchObject({ state: "warn" });
  expect(path.words).toContain(join(folder, "cf"));
});

// --- What is hidden

test.concurrent.each(["serve", "supervise"])("cf %s is no command for people", async (name) => {
  await using home = await CfHome.create({});
  const { code, stderr } = await home.run([name]);
  expect(code).toBe(2);
  expect(stderr).toContain("cf start");
  expect((await home.run(["--help"])).stdout).not.toMatch(new RegExp(`^\\s+${name} `, "m"));
});

test.concurrent("doctor: a rejected key is a failure with its fix, said once", async () => {
  const upstream = await ScriptedUpstream.start();
  await using _upstream = upstream;
  upstream.always({}, json(401, errorBody("authentication_error", "invalid x-api-key")));
  const { home, port } = await startedHome({ anthropicBaseUrl: upstream.url });
  await using _home = home;
  const body = JSON.stringify(messageRequestBody());
  await fetch(`http://127.0.0.1:${port}/v1/messages`, { method: "POST", body });
  const { code, stdout } = await home.run(["doctor", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).findings).toContainEqual({
    check: "key",
    subject: "Key alpha",
    state: "fail",
    words: expect.stringMatching(/^rejected \(401\): invalid x-api-key, tried again at /),
    remedy: expect.stringContaining("cf remove-key alpha"),
  });
});

// --- logs and why

test.concurrent("a request that was refused before any key was asked: the log says why, secrets apart", async () => {
  const { home, port } = await startedHome();
  await using _home = home;
  const token = keysOf(["alpha"]).alpha?.token as string;
  const ask = (headers: Record<string, string>, body: string) =>
    fetch(`http://127.0.0.1:${port}/v1/messages`, { method: "POST", headers, body });
  const broken = await ask({}, '{"model":');
  const id = broken.headers.get("x-cf-request-id") ?? "";
  await ask({ "x-cf-key": token }, "{}");
  await until("both are in the log", async () => {
    const { stdout } = await home.run(["logs", "--json"]);
    return stdout.split("\n").filter((line) => line.includes('"status":400')).length === 2;
  });
  const own = await home.run(["logs", "--request", id]);
  expect(own.stdout).toContain("no model  400");
  expect(own.stdout).toContain(
    "The request body is not valid JSON: unexpected end of the JSON text (byte 9).",
  );
  const all = await home.run(["logs", "--json"]);
  expect(all.stdout).toContain("x-cf-key: the profile default has no key");
  expect(all.stdout).not.toContain(token);
  const why = await home.run(["why", id]);
  expect(why.stdout).toContain("from this proxy: The request body is not valid JSON");
});
