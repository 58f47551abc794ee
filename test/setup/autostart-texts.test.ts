// The definitions for the three service managers: golden files, judged by real parsers.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOMParser } from "@xmldom/xmldom";
import fc from "fast-check";
import { parse as parsePlist } from "plist";
import { composeLaunchAgent, executableInLaunchAgent } from "../../src/setup/autostart/launch-agent";
import type { Service } from "../../src/setup/autostart/service";
import { composeSystemdUnit, executableInUnit } from "../../src/setup/autostart/systemd-unit";
import { composeTask, executableInTask } from "../../src/setup/autostart/task-definition";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

const fixtures = join(import.meta.dir, "..", "fixtures", "autostart");
const plain: Service = {
  name: "claude-failover",
  executable: "/opt/homebrew/bin/cf",
  cfHome: null,
  outputFile: "/Users/ada/.config/claude-failover/logs/autostart.log",
};
const odd: Service = {
  name: "claude-failover-1a2b3c4d",
  executable: "/srv/my tools/100% & $HOME/cf",
  cfHome: `/srv/<ada>'s $HOME/100%\\cf`,
  outputFile: "/srv/<ada>/autostart.log",
};
const windows: Service = { ...plain, executable: "C:\\Program Files\\cf\\cf.exe" };
const user = "DESKTOP\\ada";

test.each([
  ["launch-agent.plist", composeLaunchAgent(plain)],
  ["launch-agent-odd.plist", composeLaunchAgent(odd)],
  ["systemd.service", composeSystemdUnit(plain)],
  ["systemd-odd.service", composeSystemdUnit(odd)],
  ["task.xml", composeTask(windows, user)],
  ["task-odd.xml", composeTask({ ...windows, cfHome: "D:\\cf & co" }, user)],
])("%s is as it was agreed", async (name, text) => {
  expect(text).toBe(await readFile(join(fixtures, name), "utf8"));
});

describe("launchd", () => {
  test("a real parser reads what was meant", () => {
    expect(parsePlist(composeLaunchAgent(odd))).toEqual({
      Label: odd.name,
      ProgramArguments: [odd.executable, "start"],
      EnvironmentVariables: { CF_HOME: odd.cfHome },
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 15,
      ExitTimeOut: 45,
      ProcessType: "Interactive",
      Umask: 0o077,
      StandardOutPath: odd.outputFile,
      StandardErrorPath: odd.outputFile,
    });
    expect(parsePlist(composeLaunchAgent(plain))).not.toHaveProperty("EnvironmentVariables");
  });
});

describe("Task Scheduler", () => {
  test("the definition is well-formed, and names program and user", () => {
    const document = new DOMParser({
      onError(_level, message) {
        throw new Error(message);
      },
    }).parseFromString(composeTask({ ...windows, cfHome: "D:\\cf & co" }, user), "text/xml");
    const textOf = (tag: string) => [...document.getElementsByTagName(tag)].map((node) => node.textContent);
    expect(textOf("UserId")).toEqual([user, user]);
    expect(textOf("Command")).toEqual(["cmd.exe"]);
    expect(textOf("Arguments")).toEqual([
      '/d /s /c "set "CF_HOME=D:\\cf & co"&& "C:\\Program Files\\cf\\cf.exe" start -d"',
    ]);
    expect(textOf("LogonTrigger")).toHaveLength(1);
  });

  test("the program is found in it, with and without a home folder", () => {
    expect(executableInTask(composeTask(windows, user))).toBe(windows.executable);
    expect(executableInTask(composeTask({ ...windows, cfHome: "D:\\x" }, user))).toBe(windows.executable);
    expect(executableInTask("<Task/>")).toBeNull();
  });
});

const anyPath = fc.stringMatching(/^\/[ -~éü日]{1,30}[!-~]$/).filter((path) => !path.includes("\n"));

test("the program is found again, whatever its path", () => {
  fc.assert(
    fc.property(anyPath, fc.option(anyPath), (executable, cfHome) => {
      const service = { ...plain, executable, cfHome };
      expect(executableInUnit(composeSystemdUnit(service))).toBe(executable);
      expect(executableInLaunchAgent(composeLaunchAgent(service))).toBe(executable);
    }),
    { includeErrorInReport: true },
  );
});

test("units that were edited by hand are understood too", () => {
  expect(executableInUnit("[Service]\nExecStart=-/usr/bin/cf start --port 1\n")).toBe("/usr/bin/cf");
  expect(executableInUnit("[Service]\nType=simple\n")).toBeNull();
});

const analyzer = Bun.which("systemd-analyze");
if (analyzer !== null) {
  test("systemd itself takes the unit, with paths of any kind", async () => {
    const root = await mkdtemp(join(tmpdir(), "cf-unit-"));
    try {
      for (const [name, part] of [
        ["plain", "bin"],
        ["odd", "my tools 100% & $HOME"],
      ] as const) {
        const executable = join(root, part, "cf");
        await mkdir(join(root, part));
        await writeFile(executable, "#!/bin/sh\n", { mode: 0o755 });
        const unit = join(root, `claude-failover-${name}.service`);
        await writeFile(unit, composeSystemdUnit({ ...odd, executable }));
        const child = Bun.spawnSync([analyzer, "--user", "verify", unit], {
          env: { PATH: process.env.PATH ?? "", HOME: root, XDG_RUNTIME_DIR: root, LC_ALL: "C" },
        });
        expect({ code: child.exitCode, words: child.stderr.toString() + child.stdout.toString() }).toEqual({
          code: 0,
          words: "",
        });
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
}
