// The background service: start -d, the one process per home folder, the supervisor, stop and restart.
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { resolvePaths } from "../../src/config/paths";
import { systemdManager } from "../../src/setup/autostart/systemd";
import { thisMachine } from "../../src/setup/make-context";
import { messageEvents } from "../support/anthropic-answers";
import { findBinary } from "../support/cf-binary";
import { CfHome, isRunning, processFacts } from "../support/cf-home";
import { findFreePort } from "../support/free-port";
import { makeGate, until, within } from "../support/gate";
import { headerValue } from "../support/http-message-reader";
import { keysOf, messageRequestBody } from "../support/proxy-setup";
import { open, send } from "../support/raw-client";
import { sse } from "../support/replies";
import { ScriptedUpstream } from "../support/scripted-upstream";

setDefaultTimeout(60_000);

const config = (port: number, fields: Record<string, unknown> = {}) => ({
  profiles: { default: { port } },
  keys: keysOf(["alpha"]),
  anthropicBaseUrl: "http://127.0.0.1:9",
  ...fields,
});

async function startedHome(fields: Record<string, unknown> = {}) {
  const port = await findFreePort();
  const home = await CfHome.create(config(port, fields));
  const started = await home.run(["start", "-d"]);
  const run = await home.runFile();
  if (started.code !== 0 || run === null) throw new Error(`not started: ${started.stderr}`);
  return { home, port, started, run };
}

/** A message of which the beginning has come, and the rest is waited for. */
async function openStream(port: number) {
  const answer = await open(`http://127.0.0.1:${port}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" },
    body: JSON.stringify(messageRequestBody({ stream: true })),
  });
  await answer.readUntil("content_block_delta");
  return answer;
}

function occupyPort(port: number): Promise<{ [Symbol.dispose](): void }> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) =>
    server.listen(port, "127.0.0.1", () => resolve({ [Symbol.dispose]: () => server.close() })),
  );
}

// --- Start.

test.concurrent("start -d returns when the proxy answers, and it lives on in a session of its own", async () => {
  const { home, port, started, run } = await startedHome();
  await using _home = home;
  const health = await send(`http://127.0.0.1:${port}/health`);
  expect(health.status).toBe(200);
  expect(headerValue(health.headers, "x-cf-instance")).toBe(run.instance);
  expect(started.stdout).toContain(`http://127.0.0.1:${port}`);
  expect(run).toMatchObject({ mode: "daemon", phase: "serving" });
  const supervisor = run.supervisor?.pid ?? 0;
  expect(processFacts(run.pid)).toMatchObject({ session: supervisor, parent: supervisor });
});

test.concurrent("a second start, in front or behind, says that it runs: exit 0, and the run file is left alone", async () => {
  const { home, run } = await startedHome();
  await using _home = home;
  for (const args of [["start"], ["start", "-d"], ["start", "-d", "--port", "1"]]) {
    const { code, stdout, stderr } = await home.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`already runs (process ${run.pid})`);
  }
  expect(await home.runFile()).toEqual(run);
});

test.concurrent("of two simultaneous starts one wins, and the other says so", async () => {
  const port = await findFreePort();
  await using home = await CfHome.create(config(port));
  const results = await Promise.all([1, 2, 3].map(() => home.run(["start", "-d"])));
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(results.filter(({ stdout }) => stdout.includes("in the background"))).toHaveLength(1);
  expect(results.filter(({ stdout }) => stdout.includes("already runs"))).toHaveLength(2);
  const run = await home.runFile();
  expect(processFacts(run?.pid ?? 0)?.parent).toBe(run?.supervisor?.pid);
});

test.concurrent("start -d gives the proxy's own reason when it cannot start, and leaves nothing behind", async () => {
  const port = await findFreePort();
  using _taken = await occupyPort(port);
  await using home = await CfHome.create(config(port));
  const taken = await home.run(["start", "-d"]);
  expect(taken.code).toBe(1);
  expect(taken.stderr).toContain(`Port ${port} of profile default is taken.`);
  expect(existsSync(join(home.path, "run.json"))).toBe(false);
  await home.configure('{ "profiles": { "default": { "port": 99999 } } }');
  const broken = await home.run(["start", "-d"]);
  expect(broken.code).toBe(2);
  expect(broken.stderr).toMatch(/config\.json:1 profiles\.default\.port: 99999/);
  expect(existsSync(join(home.path, "run.json"))).toBe(false);
});

test.concurrent("start -d warns of the taken port of a second profile and of a missing variable: exit 0", async () => {
  const [port, other] = [await findFreePort(), await findFreePort()];
  using _taken = await occupyPort(other);
  await using home = await CfHome.create({
    profiles: { default: { port }, second: { port: other } },
    keys: { ...keysOf(["alpha"]), ci: { token: "env:CF_TEST_NOT_SET" } },
  });
  const { code, stderr } = await home.run(["start", "-d"]);
  expect(code).toBe(0);
  expect(stderr).toContain(`Port ${other} of profile second is taken`);
  expect(stderr).toContain("CF_TEST_NOT_SET");
});

test.concurrent("a relative CF_HOME means the folder where the command was called", async () => {
  const port = await findFreePort();
  await using home = await CfHome.create(config(port));
  const { code } = await home.run(["start", "-d"], { env: { CF_HOME: "cf-home" } });
  expect(code).toBe(0);
  expect((await home.runFile())?.phase).toBe("serving");
});

test.concurrent("--port holds for this run and for its restarts, and is never written to the config", async () => {
  const [port, other] = [await findFreePort(), await findFreePort()];
  await using home = await CfHome.create(config(port));
  await home.run(["start", "-d", "--port", String(other)]);
  expect((await send(`http://127.0.0.1:${other}/health`)).status).toBe(200);
  expect((await home.run(["restart"])).stdout).toContain(`:${other}`);
  expect(await readFile(join(home.path, "config.json"), "utf8")).not.toContain(String(other));
});

test.concurrent("modes that are too open are repaired at the start, and said", async () => {
  const port = await findFreePort();
  await using home = await CfHome.create(config(port));
  await chmod(home.path, 0o755);
  await chmod(join(home.path, "config.json"), 0o644);
  const { stderr } = await home.run(["start", "-d"]);
  expect((await stat(home.path)).mode & 0o777).toBe(0o700);
  expect((await stat(join(home.path, "config.json"))).mode & 0o777).toBe(0o600);
  expect(stderr).toContain("yours alone now");
});

test.concurrent("--open never fails the start where no browser is, and names the address", async () => {
  const port = await findFreePort();
  await using home = await CfHome.create(config(port));
  const { code, stderr } = await home.run(["start", "-d", "--open"], { env: { PATH: "/nowhere" } });
  expect(code).toBe(0);
  expect(stderr).toContain(`http://127.0.0.1:${port}/dashboard/`);
});

// --- Crashes.

test.concurrent("a crash of the served process is mended, and said in status and log", async () => {
  const { home, port, run } = await startedHome();
  await using _home = home;
  process.kill(run.pid, "SIGSEGV");
  await until("the crash is noted", async () => (await home.runFile())?.phase === "waiting");
  // Held back, so that the pause is not over before it was looked at.
  process.kill(run.supervisor?.pid ?? 0, "SIGSTOP");
  const during = await home.run(["status"]);
  process.kill(run.supervisor?.pid ?? 0, "SIGCONT");
  expect(during.code).toBe(3);
  expect(during.stdout).toMatch(/crashed: it was killed by SIGSEGV/);
  expect(during.stdout).toMatch(/started again/);
  const next = await until("a new process serves", async () => {
    const now = await home.runFile();
    return now?.phase === "serving" && now.pid !== run.pid ? now : null;
  });
  expect(next.instance).not.toBe(run.instance);
  expect(next.supervisor).toEqual(run.supervisor);
  expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  const after = await home.run(["status"]);
  expect(after.code).toBe(0);
  expect(after.stdout).toContain("crashed once since it was started");
  const json = JSON.parse((await home.run(["status", "--json"])).stdout);
  expect(json.restarts).toMatchObject({ count: 1, nextAt: null });
  expect(json.warnings).toContainEqual(expect.objectContaining({ code: "restarted_after_crash" }));
  const noted = (await home.log()).find(({ message }) => message === "the proxy crashed");
  expect(noted).toMatchObject({ level: "error", restartInMs: 1000 });
});

test.concurrent("a crash that the supervisor has not noted yet is no proxy that hangs", async () => {
  const { home, run } = await startedHome();
  await using _home = home;
  process.kill(run.supervisor?.pid ?? 0, "SIGSTOP");
  process.kill(run.pid, "SIGKILL");
  await until("it is gone", () => !isRunning(run.pid));
  const { code, stdout } = await home.run(["status"]);
  process.kill(run.supervisor?.pid ?? 0, "SIGCONT");
  expect(code).toBe(3);
  expect(stdout).toContain(`its process (pid ${run.pid}) ended`);
});

test.concurrent("crashes in a row are spaced out, and stop works in between", async () => {
  const { home, run } = await startedHome();
  await using _home = home;
  process.kill(run.pid, "SIGKILL");
  const second = await until("a new process serves", async () => {
    const now = await home.runFile();
    return now?.phase === "serving" && now.pid !== run.pid ? now : null;
  });
  process.kill(second.pid, "SIGKILL");
  await until("the second crash is noted", async () => (await home.runFile())?.restarts?.count === 2);
  await until("the longer pause", async () =>
    (await home.log()).some(({ restartInMs }) => restartInMs === 2000),
  );
  const stopped = await home.run(["stop"]);
  expect(stopped.code).toBe(0);
  expect(isRunning(run.supervisor?.pid ?? 0)).toBe(false);
  expect(await home.runFile()).toBeNull();
});

test.concurrent("after a crash, a config that was broken meanwhile is told, and tried again once it is mended", async () => {
  const { home, port, run } = await startedHome();
  await using _home = home;
  const good = await readFile(join(home.path, "config.json"), "utf8");
  await writeFile(join(home.path, "config.json"), "{ oops");
  process.kill(run.pid, "SIGKILL");
  await until("the failed start is noted", async () => (await home.runFile())?.restarts?.count === 2);
  const { stdout } = await home.run(["status"]);
  expect(stdout).toContain("could not start: config.json:1");
  await writeFile(join(home.path, "config.json"), good);
  await until("it serves again", async () => (await home.runFile())?.phase === "serving");
  expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);
});

test.concurrent("without its supervisor the proxy serves on, says so, and stops and restarts all the same", async () => {
  const { home, port, run } = await startedHome();
  await using _home = home;
  process.kill(run.supervisor?.pid ?? 0, "SIGKILL");
  await until("that is noticed", async () => (await home.runFile())?.supervisor === null);
  expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  expect((await home.run(["status"])).stdout).toContain("supervisor of the proxy is gone");
  expect((await home.run(["start", "-d"])).stdout).toContain("already runs");
  const restarted = await home.run(["restart"]);
  expect(restarted.code).toBe(0);
  const next = await home.runFile();
  expect(next?.supervisor).not.toBeNull();
  expect(isRunning(run.pid)).toBe(false);
});

test.concurrent("both killed: status knows, and start begins anew", async () => {
  const { home, run } = await startedHome();
  await using _home = home;
  process.kill(run.supervisor?.pid ?? 0, "SIGKILL");
  process.kill(run.pid, "SIGKILL");
  await until("both are gone", () => !isRunning(run.pid) && !isRunning(run.supervisor?.pid ?? 0));
  const status = await home.run(["status"]);
  expect(status.code).toBe(3);
  expect(status.stdout).toContain("ended without a proper stop");
  const started = await home.run(["start", "-d"]);
  expect(started.code).toBe(0);
  expect((await home.runFile())?.instance).not.toBe(run.instance);
});

// --- Stop.

test.concurrent("stop: exit 0, both processes are gone; again: exit 3", async () => {
  const { home, port, run } = await startedHome();
  await using _home = home;
  const stopped = await home.run(["stop"]);
  expect(stopped).toEqual({
    code: 0,
    stdout: `Stopped Claude Failover (process ${run.pid}).\n`,
    stderr: "",
  });
  expect([isRunning(run.pid), isRunning(run.supervisor?.pid ?? 0)]).toEqual([false, false]);
  await expect(send(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  const again = await home.run(["stop"]);
  expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 3, stdout: "" });
  expect(again.stderr).toContain("not running");
});

test.concurrent("stop lets a running stream end, says what it waits for, and status says so too", async () => {
  await using upstream = await startUpstream();
  const gate = makeGate();
  const events = messageEvents();
  upstream.always({}, sse([...events.slice(0, 3), gate.promise, ...events.slice(3)]));
  const { home, port } = await startedHome({ anthropicBaseUrl: upstream.url });
  await using _home = home;
  const answer = await openStream(port);
  const stop = await home.spawn(["stop"]);
  await until("it drains", async () => (await home.runFile())?.phase === "draining");
  expect((await home.run(["status"])).stdout).toContain("is stopping: it waits for 1 running request");
  const next = await home.spawn(["start", "-d"]);
  const words = next.stderr.getReader();
  expect(new TextDecoder().decode((await words.read()).value)).toContain("which is stopping");
  gate.open();
  const whole = await answer.rest();
  expect(whole.text).toBe(events.join(""));
  expect(await stop.exited).toBe(0);
  expect(await new Response(stop.stderr).text()).toContain("Waiting for 1 running request");
  // A start meanwhile waits for the end of the old one, and then makes a new one.
  expect(await next.exited).toBe(0);
  expect(await new Response(next.stdout).text()).toContain("in the background");
  expect(await home.runFile()).toMatchObject({ phase: "serving" });
});

test.concurrent.each([["a second stop"], ["Ctrl-C"]])("%s cuts off what still runs", async (way) => {
  await using upstream = await startUpstream();
  upstream.always({}, sse([...messageEvents().slice(0, 3), makeGate().promise]));
  const { home, port, run } = await startedHome({ anthropicBaseUrl: upstream.url });
  await using _home = home;
  const answer = await openStream(port);
  const first = await home.spawn(["stop"]);
  await until("it drains", async () => (await home.runFile())?.phase === "draining");
  if (way === "Ctrl-C") first.kill("SIGINT");
  else expect((await home.run(["stop"])).code).toBe(0);
  expect(await within(10_000, "the first stop ends", first.exited)).toBe(0);
  const whole = await answer.rest();
  expect(whole.text).not.toContain("message_stop");
  expect([isRunning(run.pid), isRunning(run.supervisor?.pid ?? 0)]).toEqual([false, false]);
});

test.concurrent("a signal that reaches supervisor and child at once drains, it does not cut", async () => {
  await using upstream = await startUpstream();
  const gate = makeGate();
  const events = messageEvents();
  upstream.always({}, sse([...events.slice(0, 3), gate.promise, ...events.slice(3)]));
  const { home, port, run } = await startedHome({ anthropicBaseUrl: upstream.url });
  await using _home = home;
  const answer = await openStream(port);
  process.kill(-(run.supervisor?.pid ?? 0), "SIGTERM");
  await until("it drains", async () => (await home.runFile())?.phase === "draining");
  gate.open();
  expect((await answer.rest()).complete).toBe(true);
  await until("both are gone", () => !isRunning(run.pid) && !isRunning(run.supervisor?.pid ?? 0));
  expect(await home.runFile()).toBeNull();
});

test.concurrent("a served process that hangs is killed after all", async () => {
  const { home, run } = await startedHome();
  await using _home = home;
  process.kill(run.pid, "SIGSTOP");
  process.kill(run.supervisor?.pid ?? 0, "SIGTERM");
  process.kill(run.supervisor?.pid ?? 0, "SIGINT");
  await until("both are gone", () => !isRunning(run.pid) && !isRunning(run.supervisor?.pid ?? 0), 20_000);
});

test.concurrent("a pid that belongs to somebody else by now is never signalled", async () => {
  await using home = await CfHome.create(config(await findFreePort()));
  const stranger = Bun.spawn(["sleep", "600"]);
  try {
    const run = { pid: stranger.pid, processStart: "another time", host: "127.0.0.1", instance: "x" };
    await writeFile(
      join(home.path, "run.json"),
      JSON.stringify({ ...run, profiles: [], supervisor: { pid: stranger.pid, processStart: "1@2" } }),
    );
    expect((await home.run(["status"])).code).toBe(3);
    expect((await home.run(["stop"])).code).toBe(3);
    expect(isRunning(stranger.pid)).toBe(true);
    expect((await home.run(["start", "-d"])).code).toBe(0);
    expect(isRunning(stranger.pid)).toBe(true);
  } finally {
    stranger.kill("SIGKILL");
    await stranger.exited;
  }
});

test.concurrent("a service is stopped and restarted through its manager, and stop says that it comes back", async () => {
  const port = await findFreePort();
  await using home = await CfHome.create(config(port));
  const systemctl = await standInForSystemd(home);
  const env = { PATH: `${systemctl.folder}:${process.env.PATH}` };
  const first = await home.spawn(["start"], { env });
  await until("it serves", async () => (await home.runFile())?.phase === "serving");
  await systemctl.tellPid(first.pid);
  const restarted = await home.run(["restart"], { env });
  expect(restarted.code).toBe(0);
  expect(restarted.stdout).toContain("Restarted by systemd");
  expect(await first.exited).toBe(0);
  const second = await home.runFile();
  expect(second?.pid).not.toBe(first.pid);
  await systemctl.tellPid(second?.pid ?? 0);
  const stopped = await home.run(["stop"], { env });
  expect(stopped.code).toBe(0);
  expect(stopped.stderr).toContain("service of systemd");
  expect(isRunning(second?.pid ?? 0)).toBe(false);
  expect(await systemctl.calls()).toEqual(expect.arrayContaining(["stop", "start", "stop"]));
});

// --- Restart.

test.concurrent("restart: another process, same mode; what is stopped is started", async () => {
  const { home, port, run } = await startedHome();
  await using _home = home;
  expect((await home.run(["restart"])).code).toBe(0);
  const next = await home.runFile();
  expect(next).toMatchObject({ mode: "daemon", phase: "serving" });
  expect(next?.pid).not.toBe(run.pid);
  await home.run(["stop"]);
  expect((await home.run(["restart"])).code).toBe(0);
  expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);
});

test.concurrent("restart with a broken config leaves the running proxy alone: exit 2", async () => {
  const { home, run } = await startedHome();
  await using _home = home;
  await home.configure('{ "prots": 1 }');
  const { code, stderr } = await home.run(["restart"]);
  expect(code).toBe(2);
  expect(stderr).toContain("prots");
  expect((await home.runFile())?.pid).toBe(run.pid);
});

test.concurrent("restart takes a foreground proxy over into its own terminal", async () => {
  const port = await findFreePort();
  await using home = await CfHome.create(config(port));
  const first = await home.spawn(["start"]);
  await until("it serves", async () => (await home.runFile())?.phase === "serving");
  const second = await home.spawn(["restart"]);
  expect(await within(10_000, "the first one ends", first.exited)).toBe(0);
  const run = await until("the second one serves", async () => {
    const now = await home.runFile();
    return now?.phase === "serving" && now.pid === second.pid ? now : null;
  });
  expect(run.mode).toBe("foreground");
  expect((await home.run(["stop"])).code).toBe(0);
  expect(await second.exited).toBe(0);
});

test.concurrent("a replaced binary is what a restart after a crash starts", async () => {
  const { home, run } = await startedHome();
  await using _home = home;
  // An upgrade writes beside and renames: the path stays, the file is another one.
  const binary = await findBinary();
  const copy = join(home.userHome, "cf");
  await Bun.write(copy, Bun.file(binary));
  await chmod(copy, 0o755);
  await home.run(["stop"]);
  const child = Bun.spawn([copy, "start", "-d"], {
    env: home.environment(),
    stdout: "ignore",
    stderr: "ignore",
  });
  expect(await child.exited).toBe(0);
  const before = await home.runFile();
  await Bun.write(`${copy}.new`, Bun.file(binary));
  await chmod(`${copy}.new`, 0o755);
  await rename(`${copy}.new`, copy);
  process.kill(before?.pid ?? 0, "SIGKILL");
  await until("it serves again", async () => {
    const now = await home.runFile();
    return now?.phase === "serving" && now.pid !== before?.pid && now.pid !== run.pid;
  });
});

async function startUpstream() {
  const upstream = await ScriptedUpstream.start();
  return Object.assign(upstream, { [Symbol.asyncDispose]: () => upstream.stop() });
}

/** A systemctl that knows one service, the proxy of `home`, and notes what it is asked to do. */
async function standInForSystemd(home: CfHome) {
  const folder = join(home.userHome, "bin");
  const [pidFile, callFile] = [join(home.userHome, "service.pid"), join(home.userHome, "calls")];
  const machine = thisMachine(resolvePaths({ CF_HOME: home.path }), { HOME: home.userHome });
  const { unitPath } = systemdManager(machine);
  const binary = await findBinary();
  await Bun.write(unitPath, `[Service]\nExecStart="${binary}" "start"\n`);
  const script = `#!/bin/sh
shift
case "$1" in
  show) echo "UnitFileState=enabled"; echo "ActiveState=active"; echo "MainPID=$(cat '${pidFile}')" ;;
  stop) echo stop >> '${callFile}'; kill -TERM "$(cat '${pidFile}')" ;;
  start) echo start >> '${callFile}'; '${binary}' start >/dev/null 2>&1 </dev/null & ;;
esac
`;
  await Bun.write(join(folder, "systemctl"), script);
  await chmod(join(folder, "systemctl"), 0o755);
  return {
    folder,
    tellPid: (pid: number) => writeFile(pidFile, String(pid)),
    calls: async () => (await readFile(callFile, "utf8")).trim().split("\n"),
  };
}
