// Changes of the config file while the proxy runs: product.md section 2, "Hot reload".
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { errorBody, messageEvents } from "../support/anthropic-answers";
import { startCf } from "../support/cf-process";
import { callApi } from "../support/dashboard-api";
import { configPath, editConfig, readConfigJson, writeConfig } from "../support/edit-config";
import { findFreePort } from "../support/free-port";
import { makeGate, until, within } from "../support/gate";
import {
  keysOf,
  messageRequestBody,
  opus,
  type ProxySetup,
  sonnet,
  startProxy,
} from "../support/proxy-setup";
import { send } from "../support/raw-client";
import { json, sse } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(60_000);

const events = messageEvents();
const limited: Reply = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "3600" });

async function untilServedBy(proxy: ProxySetup, key: string, what = `${key} serves`): Promise<void> {
  await until(what, async () => (await proxy.message()).header("x-cf-key") === key);
}

async function answers(port: number): Promise<boolean> {
  try {
    await send(`http://127.0.0.1:${port}/health`);
    return true;
  } catch {
    // Nobody listens there.
    return false;
  }
}

function readRunFile(
  proxy: ProxySetup,
): Promise<{ profiles: { name: string; port: number }[]; host: string }> {
  return readFile(join(proxy.cf.home, "run.json"), "utf8").then(JSON.parse);
}

const readLog = (proxy: ProxySetup) =>
  readFile(join(proxy.cf.home, "logs", "cf.log"), "utf8").catch(() => "");

// --- Keys and orders.

test.concurrent.each(["in place", "rename"] as const)(
  "a new order is live within a second, written %s",
  async (how) => {
    await using proxy = await startProxy({ profile: { keyOrder: ["alpha", "beta"] } });
    expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
    await editConfig(
      proxy.cf,
      (config) => {
        (config.profiles.default ?? {}).keyOrder = ["beta", "alpha"];
      },
      how,
    );
    await until("beta serves", async () => (await proxy.message()).header("x-cf-key") === "beta", 5000);
  },
);

test.concurrent.skipIf(process.platform === "win32")(
  "a config that is opened to other users while the proxy runs is closed again, and the log says so",
  async () => {
    await using proxy = await startProxy();
    const path = configPath(proxy.cf);
    await chmod(path, 0o644);
    await until("it is closed", async () => ((await stat(path)).mode & 0o777) === 0o600);
    await until("the log", async () => (await readLog(proxy)).includes(`could get at ${path} (mode 0644)`));
    expect((await proxy.message()).status).toBe(200);
  },
);

test.concurrent("a key that was removed is not asked again, and its health is gone", async () => {
  await using proxy = await startProxy();
  await editConfig(proxy.cf, ({ keys }) => delete keys.alpha);
  await until("alpha is gone", async () => (await proxy.health()).keys.length === 1);
  await proxy.message();
  expect(proxy.upstream.calls()).toEqual([`beta ${opus}`]);
});

test.concurrent("cooldowns survive for keys that did not change; a changed token starts healthy", async () => {
  await using proxy = await startProxy({ secrets: [tokenFor("fresh")] });
  proxy.upstream.always({ key: "alpha" }, limited).always({ key: "beta" }, limited);
  expect((await proxy.message()).status).toBe(429);
  await editConfig(proxy.cf, ({ keys }) => {
    (keys.alpha ?? {}).label = "Renamed";
    (keys.beta ?? {}).token = tokenFor("fresh");
  });
  await until("the label", async () => (await proxy.keyHealth("alpha")).label === "Renamed");
  expect((await proxy.keyHealth("alpha")).state).toBe("cooling");
  expect((await proxy.keyHealth("beta")).state).toBe("ready");
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  expect(proxy.upstream.calls().at(-1)).toBe(`fresh ${opus}`);
});

test.concurrent("a request that waits for a key is served by one that is added", async () => {
  await using proxy = await startProxy({
    keys: ["alpha"],
    config: { queueWaitMs: 50_000 },
    secrets: [tokenFor("beta")],
  });
  proxy.upstream.always(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "40" }),
  );
  const waiting = proxy.message();
  await until("the queue", async () => (await proxy.send("/health")).text.includes('"waiting":1'));
  await editConfig(proxy.cf, ({ keys }) => {
    keys.beta = { token: tokenFor("beta") };
  });
  const answer = await within(10_000, "the answer", waiting);
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-key")).toBe("beta");
});

test.concurrent("a request that waits is served although its profile was renamed meanwhile", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 50_000 } });
  proxy.upstream.always(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "40" }),
  );
  const waiting = proxy.message();
  await until("the queue", async () => (await proxy.send("/health")).text.includes('"waiting":1'));
  await editConfig(proxy.cf, (config) => {
    config.profiles = { main: config.profiles.default ?? {} };
  });
  await until("the new name", async () => (await proxy.send("/health")).text.includes('"name":"main"'));
  await editConfig(proxy.cf, ({ keys }) => {
    keys.beta = { token: tokenFor("beta") };
  });
  expect((await within(10_000, "the answer", waiting)).header("x-cf-key")).toBe("beta");
});

test.concurrent("a request that waits finds the OpenAI key that is added, and the fallback that is switched on", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { queueWaitMs: 50_000 } });
  proxy.upstream.always(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "40" }),
  );
  const waiting = proxy.message({ stream: false });
  await until("the queue", async () => (await proxy.send("/health")).text.includes('"waiting":1'));
  await editConfig(proxy.cf, (config) => {
    config.keys.gpt = {
      token: "sk-proj-test-gpt-aaaaaaaaaaaaaaaaaaaaaaaa",
      provider: "openai",
      enabled: false,
    };
    config.openaiModelFallback = true;
  });
  await until("the key", async () => (await proxy.health()).keys.some(({ id }) => id === "gpt"));
  await editConfig(proxy.cf, ({ keys }) => {
    keys.beta = { token: tokenFor("beta") };
  });
  expect((await within(10_000, "the answer", waiting)).header("x-cf-key")).toBe("beta");
});

test.concurrent("a variable that is not set takes out only its key", async () => {
  await using proxy = await startProxy({
    keys: ["alpha"],
    env: { SET_KEY: tokenFor("gamma") },
    secrets: [tokenFor("gamma")],
  });
  await editConfig(proxy.cf, (config) => {
    config.keys = { unset: { token: "env:UNSET_KEY" }, gamma: { token: "env:SET_KEY" }, ...config.keys };
  });
  await untilServedBy(proxy, "gamma");
  const health = await proxy.keyHealth("unset");
  expect(health.state).toBe("disabled");
  expect(health.reason).toContain("UNSET_KEY");
});

// --- Running requests.

test.concurrent("a stream runs on while its key and its profile are removed, and keeps its settings", async () => {
  const gate = makeGate();
  await using proxy = await startProxy({ profiles: { side: {} } });
  const port = proxy.portOf("side");
  proxy.upstream.always({}, sse([...events.slice(0, 3), gate.promise, ...events.slice(3)]));
  const answer = await proxy.openMessage({ stream: true, profile: "side" });
  await answer.readUntil("content_block_delta");
  await editConfig(proxy.cf, (config) => {
    delete config.profiles.side;
    delete config.keys.alpha;
    config.timeouts = { idleMs: 1 };
  });
  await until("the port is closed", async () => !(await answers(port)));
  gate.open();
  const whole = await answer.rest();
  expect(whole.text).toBe(events.join(""));
  expect(whole.complete).toBe(true);
});

test.concurrent("twenty streams survive ten edits in a burst, and the last edit holds", async () => {
  const gate = makeGate();
  await using proxy = await startProxy();
  proxy.upstream.next(
    {},
    ...Array.from({ length: 20 }, () => sse([...events.slice(0, 3), gate.promise, ...events.slice(3)])),
  );
  const streams = await Promise.all(Array.from({ length: 20 }, () => proxy.openMessage({ stream: true })));
  await Promise.all(streams.map((stream) => stream.readUntil("content_block_delta")));
  for (let edit = 1; edit <= 10; edit += 1) {
    await editConfig(
      proxy.cf,
      ({ keys }) => {
        (keys.alpha ?? {}).label = `Edit ${edit}`;
      },
      edit % 2 === 0 ? "in place" : "rename",
    );
  }
  await until("the last edit", async () => (await proxy.keyHealth("alpha")).label === "Edit 10", 5000);
  gate.open();
  for (const stream of streams) expect((await stream.rest()).text).toBe(events.join(""));
});

test.concurrent("a retry does not go on with a key that was removed meanwhile", async () => {
  await using proxy = await startProxy();
  const gate = makeGate();
  proxy.upstream.next({ key: "alpha" }, async (exchange) => {
    await gate.promise;
    await json(529, errorBody("overloaded_error", "Busy"))(exchange);
  });
  const asked = proxy.message();
  await proxy.upstream.received(1);
  await editConfig(proxy.cf, ({ keys }) => delete keys.alpha);
  await until("alpha is gone", async () => (await proxy.health()).keys.length === 1);
  gate.open();
  expect((await asked).header("x-cf-key")).toBe("beta");
  expect(proxy.upstream.calls()).toEqual([`alpha ${opus}`, `beta ${opus}`]);
});

test.concurrent("an answer to a token that was replaced meanwhile does not count against the new one", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], secrets: [tokenFor("fresh")] });
  const gate = makeGate();
  proxy.upstream.next({ key: "alpha" }, async (exchange) => {
    await gate.promise;
    await json(401, errorBody("authentication_error", "invalid x-api-key"))(exchange);
  });
  const asked = proxy.message();
  await proxy.upstream.received(1);
  await editConfig(proxy.cf, ({ keys }) => {
    keys.alpha = { token: tokenFor("fresh"), label: "Fresh" };
  });
  await until("the new token", async () => (await proxy.keyHealth("alpha")).label === "Fresh");
  gate.open();
  await asked;
  expect((await proxy.keyHealth("alpha")).state).toBe("ready");
  expect((await proxy.message()).status).toBe(200);
});

// --- Ports.

test.concurrent("a new profile opens its port, a moved one moves, a removed one closes; the run file follows", async () => {
  await using proxy = await startProxy({ profiles: { gone: {}, moving: {} } });
  const [fresh, moved] = [await findFreePort(), await findFreePort()];
  await editConfig(proxy.cf, ({ profiles }) => {
    delete profiles.gone;
    profiles.moving = { port: moved };
    profiles.fresh = { port: fresh, keyOrder: ["beta"] };
  });
  await until("the ports", async () => (await answers(fresh)) && (await answers(moved)));
  await until(
    "closed ports",
    async () => !(await answers(proxy.portOf("gone"))) && !(await answers(proxy.portOf("moving"))),
  );
  const answer = await send(`http://127.0.0.1:${fresh}/v1/messages`, {
    body: JSON.stringify(messageRequestBody()),
  });
  expect(answer.header("x-cf-key")).toBe("beta");
  const names = [
    { name: "default", port: proxy.port },
    { name: "moving", port: moved },
    { name: "fresh", port: fresh },
  ];
  await until("the run file", async () => Bun.deepEquals((await readRunFile(proxy)).profiles, names));
});

test.concurrent("two profiles exchange their ports while requests keep coming, and none fails", async () => {
  await using proxy = await startProxy({
    profile: { keyOrder: ["alpha"] },
    profiles: { other: { keyOrder: ["beta"] } },
  });
  const [first, second] = [proxy.port, proxy.portOf("other")];
  const statuses: number[] = [];
  let running = true;
  const load = Array.from({ length: 4 }, async () => {
    while (running) statuses.push((await proxy.message()).status);
  });
  await editConfig(proxy.cf, ({ profiles }) => {
    (profiles.default ?? {}).port = second;
    (profiles.other ?? {}).port = first;
  });
  await untilServedBy(proxy, "beta", "the other profile answers on the first port");
  running = false;
  await Promise.all(load);
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test.concurrent("a port that is taken stops nobody, shows, and is opened once it is free", async () => {
  const port = await findFreePort();
  const other = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  await using proxy = await startProxy();
  const fresh = await findFreePort();
  await editConfig(proxy.cf, ({ profiles }) => {
    profiles.blocked = { port };
    profiles.fresh = { port: fresh };
  });
  await until("the other new port", () => answers(fresh));
  expect((await proxy.message()).status).toBe(200);
  const closed = (await proxy.send("/health")).json<{ profiles: { name: string; error: string | null }[] }>()
    .profiles;
  expect(closed.find(({ name }) => name === "blocked")?.error).toContain(String(port));
  other.close();
  await until("the port opens", () => answers(port));
  await until("the run file", async () =>
    (await readRunFile(proxy)).profiles.some((profile) => profile.port === port),
  );
  expect((await proxy.send("/health")).text).not.toContain("is taken");
});

test.concurrent("a profile that is moved to a taken port keeps the one that it has", async () => {
  const port = await findFreePort();
  const other = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  await using proxy = await startProxy();
  await editConfig(proxy.cf, ({ profiles }) => {
    (profiles.default ?? {}).port = port;
  });
  await until("the failure shows", async () => (await proxy.send("/health")).text.includes("is taken"));
  expect((await proxy.message()).status).toBe(200);
  other.close();
  await until("the move", () => answers(port));
  await until("the old port closes", async () => !(await answers(proxy.port)));
});

test.concurrent("a profile that is renamed keeps its port without a moment's pause", async () => {
  await using proxy = await startProxy();
  let running = true;
  const statuses: number[] = [];
  const load = (async () => {
    while (running) statuses.push((await proxy.message()).status);
  })();
  await editConfig(proxy.cf, (config) => {
    config.profiles = { main: config.profiles.default ?? {} };
  });
  await until("the new name", async () => (await proxy.send("/health")).text.includes('"name":"main"'));
  running = false;
  await load;
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test.concurrent("the bind address follows, with the port; an address of another machine changes nothing", async () => {
  await using proxy = await startProxy();
  const clientToken = "client-token-0123456789";
  await editConfig(proxy.cf, (config) => {
    config.host = "192.0.2.7";
    config.clientToken = clientToken;
  });
  const asClient = { headers: { "x-api-key": clientToken } };
  await until("the failure shows", async () =>
    (await proxy.send("/health", asClient)).text.includes("192.0.2.7"),
  );
  await editConfig(proxy.cf, (config) => {
    config.host = "0.0.0.0";
  });
  await until("the new address", async () => (await readRunFile(proxy)).host === "0.0.0.0");
  expect((await proxy.message({ headers: { "x-api-key": clientToken } })).status).toBe(200);
  expect((await proxy.message()).status).toBe(401);
});

test.concurrent("--port holds for the run, whatever the file says, and is never written", async () => {
  const [forced, written, fresh] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const config = { profiles: { default: { port: await findFreePort() } }, keys: keysOf(["alpha"]) };
  await using cf = await startCf({ config, args: ["start", "--port", String(forced)] }, [forced]);
  await editConfig(cf, ({ profiles }) => {
    profiles.default = { port: written };
    profiles.side = { port: fresh };
  });
  await until("the other profile", () => answers(fresh));
  expect([await answers(forced), await answers(written)]).toEqual([true, false]);
  await editConfig(cf, ({ profiles }) => {
    profiles.side = { port: forced };
  });
  const health = () => send(`http://127.0.0.1:${forced}/health`);
  await until("the clash shows", async () =>
    (await health()).text.includes(`Port ${forced} of profile side`),
  );
  expect((await readConfigJson(cf)).profiles.default).toEqual({ port: written });
});

// --- Everything else that can be set.

test.concurrent("settings take effect: chains, limits, guard, queue, log", async () => {
  await using proxy = await startProxy();
  proxy.upstream.always({ model: opus }, limited);
  expect((await proxy.message()).status).toBe(429);
  await editConfig(proxy.cf, (config) => {
    config.modelFallback = { [opus]: sonnet };
    config.maxBodyBytes = 2000;
    config.allowedHosts = ["proxy.example"];
    config.allowedOrigins = ["https://app.example"];
    config.logLevel = "error";
  });
  await until("the chain", async () => (await proxy.message()).header("x-cf-model") === sonnet);
  expect((await proxy.message({ fields: { system: "x".repeat(3000) } })).status).toBe(413);
  const ofApp = { headers: { host: "proxy.example", origin: "https://app.example" } };
  expect((await proxy.send("/", ofApp)).status).toBe(302);
  const before = (await readLog(proxy)).split("\n").length;
  await proxy.message();
  await editConfig(proxy.cf, (config) => {
    config.logLevel = "info";
    config.allowedHosts = [];
  });
  await until(
    "the guard",
    async () => (await proxy.send("/health", { headers: { host: "proxy.example" } })).status === 403,
  );
  await until("the log speaks again", async () => (await readLog(proxy)).split("\n").length > before);
});

test.concurrent("the queue and the deadlines of new requests follow", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const soon = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after-ms": "600" });
  proxy.upstream.next({}, soon);
  expect((await proxy.message()).status).toBe(429);
  await proxy.untilReady("alpha");
  await editConfig(proxy.cf, (config) => {
    config.queueWaitMs = 30_000;
  });
  await until("the queue", async () => {
    proxy.upstream.next({}, soon);
    const answer = await proxy.message();
    await proxy.untilReady("alpha");
    return answer.header("x-cf-queued-ms") !== null;
  });
  const { promise: never } = makeGate();
  proxy.upstream.always({}, sse([...events.slice(0, 3), never]));
  await editConfig(proxy.cf, (config) => {
    config.timeouts = { idleMs: 300 };
  });
  await until("a stream that stalls is cut", async () => {
    const stream = await proxy.openMessage({ stream: true });
    await stream.readUntil("content_block_delta");
    const cut = await Promise.race([stream.rest(), Bun.sleep(2000)]);
    stream.abort();
    return cut?.text.includes("event: error");
  });
});

test.concurrent("the log is rotated by the size that the config says now", async () => {
  await using proxy = await startProxy();
  await editConfig(proxy.cf, (config) => {
    config.maxLogSize = 1024;
  });
  await until("a rotated log", async () => {
    await proxy.message();
    return existsSync(join(proxy.cf.home, "logs", "cf.log.1"));
  });
});

test.concurrent("conversations stick to their key, or not, as the config says now", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next({ key: "alpha" }, json(401, errorBody("authentication_error", "invalid x-api-key")));
  const ask = async () => (await proxy.message({ prompt: "the same" })).header("x-cf-key");
  expect(await ask()).toBe("beta");
  await callApi(proxy, "/keys/alpha/try-now", { method: "POST" });
  expect(await ask()).toBe("beta");
  await editConfig(proxy.cf, (config) => {
    config.stickySessions = false;
  });
  await until("alpha again", async () => (await ask()) === "alpha");
});

test.concurrent("another upstream is asked from the next request on", async () => {
  await using proxy = await startProxy();
  await using second = await startProxy();
  await editConfig(proxy.cf, (config) => {
    config.anthropicBaseUrl = second.upstream.url;
  });
  await until("the other upstream", async () => {
    await proxy.message();
    return second.upstream.requests.length > 0;
  });
});

test.concurrent("a new secret is kept out of the log at once, whatever it looks like", async () => {
  const secret = "an-odd-gateway-secret-0815";
  await using proxy = await startProxy({ secrets: [secret], config: { logLevel: "debug" } });
  await editConfig(proxy.cf, ({ keys }) => {
    keys.alpha = { token: secret, baseUrl: proxy.upstream.url };
    delete keys.beta;
  });
  await until("the key", async () => (await proxy.health()).keys.length === 1);
  proxy.upstream.always({}, json(401, errorBody("authentication_error", `unknown key ${secret}`)));
  await proxy.message();
  await until("the log", async () => (await readLog(proxy)).includes("unknown key"));
  expect(await readLog(proxy)).not.toContain(secret);
});

// --- Bad edits.

test.concurrent("a bad edit changes nothing, shows with its line, and is forgotten once it is mended", async () => {
  await using proxy = await startProxy();
  const good = await readConfigJson(proxy.cf);
  await writeConfig(proxy.cf, '{\n  "profiles": {\n    "default": { "port": 99999 }\n  }\n}\n');
  const fault = await until("the fault", async () => (await proxy.health()).configError);
  expect(fault).toEqual({
    message: "config.json:3 profiles.default.port: 99999 is above 65535",
    path: "profiles.default.port",
    line: 3,
  });
  expect((await proxy.message()).status).toBe(200);
  const logged = await until("the log", async () =>
    (await readLog(proxy)).split("\n").find((line) => line.includes("99999 is above 65535")),
  );
  expect(JSON.parse(logged)).toMatchObject({
    level: "error",
    message: "config not taken over, the last good one stays in force",
    path: "profiles.default.port",
    line: 3,
  });
  await writeConfig(proxy.cf, '{\n  "keys": {},,\n}\n');
  await until("the next fault", async () => (await proxy.health()).configError?.line === 2);
  await writeConfig(proxy.cf, JSON.stringify(good));
  await until("no fault", async () => (await proxy.health()).configError === null);
  await until("the log", async () => (await readLog(proxy)).includes("config is good again"));
  expect((await proxy.message()).status).toBe(200);
});

test.concurrent("a file that is deleted leaves the last good config in force, and can be made anew", async () => {
  await using proxy = await startProxy();
  const good = await readFile(configPath(proxy.cf), "utf8");
  await rm(configPath(proxy.cf));
  expect((await until("the fault", async () => (await proxy.health()).configError)).message).toContain(
    "deleted",
  );
  expect((await proxy.message()).status).toBe(200);
  await writeFile(configPath(proxy.cf), good);
  await until("no fault", async () => (await proxy.health()).configError === null);
  await rm(configPath(proxy.cf));
  await writeFile(configPath(proxy.cf), good.replace('"alpha"', '"gamma"'));
  await untilServedBy(proxy, "gamma");
});

test.concurrent("a file that is written in pieces is taken over once it is whole", async () => {
  await using proxy = await startProxy();
  await editConfig(proxy.cf, ({ keys }) => {
    (keys.alpha ?? {}).label = "Whole";
  });
  const text = (await readFile(configPath(proxy.cf), "utf8")).replace("Whole", "Pieces");
  for (let end = 1; end <= text.length; end += Math.ceil(text.length / 30)) {
    await writeFile(configPath(proxy.cf), text.slice(0, end));
  }
  await writeFile(configPath(proxy.cf), text);
  await until("the whole", async () => (await proxy.keyHealth("alpha")).label === "Pieces");
  expect((await proxy.health()).configError).toBeNull();
});

test.concurrent("a linked config is followed, through its target and through the link", async () => {
  await using proxy = await startProxy();
  const folder = join(proxy.cf.home, "dotfiles");
  await mkdir(folder);
  await rename(configPath(proxy.cf), join(folder, "one.json"));
  await symlink(join("dotfiles", "one.json"), configPath(proxy.cf));
  await until("no fault", async () => (await proxy.health()).configError === null);
  const text = await readFile(configPath(proxy.cf), "utf8");
  await writeFile(join(folder, "one.json"), text.replace('"alpha"', '"gamma"'));
  await untilServedBy(proxy, "gamma");
  await writeFile(join(folder, "two.json"), text.replace('"alpha"', '"delta"'));
  await symlink(join("dotfiles", "two.json"), `${configPath(proxy.cf)}.link`);
  await rename(`${configPath(proxy.cf)}.link`, configPath(proxy.cf));
  await untilServedBy(proxy, "delta");
  await rm(folder, { recursive: true });
});

test.concurrent("edits while the proxy drains hurt nobody", async () => {
  const gate = makeGate();
  await using proxy = await startProxy();
  proxy.upstream.always({}, sse([...events.slice(0, 3), gate.promise, ...events.slice(3)]));
  const answer = await proxy.openMessage({ stream: true });
  await answer.readUntil("content_block_delta");
  proxy.cf.kill("SIGTERM");
  await until("the port closes", async () => !(await answers(proxy.port)));
  await editConfig(proxy.cf, ({ profiles }) => {
    (profiles.default ?? {}).keyOrder = ["beta"];
  });
  gate.open();
  expect((await answer.rest()).complete).toBe(true);
  expect((await within(5000, "the end", proxy.cf.exited)).code).toBe(0);
  expect(proxy.cf.stderr).toBe("");
});
