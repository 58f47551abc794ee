// One writer: commands that change the config go through the running proxy, and nobody's change is lost.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorBody } from "../support/anthropic-answers";
import { type CfProcess, makeHome, spawnCf, startCf } from "../support/cf-process";
import { callApi } from "../support/dashboard-api";
import { configPath, editConfig, readConfigJson, writeConfig } from "../support/edit-config";
import { findFreePort } from "../support/free-port";
import { until, within } from "../support/gate";
import { keysOf, messageRequestBody, type ProxySetup, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";
import { ScriptedUpstream } from "../support/scripted-upstream";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(60_000);

/** Runs a command beside the proxy of `home`. */
async function run(home: string, args: string[], env: Record<string, string> = {}) {
  const command = await spawnCf({ config: null, home, args, env });
  return within(20_000, `cf ${args[0]}`, command.exited);
}

const keyIds = async (home: string) => Object.keys((await readConfigJson({ home })).keys);

test.concurrent("a key that a command adds is in force when the command returns", async () => {
  await using proxy = await startProxy({ keys: [], secrets: [tokenFor("work")] });
  const added = await run(proxy.cf.home, ["add-key", tokenFor("work"), "Work"]);
  expect(added.code).toBe(0);
  expect(added.stdout).toContain("Added key work");
  expect(added.stderr).toContain("in force");
  expect(`${added.stdout}${added.stderr}`).not.toContain(tokenFor("work"));
  expect((await proxy.health()).keys.map(({ id }) => id)).toEqual(["work"]);
  expect((await proxy.message()).header("x-cf-key")).toBe("work");
  const removed = await run(proxy.cf.home, ["remove-key", "work"]);
  expect([removed.code, removed.stdout]).toEqual([
    0,
    `Removed key work (Work, …${tokenFor("work").slice(-4)})\n`,
  ]);
  expect((await proxy.health()).keys).toEqual([]);
});

test.concurrent("pause-key and resume-key are in force when they return; resume-key clears the cooldown", async () => {
  await using proxy = await startProxy();
  proxy.upstream.next(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "3600" }),
  );
  await proxy.message();
  expect((await proxy.keyHealth("alpha")).state).toBe("cooling");
  const paused = await run(proxy.cf.home, ["pause-key", "alpha"]);
  expect([paused.code, (await proxy.keyHealth("alpha")).state]).toEqual([0, "disabled"]);
  const resumed = await run(proxy.cf.home, ["resume-key", "alpha"]);
  expect([resumed.code, (await proxy.keyHealth("alpha")).state]).toEqual([0, "ready"]);
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent("resume-key without a proxy clears what the next one would restore, for the group as well", async () => {
  const home = await makeHome();
  await using upstream = await ScriptedUpstream.start();
  const port = await findFreePort();
  const keys = keysOf({ alpha: { group: "acme" }, beta: { group: "acme" }, gamma: {} });
  const config = {
    profiles: { default: { port } },
    keys,
    anthropicBaseUrl: upstream.url,
    queueWaitMs: 0,
  };
  upstream.always({}, json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "3600" }));
  const states = async () => {
    const answer = await sendTo(port, "/health", {});
    return answer.json<{ keys: { state: string }[] }>().keys.map(({ state }) => state);
  };
  try {
    const first = await startCf({ config, home }, [port]);
    await sendTo(port, "/v1/messages", { method: "POST", body: JSON.stringify(messageRequestBody()) });
    expect(await states()).toEqual(["cooling", "cooling", "cooling"]);
    await first.stop();
    expect((await run(home, ["resume-key", "alpha"])).stderr).toBe("");
    await using _second = await startCf({ config: null, home }, [port]);
    expect(await states()).toEqual(["ready", "ready", "cooling"]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

test.concurrent("with and without a proxy a command says the same and ends the same", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], profile: { keyOrder: ["alpha"] } });
  await using alone = await startProxy({ keys: ["alpha"], profile: { keyOrder: ["alpha"] } });
  alone.cf.kill("SIGKILL");
  await alone.cf.exited;
  for (const args of [
    ["add-key", tokenFor("alpha")],
    ["add-key", "nonsense"],
    ["add-key", "sk-ant-api03-xxxxxxxxxxxxxxxxxxxx", "--id", "a b"],
    ["add-key", "sk-ant-api03-xxxxxxxxxxxxxxxxxxxx", "--id", "alpha"],
    ["add-key", "sk-ant-api03-xxxxxxxxxxxxxxxxxxxx", "--base-url", "ftp://nowhere"],
    ["add-key", "sk-ant-admin01-xxxxxxxxxxxxxxxxxxxx"],
    ["pause-key", "nobody"],
    ["pause-key", "alpha"],
    ["resume-key", "alpha"],
    ["remove-key", "alhpa"],
    ["remove-key", "alpha"],
    ["remove-key", "alpha"],
  ]) {
    const through = await run(proxy.cf.home, args);
    const direct = await run(alone.cf.home, args);
    const words = (text: string) =>
      text
        .split("\n")
        .filter((line) => !/running proxy|Start the proxy/.test(line))
        .join("\n")
        .replaceAll(proxy.cf.home, "HOME")
        .replaceAll(alone.cf.home, "HOME");
    expect([args.join(" "), through.code, words(through.stdout), words(through.stderr)]).toEqual([
      args.join(" "),
      direct.code,
      words(direct.stdout),
      words(direct.stderr),
    ]);
  }
});

test.concurrent.each([true, false])("ten parallel add-key lose nothing (proxy runs: %s)", async (runs) => {
  const names = Array.from({ length: 10 }, (_, number) => `n${number}`);
  await using proxy = await startProxy({ keys: ["alpha"], secrets: names.map((name) => tokenFor(name)) });
  if (!runs) {
    proxy.cf.kill("SIGKILL");
    await proxy.cf.exited;
  }
  const all = await Promise.all(
    names.map((name) => run(proxy.cf.home, ["add-key", tokenFor(name), "--id", name])),
  );
  expect(all.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(names.map(() => ""));
  expect((await keyIds(proxy.cf.home)).sort()).toEqual(["alpha", ...names].sort());
  if (!runs) return;
  expect((await proxy.health()).keys.map(({ id }) => id).sort()).toEqual(["alpha", ...names].sort());
});

test.concurrent("a hand edit that is followed at once by commands and calls of the API is not lost, and neither are they", async () => {
  const names = Array.from({ length: 9 }, (_, number) => `n${number}`);
  await using proxy = await startProxy({ keys: ["alpha"], secrets: names.map((name) => tokenFor(name)) });
  for (const round of [0, 1, 2]) {
    const [first = "", ...others] = names.slice(round * 3, round * 3 + 3);
    await editConfig(
      proxy.cf,
      (config) => {
        config.cooldownMs = 1000 + round;
      },
      round === 1 ? "in place" : "rename",
    );
    const calls = others.map((id) =>
      callApi(proxy, "/keys", { method: "POST", body: { token: tokenFor(id), id } }),
    );
    const command = run(proxy.cf.home, ["add-key", tokenFor(first), "--id", first]);
    expect([(await command).code, ...(await Promise.all(calls)).map(({ status }) => status)]).toEqual([
      0, 201, 201,
    ]);
    expect((await readConfigJson(proxy.cf)).cooldownMs).toBe(1000 + round);
  }
  expect((await keyIds(proxy.cf.home)).sort()).toEqual(["alpha", ...names].sort());
  expect((await proxy.health()).keys).toHaveLength(10);
});

test.concurrent("a proxy that hangs is not waited for: the file is changed, and taken over later", async () => {
  await using proxy = await startProxy({ secrets: [tokenFor("work")] });
  proxy.cf.kill("SIGSTOP");
  const added = await run(proxy.cf.home, ["add-key", tokenFor("work"), "--id", "work"]);
  proxy.cf.kill("SIGCONT");
  expect(added.code).toBe(0);
  expect(added.stderr).toContain("takes the file over");
  await until("the key", async () => (await proxy.health()).keys.some(({ id }) => id === "work"));
});

test.concurrent("the client token opens the proxy to commands; one that differs is no obstacle", async () => {
  const clientToken = "client-token-0123456789";
  await using proxy = await startProxy({
    config: { clientToken },
    secrets: [tokenFor("work"), tokenFor("next")],
  });
  const added = await run(proxy.cf.home, ["add-key", tokenFor("work"), "--id", "work"]);
  expect([added.code, added.stderr.includes("in force")]).toEqual([0, true]);
  // The file has another token already, and a fault that keeps the proxy from taking it over.
  await editConfig(proxy.cf, (config) => {
    config.clientToken = "another-token-987654321";
  });
  const next = await run(proxy.cf.home, ["add-key", tokenFor("next"), "--id", "next"]);
  expect(next.code).toBe(0);
  expect(await keyIds(proxy.cf.home)).toContain("next");
});

test.concurrent("a deleted file is not replaced by one with nothing but the change", async () => {
  const clientToken = "client-token-0123456789";
  await using proxy = await startProxy({ config: { clientToken } });
  await rm(configPath(proxy.cf));
  const refused = await run(proxy.cf.home, ["add-key", "env:WORK"]);
  expect([refused.code, refused.stderr.includes("client token")]).toEqual([1, true]);
  expect(await readdir(proxy.cf.home)).not.toContain("config.json");
  await using open = await startProxy({ keys: ["alpha"] });
  await rm(configPath(open.cf));
  expect((await run(open.cf.home, ["add-key", "env:WORK", "--id", "work"])).code).toBe(0);
  expect(await keyIds(open.cf.home)).toEqual(["alpha", "work"]);
});

test.concurrent("a broken file is told with its line, and left as it is", async () => {
  await using proxy = await startProxy();
  await writeConfig(proxy.cf, '{\n  "keys": {\n');
  const refused = await run(proxy.cf.home, ["add-key", tokenFor("work")]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("config.json:");
  expect(await readFile(configPath(proxy.cf), "utf8")).toBe('{\n  "keys": {\n');
});

test.concurrent("commands that are killed at any moment leave a whole file, and the proxy goes on", async () => {
  const names = Array.from({ length: 12 }, (_, number) => `n${number}`);
  await using proxy = await startProxy({ secrets: names.map((name) => tokenFor(name)) });
  for (const [number, name] of names.entries()) {
    const command = await spawnCf({
      config: null,
      home: proxy.cf.home,
      args: ["add-key", tokenFor(name), "--id", name],
    });
    await new Promise((resolve) => setTimeout(resolve, number * 12));
    command.kill("SIGKILL");
    await command.exited;
    expect(await keyIds(proxy.cf.home)).toContain("alpha");
  }
  const last = await run(proxy.cf.home, ["add-key", "env:LAST", "--id", "last"]);
  expect(last.code).toBe(0);
  expect((await proxy.message()).status).toBe(200);
  expect((await readdir(proxy.cf.home)).filter((name) => /lock|\.new$/.test(name))).toEqual([]);
});

test.concurrent("a proxy that is killed while it writes loses nothing that it has confirmed", async () => {
  const port = await findFreePort();
  const config = {
    profiles: { default: { port } },
    keys: keysOf(["alpha"]),
    anthropicBaseUrl: "http://127.0.0.1:9",
  };
  const secrets = Array.from({ length: 40 }, (_, number) => tokenFor(`n${number}`));
  await using first = await startCf({ config, secrets }, [port]);
  const confirmed: string[] = [];
  for (const round of [1, 4, 9]) {
    const cf: CfProcess = round === 1 ? first : await startCf({ config: null, home: first.home }, [port]);
    const answered = Array.from({ length: 10 }, async (_, number) => {
      const id = `n${round}-${number}`;
      const url = { send: (path: string, options = {}) => sendTo(port, path, options) };
      const answer = await callApi(url, "/keys", {
        method: "POST",
        body: { token: `sk-ant-api03-${id}-xxxxxxxxxxxx`, id },
      }).catch(() => null);
      if (answer?.status === 201) confirmed.push(id);
    });
    await until("some are confirmed", () => confirmed.length >= round);
    cf.kill("SIGKILL");
    await Promise.all([...answered, cf.exited]);
    const ids = await keyIds(first.home);
    for (const id of ["alpha", ...confirmed]) expect(ids).toContain(id);
  }
  const after = await run(first.home, ["add-key", "env:LAST", "--id", "last"]);
  expect(after.code).toBe(0);
  expect((await readdir(first.home)).filter((name) => /lock|\.new$/.test(name))).toEqual([]);
});

async function sendTo(port: number, path: string, options: Parameters<ProxySetup["send"]>[1]) {
  const { send } = await import("../support/raw-client");
  return send(`http://127.0.0.1:${port}${path}`, options);
}

test.concurrent("a change between the reading of the config and the start of the watch is not missed", async () => {
  for (let round = 0; round < 5; round += 1) {
    const port = await findFreePort();
    const config = { profiles: { default: { port } }, keys: keysOf(["alpha"]) };
    await using cf = await spawnCf({ config, secrets: [tokenFor("late")] });
    await until("the run file", async () => (await readdir(cf.home)).includes("run.json"));
    await editConfig(cf, ({ keys }) => {
      keys.late = { token: tokenFor("late") };
    });
    await until("the late key", async () => {
      const answer = await sendTo(port, "/health", {}).catch(() => null);
      return answer?.text.includes('"late"');
    });
  }
});

test.concurrent("1.x configs are written in today's form by the running proxy, and the old file is kept", async () => {
  const port = await findFreePort();
  const legacy = JSON.stringify({
    profiles: { default: { port } },
    keys: { old: { token: tokenFor("old"), type: "api_key", addedAt: 1 } },
    openaiKeys: {},
  });
  await using cf = await startCf({ config: legacy, secrets: [] }, [port]);
  const added = await run(cf.home, ["add-key", "env:NEW", "--id", "new"]);
  expect(added.code).toBe(0);
  expect(await readFile(join(cf.home, "config.json.v1.bak"), "utf8")).toBe(legacy);
  expect(await keyIds(cf.home)).toEqual(["old", "new"]);
  await writeFile(join(cf.home, "config.json.v1.bak"), "");
});
