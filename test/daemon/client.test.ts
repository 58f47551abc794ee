import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reachableHost } from "../../src/config/loopback";
import { type Paths, resolvePaths } from "../../src/config/paths";
import { findProxy } from "../../src/daemon/client";
import { instanceHeader } from "../../src/state/instance-header";
import { startFakeProxy } from "./fake-proxy";

const health = {
  status: "ok",
  version: "2.0.0",
  uptimeSeconds: 5,
  profiles: [{ name: "default", port: 4080 }],
  keys: [{ id: "work", label: "Work", provider: "anthropic", state: "serving" }],
  configError: null,
};

let root = "";
let home = "";
let paths: Paths;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "cf-client-"));
});

beforeEach(() => {
  count += 1;
  home = join(root, String(count));
  paths = resolvePaths({ CF_HOME: home, HOME: root });
});

afterAll(() => rm(root, { recursive: true, force: true }));

test("without a run file it does not run", async () => {
  expect(await findProxy(paths)).toMatchObject({ state: "not running" });
});

test("a running proxy gives its health", async () => {
  await using proxy = await startFakeProxy(home, { health });
  const found = await findProxy(paths);
  expect(found).toMatchObject({ state: "running", run: proxy.run, body: health });
  if (found.state === "running") expect(found.health.keys[0]?.state).toBe("serving");
});

test("503 with a health report is an answer", async () => {
  await using _proxy = await startFakeProxy(home, {
    health: { ...health, status: "unavailable" },
    status: 503,
  });
  expect(await findProxy(paths)).toMatchObject({ state: "running", health: { status: "unavailable" } });
});

test("a reused pid is not taken for the proxy, and nothing is asked of its port", async () => {
  await using proxy = await startFakeProxy(home, { health, run: { processStart: "another life" } });
  expect(await findProxy(paths)).toMatchObject({ state: "not running" });
  expect(proxy.requests).toHaveLength(0);
});

test("another program on the port is not taken for the proxy", async () => {
  await using _proxy = await startFakeProxy(home, { health, instance: "another-instance" });
  const found = await findProxy(paths);
  expect(found).toMatchObject({ state: "not answering" });
  if (found.state === "not answering") expect(found.reason).toContain("another program");
});

test("a proxy that stays silent is given up at the deadline", async () => {
  const silence = Promise.withResolvers<Response>();
  await using _proxy = await startFakeProxy(home, { health: () => silence.promise });
  const found = await findProxy(paths, 50);
  silence.resolve(new Response());
  expect(found).toMatchObject({ state: "not answering" });
  if (found.state === "not answering") expect(found.reason).toContain("in time");
});

test("one port that answers is enough", async () => {
  const gone = Bun.serve({ port: 0, fetch: () => new Response() });
  const closedPort = gone.port ?? 0;
  await gone.stop(true);
  await using proxy = await startFakeProxy(home, { health });
  const profiles = [{ name: "a", port: closedPort }, ...proxy.run.profiles];
  await writeFile(paths.runFile, JSON.stringify({ ...proxy.run, profiles }));
  expect(await findProxy(paths)).toMatchObject({ state: "running" });

  await writeFile(paths.runFile, JSON.stringify({ ...proxy.run, profiles: profiles.slice(0, 1) }));
  const found = await findProxy(paths);
  expect(found).toMatchObject({ state: "not answering" });
  if (found.state === "not answering") expect(found.reason).toContain("cannot be reached");
});

test("HTTP_PROXY is not asked for a loopback address", async () => {
  await using proxy = await startFakeProxy(home, { health });
  const before = process.env.HTTP_PROXY;
  process.env.HTTP_PROXY = "http://127.0.0.1:1";
  try {
    expect(await findProxy(paths)).toMatchObject({ state: "running" });
  } finally {
    if (before === undefined) delete process.env.HTTP_PROXY;
    else process.env.HTTP_PROXY = before;
  }
  expect(proxy.requests).toHaveLength(1);
});

const clientToken = "client-token-0123456789";
const reduced = { status: "ok", version: "2.0.0" };

function answerWithToken(instance: () => string) {
  return (request: Request) => {
    const knows = request.headers.get("authorization") === `Bearer ${clientToken}`;
    return Response.json(knows ? health : reduced, { headers: { [instanceHeader]: instance() } });
  };
}

test("the client token of the config opens the full health", async () => {
  let instance = "";
  await using proxy = await startFakeProxy(home, { health: answerWithToken(() => instance) });
  instance = proxy.run.instance;
  await writeFile(paths.config, JSON.stringify({ clientToken }));
  expect(await findProxy(paths)).toMatchObject({ state: "running", body: health });
});

test("a client token never goes to another program", async () => {
  await using proxy = await startFakeProxy(home, { health: answerWithToken(() => "another-instance") });
  await writeFile(paths.config, JSON.stringify({ clientToken }));
  expect(await findProxy(paths)).toMatchObject({ state: "not answering" });
  expect(proxy.requests.map((request) => request.headers.get("authorization"))).toEqual([null]);
});

test("with a broken config the reduced health is still shown", async () => {
  let instance = "";
  await using proxy = await startFakeProxy(home, { health: answerWithToken(() => instance) });
  instance = proxy.run.instance;
  await writeFile(paths.config, "{");
  expect(await findProxy(paths)).toMatchObject({ state: "running", body: reduced, health: { keys: [] } });
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::", "[::1]"],
  ["::1", "[::1]"],
  ["192.168.1.5", "192.168.1.5"],
])("a proxy bound to %s is reached at %s", (host, reachable) => {
  expect(reachableHost(host)).toBe(reachable);
});
