// Starting and stopping in the foreground, ports, signals, the run file, broken configs, the bare command line.
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../package.json";
import { messageEvents } from "../support/anthropic-answers";
import { makeHome, spawnCf, startCf } from "../support/cf-process";
import { findFreePort } from "../support/free-port";
import { makeGate, until, within } from "../support/gate";
import { errorOf, keysOf, messageRequestBody, type ProxySetup, startProxy } from "../support/proxy-setup";
import { send } from "../support/raw-client";
import { sse, stall } from "../support/replies";

setDefaultTimeout(30_000);

/** Takes a port for as long as the test runs. */
async function occupyPort(): Promise<{ port: number; [Symbol.dispose](): void }> {
  const port = await findFreePort();
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port, [Symbol.dispose]: () => server.close() };
}

const config = (port: number, fields: Record<string, unknown> = {}) => ({
  profiles: { default: { port } },
  keys: keysOf(["alpha"]),
  anthropicBaseUrl: "http://127.0.0.1:9",
  ...fields,
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// --- Start.

test.concurrent("start says where it listens, and leaves the config file as it is", async () => {
  const port = await findFreePort();
  const text = JSON.stringify(config(port), null, 3);
  await using cf = await startCf({ config: text }, [port]);
  await until("the address", () => `${cf.stdout}${cf.stderr}`.includes(String(port)));
  expect(await readFile(join(cf.home, "config.json"), "utf8")).toBe(text);
});

test.concurrent("the run file says who runs, and goes with the process", async () => {
  await using proxy = await startProxy();
  const path = join(proxy.cf.home, "run.json");
  const run = await readFile(path, "utf8");
  expect(JSON.parse(run)).toMatchObject({ version });
  expect(JSON.parse(run).pid).toBeNumber();
  expect(run).toContain(String(proxy.port));
  proxy.cf.kill("SIGTERM");
  expect((await within(5000, "the end", proxy.cf.exited)).code).toBe(0);
  expect(existsSync(path)).toBe(false);
});

test.concurrent("a home folder that does not exist is created, for the user alone", async () => {
  const parent = await mkdtemp(join(tmpdir(), "cf-parent-"));
  const home = join(parent, "deep", "home");
  const port = await findFreePort();
  try {
    await using _cf = await startCf(
      { config: null, args: ["start", "--port", String(port)], home: parent, env: { CF_HOME: home } },
      [port],
    );
    expect((await stat(home)).mode & 0o777).toBe(0o700);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});

test.concurrent("files that the process writes are for the user alone", async () => {
  await using proxy = await startProxy();
  await proxy.message();
  for (const name of ["run.json", "config.json", "state.db"]) {
    const path = join(proxy.cf.home, name);
    if (existsSync(path)) expect([name, (await stat(path)).mode & 0o077]).toEqual([name, 0]);
  }
});

test.concurrent("{} is a valid config; --port is used and never written; without keys the way to add one is named", async () => {
  const port = await findFreePort();
  await using cf = await startCf({ config: "{}", args: ["start", "--port", String(port)] }, [port]);
  const answer = await send(`http://127.0.0.1:${port}/v1/messages`, {
    body: JSON.stringify(messageRequestBody()),
    headers: { "content-type": "application/json" },
  });
  expect(answer.status).toBe(401);
  expect(errorOf(answer).message).toContain("cf add-key");
  expect(await readFile(join(cf.home, "config.json"), "utf8")).toBe("{}");
});

test.concurrent("a taken port of the only profile: exit 1, and the port is named", async () => {
  using taken = await occupyPort();
  await using cf = await spawnCf({ config: config(taken.port) });
  const { code, stderr } = await within(10_000, "the end", cf.exited);
  expect(code).toBe(1);
  expect(stderr).toContain(String(taken.port));
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(existsSync(join(cf.home, "run.json"))).toBe(false);
});

test.concurrent("a port that another proxy listens on is taken as well", async () => {
  await using proxy = await startProxy();
  await using second = await spawnCf({ config: config(proxy.port) });
  const { code, stderr } = await within(10_000, "the end", second.exited);
  expect(code).toBe(1);
  expect(stderr).toContain(String(proxy.port));
});

test.concurrent("a taken port of a second profile: a warning, and the others serve", async () => {
  using taken = await occupyPort();
  const port = await findFreePort();
  const profiles = { default: { port }, second: { port: taken.port } };
  await using cf = await startCf({ config: config(port, { profiles }) }, [port]);
  await until("the warning", () => cf.stderr.includes(String(taken.port)));
  expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);
});

test.concurrent("a taken port of the default profile: exit 1, whatever else is free", async () => {
  using taken = await occupyPort();
  const profiles = { default: { port: taken.port }, second: { port: await findFreePort() } };
  await using cf = await spawnCf({ config: config(taken.port, { profiles }) });
  expect((await within(10_000, "the end", cf.exited)).code).toBe(1);
});

test.concurrent("a second start says that it runs already, exit 0, and disturbs nothing", async () => {
  await using proxy = await startProxy();
  const run = await readFile(join(proxy.cf.home, "run.json"), "utf8");
  await using second = await spawnCf({ config: null, home: proxy.cf.home });
  const { code, stdout, stderr } = await within(10_000, "the end", second.exited);
  expect(code).toBe(0);
  expect(`${stdout}${stderr}`).toMatch(/already r(uns|unning)/i);
  expect(await readFile(join(proxy.cf.home, "run.json"), "utf8")).toBe(run);
  expect((await proxy.message()).status).toBe(200);
});

test.concurrent.each([
  ["of a process that was killed", (run: string) => run],
  [
    "whose process id now belongs to somebody else",
    (run: string) => JSON.stringify({ ...JSON.parse(run), pid: process.pid }),
  ],
  ["that is broken", () => "{"],
])("a run file %s does not prevent a start", async (_name, change) => {
  const home = await makeHome();
  try {
    const port = await findFreePort();
    const killed = await startCf({ config: config(port), home }, [port]);
    const run = await readFile(join(home, "run.json"), "utf8");
    killed.kill("SIGKILL");
    await killed.exited;
    await writeFile(join(home, "run.json"), change(run));
    await using cf = await startCf({ config: null, home }, [port]);
    expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect(await readFile(join(cf.home, "run.json"), "utf8")).not.toBe(change(run));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

const brokenConfigs: [string, string, RegExp][] = [
  ["an empty file", "", /config\.json/],
  ["not an object", "[]", /config\.json/],
  [
    "a syntax error",
    '{\n  "profiles": {\n    "default": { "port": 4080, }}\n  "keys": {}\n}',
    /config\.json:[34]/,
  ],
  [
    "a port above the range",
    '{\n  "profiles": {\n    "default": {\n      "port": 99999\n    }\n  }\n}',
    /config\.json:4 profiles\.default\.port: 99999 is above 65535/,
  ],
  ["an unknown key", '{\n  "modelFalback": {}\n}', /config\.json:2.*modelFallback/s],
  ["a wrong type", '{\n  "queueWaitMs": "long"\n}', /config\.json:2 queueWaitMs/],
  [
    "a key without a token",
    '{\n  "keys": {\n    "a": {\n      "label": "A"\n    }\n  }\n}',
    /config\.json:\d keys\.a/,
  ],
  [
    "two profiles on one port",
    '{\n  "profiles": {\n    "default": { "port": 4080 },\n    "b": { "port": 4080 }\n  }\n}',
    /config\.json:\d profiles\./,
  ],
];

test.concurrent.each(brokenConfigs)(
  "%s: exit 2, with path and line and no stack",
  async (_name, text, expected) => {
    await using cf = await spawnCf({ config: text });
    const { code, stdout, stderr } = await within(10_000, "the end", cf.exited);
    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe("");
    expect(await readFile(join(cf.home, "config.json"), "utf8")).toBe(text);
  },
);

// --- Stop.

const events = messageEvents();

/** A proxy with one stream that is open in the middle. */
async function withOpenStream(
  rest: Promise<unknown>,
): Promise<[ProxySetup, Awaited<ReturnType<ProxySetup["openMessage"]>>]> {
  const proxy = await startProxy();
  proxy.upstream.always({}, sse([...events.slice(0, 3), rest, ...events.slice(3)]));
  const answer = await proxy.openMessage({ stream: true });
  await answer.readUntil("content_block_delta");
  return [proxy, answer];
}

test.concurrent.each([["SIGTERM"], ["SIGINT"]] as const)(
  "%s lets a running stream end, then the process",
  async (signal) => {
    const gate = makeGate();
    const [proxy, answer] = await withOpenStream(gate.promise);
    await using _proxy = proxy;
    proxy.cf.kill(signal);
    const ended = proxy.cf.exited.then(() => "ended");
    expect(await Promise.race([ended, pause(400)])).toBeUndefined();
    gate.open();
    const whole = await answer.rest();
    expect(whole.text).toBe(events.join(""));
    expect(whole.complete).toBe(true);
    expect((await within(5000, "the end", proxy.cf.exited)).code).toBe(0);
  },
);

test.concurrent("a second signal ends the process at once, and the stream is not passed off as finished", async () => {
  const [proxy, answer] = await withOpenStream(makeGate().promise);
  await using _proxy = proxy;
  proxy.cf.kill("SIGTERM");
  await pause(300);
  proxy.cf.kill("SIGTERM");
  await within(4000, "the end", proxy.cf.exited);
  const whole = await answer.rest();
  expect(whole.text).not.toContain("message_stop");
  expect(!whole.complete || whole.text.includes("event: error")).toBe(true);
  expect(existsSync(join(proxy.cf.home, "run.json"))).toBe(false);
});

test.concurrent("idle connections do not hold up the end", async () => {
  await using proxy = await startProxy();
  const idle = await Bun.connect({
    hostname: "127.0.0.1",
    port: proxy.port,
    socket: {
      data() {},
      open(socket) {
        socket.write(`GET /health HTTP/1.1\r\nhost: 127.0.0.1:${proxy.port}\r\n\r\n`);
      },
    },
  });
  await proxy.message();
  proxy.cf.kill("SIGTERM");
  expect((await within(4000, "the end", proxy.cf.exited)).code).toBe(0);
  idle.end();
});

test.concurrent("a stream whose client has gone does not hold up the end", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({}, stall);
  const pending = proxy.beginMessage({ stream: true });
  await proxy.upstream.received(1);
  pending.abort();
  proxy.cf.kill("SIGTERM");
  await within(4000, "the end", proxy.cf.exited);
});

// --- The bare command line.

async function runCf(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using cf = await spawnCf({ config: null, args });
  return await within(10_000, `cf ${args.join(" ")}`, cf.exited);
}

test.concurrent("cf alone prints help, exit 0", async () => {
  const { code, stdout, stderr } = await runCf([]);
  expect(code).toBe(0);
  expect(`${stdout}${stderr}`).toContain("start");
});

test.concurrent("cf --version prints the version to stdout", async () => {
  const { code, stdout } = await runCf(["--version"]);
  expect(code).toBe(0);
  expect(stdout).toContain(version);
});

test.concurrent.each([
  [["strat"], /start/],
  [["start", "--prot", "4080"], /--port/],
  [["start", "--port", "99999"], /65535|port/i],
  [["start", "--port", "four"], /port/i],
])("cf %j is wrong usage: exit 2, with a suggestion on stderr", async (args, expected) => {
  const { code, stdout, stderr } = await runCf(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(expected);
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/^\s+at /m);
});

test.concurrent("cf health: the health JSON, and exit 3 when nothing runs", async () => {
  await using proxy = await startProxy();
  await using running = await spawnCf({ config: null, args: ["health"], home: proxy.cf.home });
  const health = await within(10_000, "cf health", running.exited);
  expect(health.code).toBe(0);
  expect(JSON.parse(health.stdout)).toMatchObject({ status: "ok", version });
  expect((await runCf(["health"])).code).toBe(3);
});
