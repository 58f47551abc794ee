// Autostart through stand-ins for the service managers: what is asked of them, and that a refusal leaves nothing behind.
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CfError } from "../../src/errors";
import { findExecutable, homebrewLinks, isVersioned } from "../../src/setup/autostart/find-executable";
import { readState as readLaunchdState } from "../../src/setup/autostart/launchd";
import {
  readAutostart,
  readAutostartState,
  startAutostart,
  stopAutostart,
} from "../../src/setup/autostart/read-autostart";
import { carriedHome, serviceName } from "../../src/setup/autostart/service";
import { applyAutostart, planAutostart, undoAutostart } from "../../src/setup/autostart/set-up-autostart";
import { readState as readSystemdState } from "../../src/setup/autostart/systemd";
import { planToolUndo, viewTool } from "../../src/setup/set-up";
import type { SetupContext } from "../../src/setup/types";
import { type FakeManagers, makeFakeManagers } from "../support/fake-managers";
import { type ContextOptions, makeSetupHome, type SetupHome } from "./setup-home";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

let home: SetupHome;
let managers: FakeManagers;
let program: string;

beforeEach(async () => {
  home = await makeSetupHome();
  managers = await makeFakeManagers(home.root);
  program = await home.write("opt/cf", "#!/bin/sh\nsleep 60\n", 0o755);
});

afterEach(async () => {
  await managers.end();
  await home[Symbol.asyncDispose]();
});

function contextOn(platform: NodeJS.Platform, options: ContextOptions = {}): SetupContext {
  const env = { PATH: `${managers.bin}:/usr/bin:/bin`, USER: "ada", ...options.env };
  return home.context({ ...options, platform, env });
}

const plan = (context: SetupContext) => planAutostart(context, () => program);

async function install(context: SetupContext, startNow = false): Promise<void> {
  await applyAutostart(await plan(context), context, { startNow, now: () => new Date(0) });
}

async function remove(context: SetupContext): Promise<void> {
  await undoAutostart(await planToolUndo("autostart", context), context);
}

const systems = [
  ["linux", (name: string) => `.config/systemd/user/${name}.service`],
  ["darwin", (name: string) => `Library/LaunchAgents/${name}.plist`],
] as const;

describe.each(systems)("on %s", (platform, unitPath) => {
  test("in, found again, and out without a trace", async () => {
    const context = contextOn(platform);
    const before = Object.keys(await home.snapshot());
    expect(await readAutostart(context)).toBeNull();
    await install(context);
    const found = await readAutostart(context);
    expect(found).toMatchObject({
      executable: program,
      executableFound: true,
      unitPath: join(home.root, unitPath(serviceName(context))),
    });
    expect((await home.read(unitPath(serviceName(context)))).toString()).toContain(context.paths.home);
    expect((await plan(context)).done).toBe(true);
    await remove(context);
    expect(await readAutostart(context)).toBeNull();
    const rest = Object.keys(await home.snapshot()).filter((name) => !name.startsWith("fake-state"));
    expect(rest).toEqual(before.filter((name) => !name.startsWith("fake-state")));
  });

  test("no session: the plan says so, apply fails, and nothing is written", async () => {
    await managers.set("no-session");
    const context = contextOn(platform);
    const before = Object.keys(await home.snapshot()).length;
    const planned = await plan(context);
    expect(planned).toMatchObject({ found: false, edits: [] });
    expect(planned.notes.join()).toMatch(/session/);
    const error = await install(context).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CfError);
    expect(Object.keys(await home.snapshot()).length - before).toBeLessThanOrEqual(1);
    expect(await readAutostart(context)).toBeNull();
    // The dashboard sees it as a tool that is not there.
    expect(await viewTool("autostart", context)).toMatchObject({ found: false, done: false, canUndo: false });
  });

  test("the manager refuses: everything is taken back, and its words are told", async () => {
    await managers.set("refuse");
    const context = contextOn(platform);
    const error = await install(context, true).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/Access denied|Input\/output error/);
    expect(await readAutostart(context)).toBeNull();
    expect(await planToolUndo("autostart", context)).toEqual([]);
  });

  test("without a session it can still be removed", async () => {
    const context = contextOn(platform);
    await install(context);
    await managers.set("no-session");
    await remove(context);
    expect(await readAutostart(context)).toBeNull();
  });

  test("a definition that was changed by hand stays, with a note, but is switched off", async () => {
    const context = contextOn(platform);
    await install(context, true);
    const path = join(home.root, unitPath(serviceName(context)));
    await writeFile(path, `${await Bun.file(path).text()}<!-- # mine -->\n`);
    const [step] = await planToolUndo("autostart", context);
    expect(step?.notes.join()).toContain("changed since");
    await remove(context);
    expect((await readAutostart(context))?.unitPath).toBe(path);
    expect((await readAutostartState(context)).enabled ?? false).toBe(false);
  });

  test("the program has moved: autostart says that its path leads nowhere", async () => {
    const context = contextOn(platform);
    await install(context);
    await Bun.file(program).delete();
    expect(await readAutostart(context)).toMatchObject({ executable: program, executableFound: false });
  });
});

describe("systemd", () => {
  test("what is asked of it", async () => {
    const context = contextOn("linux");
    const unit = `${serviceName(context)}.service`;
    await install(context, true);
    expect((await readAutostartState(context)).active).toBe(true);
    await stopAutostart(context);
    await startAutostart(context);
    await remove(context);
    const asked = (await managers.calls()).filter((call) => !call.includes(" show"));
    expect(asked).toEqual([
      "systemctl --user daemon-reload",
      `systemctl --user enable --now ${unit}`,
      `systemctl --user stop --no-block ${unit}`,
      `systemctl --user reset-failed ${unit}`,
      `systemctl --user start ${unit}`,
      `systemctl --user disable --now ${unit}`,
      "systemctl --user daemon-reload",
      `systemctl --user reset-failed ${unit}`,
    ]);
  });

  test("a service that runs already is not started a second time", async () => {
    const context = contextOn("linux");
    await install(context, false);
    expect(await managers.calls()).toContain(`systemctl --user enable ${serviceName(context)}.service`);
  });

  test("switched off by hand: the plan is not done, and apply switches it on", async () => {
    const context = contextOn("linux");
    await install(context);
    await managers.set("switched-off");
    const planned = await plan(context);
    expect({ done: planned.done, edits: planned.edits }).toEqual({ done: false, edits: [] });
    expect(planned.notes.join()).toContain("switched off");
    await install(context);
    expect((await plan(context)).done).toBe(true);
  });

  test("the hint about lingering", async () => {
    expect((await plan(contextOn("linux"))).notes.join()).not.toContain("linger");
    await managers.set("linger-off");
    expect((await plan(contextOn("linux"))).notes.join()).toContain("loginctl enable-linger ada");
  });

  test("keys that need a variable are named: a service does not see the shell's", async () => {
    const config = { keys: { work: { token: "env:WORK_KEY", type: "api-key", provider: "anthropic" } } };
    expect((await plan(contextOn("linux", { config }))).notes.join()).toContain("WORK_KEY");
  });

  test("its answers", () => {
    expect(readSystemdState("UnitFileState=enabled\nActiveState=activating\nMainPID=12\n")).toEqual({
      enabled: true,
      active: true,
      pid: 12,
    });
    expect(readSystemdState("")).toEqual({ enabled: null, active: false, pid: null });
  });
});

describe("launchd", () => {
  test("what is asked of it", async () => {
    const context = contextOn("darwin");
    const domain = `gui/${process.getuid?.()}`;
    const service = `${domain}/${serviceName(context)}`;
    await install(context, true);
    await stopAutostart(context);
    expect((await readAutostartState(context)).active).toBe(false);
    await startAutostart(context);
    await startAutostart(context);
    await remove(context);
    const asked = (await managers.calls()).filter((call) => !call.includes(" print "));
    const file = join(home.root, `Library/LaunchAgents/${serviceName(context)}.plist`);
    expect(asked).toEqual([
      `launchctl enable ${service}`,
      `launchctl bootstrap ${domain} ${file}`,
      `launchctl bootout ${service}`,
      `launchctl bootstrap ${domain} ${file}`,
      `launchctl kickstart ${service}`,
      `launchctl bootout ${service}`,
    ]);
  });

  test("its answers", () => {
    expect(readLaunchdState(null)).toEqual({ enabled: null, active: false, pid: null });
    expect(readLaunchdState("state = running\n\tpid = 77\n")).toEqual({
      enabled: true,
      active: true,
      pid: 77,
    });
    expect(readLaunchdState("state = not running\n")).toEqual({ enabled: true, active: false, pid: null });
  });
});

describe("the stable path", () => {
  test("a link on PATH is preferred to the versioned file that it leads to", async () => {
    const cellar = await home.write("brew/Cellar/cf/2.0.0/bin/cf", "", 0o755);
    await home.write("brew/bin/other", "");
    await symlink(cellar, join(home.root, "brew/bin/cf"));
    const context = contextOn("darwin", { env: { PATH: join(home.root, "brew/bin") } });
    expect(await findExecutable(context, cellar)).toEqual({
      path: join(home.root, "brew/bin/cf"),
      fleeting: "temporary",
    });
  });

  test("Homebrew's links are known without PATH", () => {
    expect(homebrewLinks("/opt/homebrew/Cellar/claude-failover/2.0.0/bin/cf")).toEqual([
      "/opt/homebrew/bin/cf",
      "/opt/homebrew/opt/claude-failover/bin/cf",
    ]);
    expect(homebrewLinks("/usr/local/bin/cf")).toEqual([]);
  });

  test("another cf on PATH is not taken for ours", async () => {
    await home.write("other/cf", "#!/bin/sh\n", 0o755);
    const context = contextOn("linux", { env: { PATH: join(home.root, "other") } });
    expect((await findExecutable(context, program)).path).toBe(program);
  });

  test.each([
    ["/opt/homebrew/Cellar/cf/2.0.0/bin/cf", true],
    ["/nix/store/abc-cf/bin/cf", true],
    ["/home/a/.npm/_npx/1/node_modules/.bin/cf", true],
    ["/home/a/.nvm/versions/node/v22/bin/cf", true],
    ["/usr/local/bin/cf", false],
    ["/home/a/.local/bin/cf", false],
  ])("%s", (path, expected) => {
    expect(isVersioned(path)).toBe(expected);
  });
});

describe("the home folder", () => {
  test("the usual one needs no variable; any other is carried, in a service of its own", () => {
    const usual = home.context({ env: { CF_HOME: "" } });
    expect([carriedHome(usual), serviceName(usual)]).toEqual([null, "claude-failover"]);
    const xdg = home.context({ env: { CF_HOME: "", XDG_CONFIG_HOME: join(home.root, "xdg") } });
    expect(carriedHome(xdg)).toBe(join(home.root, "xdg", "claude-failover"));
    const own = home.context();
    expect(serviceName(own)).toMatch(/^claude-failover-[\da-f]{8}$/);
    expect(serviceName(own)).not.toBe(serviceName(xdg));
  });
});

test("a system without a manager that we know", async () => {
  const planned = await plan(contextOn("freebsd"));
  expect(planned).toMatchObject({ found: false, edits: [] });
  expect(planned.notes.join()).toContain("freebsd");
});
