// What outlives the process: cooldowns, conversations, figures; and what the proxy does when the record cannot be kept.
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorBody, messageBody } from "../support/anthropic-answers";
import { type CfProcess, makeHome, startCf } from "../support/cf-process";
import { findFreePort } from "../support/free-port";
import { until } from "../support/gate";
import { awaitRows, readRows, withStore } from "../support/ledger-rows";
import { opus, ProxySetup } from "../support/proxy-setup";
import { json } from "../support/replies";
import { ScriptedUpstream } from "../support/scripted-upstream";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(60_000);

const limitedForAnHour = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "3600" });

/** Proxies one after the other over the same home folder. */
async function makePlace(
  keys: Record<string, string> = { alpha: tokenFor("alpha"), beta: tokenFor("beta") },
) {
  const home = await makeHome();
  const upstream = await ScriptedUpstream.start();
  const port = await findFreePort();
  const start = async (tokens = keys): Promise<ProxySetup> => {
    const config = {
      profiles: { default: { port } },
      keys: Object.fromEntries(Object.entries(tokens).map(([id, token]) => [id, { token }])),
      anthropicBaseUrl: upstream.url,
      queueWaitMs: 0,
    };
    const cf: CfProcess = await startCf({ config, home }, [port]);
    return new ProxySetup(upstream, cf, { default: port });
  };
  return { home, upstream, start };
}

test.concurrent("a cooldown outlives a kill; another token under the same id starts healthy", async () => {
  const place = await makePlace();
  const first = await place.start();
  place.upstream.next({ key: "alpha" }, limitedForAnHour);
  expect((await first.message()).header("x-cf-key")).toBe("beta");
  const before = await first.restsUntil("alpha");
  await until("the rest is kept", async () => {
    return (withStore(place.home, (store) => store.routing.readCooldowns()) ?? []).length > 0;
  });
  first.cf.kill("SIGKILL");
  await first.cf.exited;

  const second = await place.start();
  expect(await second.restsUntil("alpha")).toBe(before);
  expect((await second.message()).header("x-cf-key")).toBe("beta");
  expect(place.upstream.calls({ key: "alpha" })).toHaveLength(1);
  await second.cf.stop();

  const third = await place.start({ alpha: tokenFor("alpha2"), beta: tokenFor("beta") });
  expect(await third.restsUntil("alpha")).toBeNull();
  await third.cf.stop();
  await place.upstream.stop();
});

test.concurrent("a conversation stays with its key over a restart, and the day's sums go on", async () => {
  const place = await makePlace();
  const first = await place.start();
  place.upstream.next(
    { key: "alpha" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after-ms": "300" }),
  );
  const prompt = "One conversation";
  expect((await first.message({ prompt })).header("x-cf-key")).toBe("beta");
  await first.untilReady("alpha");
  await first.cf.stop();

  const second = await place.start();
  expect((await second.message({ prompt })).header("x-cf-key")).toBe("beta");
  expect((await second.message({ prompt: "Another one" })).header("x-cf-key")).toBe("alpha");
  const { today } = (await second.send("/health")).json<{ today: { requests: number; rotated: number } }>();
  expect(today).toMatchObject({ requests: 3, rotated: 1 });
  await second.cf.stop();
  expect(readRows(place.home)).toHaveLength(3);
  await place.upstream.stop();
});

test.concurrent("signals that come while it ends cost nothing of the record", async () => {
  const place = await makePlace();
  const proxy = await place.start();
  await proxy.message();
  let over = false;
  void proxy.cf.exited.then(() => {
    over = true;
  });
  // As many as there is time for, so that one comes whatever it does at its end.
  while (!over) {
    proxy.cf.kill("SIGTERM");
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await proxy.cf.exited).code).toBe(0);
  expect(readRows(place.home)).toHaveLength(1);
  expect(existsSync(join(place.home, "run.json"))).toBe(false);
  await place.upstream.stop();
});

test.concurrent("a damaged state.db: the proxy serves, says where the old one is, and records anew", async () => {
  const place = await makePlace();
  writeFileSync(join(place.home, "state.db"), "no database ".repeat(1000));
  const proxy = await place.start();
  expect((await proxy.message()).status).toBe(200);
  const warnings = await warningsOf(proxy);
  const aside = readdirSync(place.home).find((name) => name.startsWith("state.db.broken-"));
  expect(warnings.find(({ code }) => code === "record_set_aside")?.title).toContain(aside ?? "no file");
  expect(await awaitRows(place.home, 1)).toHaveLength(1);
  await proxy.cf.stop();
  await place.upstream.stop();
});

test.concurrent("a state.db that cannot be opened: the proxy serves, and says that the record is in memory only", async () => {
  const place = await makePlace();
  mkdirSync(join(place.home, "state.db"));
  const proxy = await place.start();
  for (let sent = 0; sent < 3; sent++) expect((await proxy.message()).status).toBe(200);
  expect(await codesOf(proxy)).toContain("record_unusable");
  const { rows } = (await proxy.send("/dashboard/api/requests")).json<{ rows: unknown[] }>();
  expect(rows).toHaveLength(3);
  await proxy.cf.stop();
  expect((await proxy.cf.exited).code).toBe(0);
  await place.upstream.stop();
});

test.concurrent("a full disk costs the record, not the requests; once there is room, nothing is missing", async () => {
  const place = await makePlace();
  place.upstream.always({ model: opus }, json(200, messageBody()));
  const proxy = await place.start();
  await proxy.message();
  await awaitRows(place.home, 1);
  limitFiles(proxy.cf.pid, "1000");
  for (let sent = 0; sent < 5; sent++) expect((await proxy.message()).status).toBe(200);
  await until("the loss is told", async () => (await codesOf(proxy)).includes("record_not_written"));
  for (let sent = 0; sent < 5; sent++) expect((await proxy.message()).status).toBe(200);
  limitFiles(proxy.cf.pid, "unlimited");
  await until("writing works again", async () => !(await codesOf(proxy)).includes("record_not_written"));
  expect(await awaitRows(place.home, 11)).toHaveLength(11);
  await proxy.cf.stop();
  await place.upstream.stop();
});

/** No file of the process may grow beyond that: what a full disk looks like. */
function limitFiles(pid: number, bytes: string): void {
  const { exitCode, stderr } = Bun.spawnSync(["prlimit", `--pid=${pid}`, `--fsize=${bytes}:unlimited`]);
  if (exitCode !== 0) throw new Error(stderr.toString());
}

async function warningsOf(proxy: ProxySetup): Promise<{ code: string; title: string }[]> {
  return (await proxy.send("/health")).json<{ warnings: { code: string; title: string }[] }>().warnings;
}

async function codesOf(proxy: ProxySetup): Promise<string[]> {
  return (await warningsOf(proxy)).map(({ code }) => code);
}
