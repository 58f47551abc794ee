// Linux: a systemd user unit.
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { CfError } from "../../errors";
import { runCommand } from "../run-command";
import type { Environment, Machine } from "../types";
import { expectSuccess } from "./expect-success";
import type { ServiceManager } from "./manager";
import { type ServiceState, serviceName } from "./service";
import { composeSystemdUnit, executableInUnit } from "./systemd-unit";

/** More than TimeoutStopSec: a stop that waits for streams is no failure. */
const stopDeadlineMs = 60_000;

export function systemdManager(machine: Machine): ServiceManager {
  const { env, userHome } = machine;
  const unit = `${serviceName(machine)}.service`;
  const configFolder = env.XDG_CONFIG_HOME?.startsWith("/") ? env.XDG_CONFIG_HOME : join(userHome, ".config");
  const systemctl = (args: readonly string[], deadlineMs?: number) =>
    runCommand(["systemctl", "--user", ...args], withBus(env), deadlineMs);
  return {
    kind: "systemd",
    title: "systemd",
    unitPath: join(configFolder, "systemd", "user", unit),
    compose(service) {
      // systemd refuses such programs, however they are escaped.
      if (/["'\\]/.test(service.executable)) throw oddPath(service.executable);
      return Buffer.from(composeSystemdUnit(service));
    },
    executableIn: (bytes) => executableInUnit(bytes.toString("utf8")),
    async whyUnavailable() {
      const { code, stderr } = await systemctl(["show-environment"]);
      if (code === 0) return null;
      const words = stderr.trim().split("\n").at(-1) ?? "";
      return `There is no systemd user session here (${words || `systemctl failed with code ${code}`}), as in containers and some SSH sessions.`;
    },
    async state() {
      const properties = ["UnitFileState", "ActiveState", "MainPID"].map((name) => `--property=${name}`);
      return readState((await systemctl(["show", unit, ...properties])).stdout);
    },
    async register(now) {
      expectSuccess("make systemd read its units again", await systemctl(["daemon-reload"]));
      const enabled = await systemctl(["enable", ...(now ? ["--now"] : []), unit]);
      expectSuccess(`enable ${unit}`, enabled);
    },
    async unregister() {
      expectSuccess(`disable ${unit}`, await systemctl(["disable", "--now", unit], stopDeadlineMs));
    },
    async forget() {
      await systemctl(["daemon-reload"]);
      await systemctl(["reset-failed", unit]);
    },
    async start() {
      // A unit that failed too often refuses to start until that is forgotten.
      await systemctl(["reset-failed", unit]);
      expectSuccess(`start ${unit}`, await systemctl(["start", unit]));
    },
    async stop() {
      expectSuccess(`stop ${unit}`, await systemctl(["stop", "--no-block", unit]));
    },
    async notes() {
      const user = userName(env);
      const { code, stdout } = await runCommand(["loginctl", "show-user", user, "--property=Linger"], env);
      if (code !== 0 || stdout.trim() !== "Linger=no") return [];
      return [
        `It starts when you log in and ends when you log out. To keep it running without a login: loginctl enable-linger ${user}`,
      ];
    },
  };
}

function oddPath(path: string): CfError {
  return new CfError(
    "autostart_odd_path",
    `systemd starts no program with quotes or backslashes in its path: ${path}`,
    {
      hint: "Move the program, then run this again.",
    },
  );
}

/** Output of `systemctl show`, one `Name=value` a line. */
export function readState(text: string): ServiceState {
  const values = new Map(
    text.split("\n").map((line) => [line.split("=")[0] ?? "", line.split("=")[1] ?? ""]),
  );
  const unitFile = values.get("UnitFileState") ?? "";
  const pid = Number(values.get("MainPID"));
  return {
    enabled: unitFile === "" ? null : unitFile === "enabled",
    active: ["active", "activating", "reloading", "deactivating"].includes(values.get("ActiveState") ?? ""),
    pid: pid > 0 ? pid : null,
  };
}

/** After `su` or in a cron job the variable is missing although the session's bus is there. */
function withBus(env: Environment): Environment {
  const folder = `/run/user/${process.getuid?.()}`;
  if (env.XDG_RUNTIME_DIR || !existsSync(folder)) return env;
  return { ...env, XDG_RUNTIME_DIR: folder };
}

function userName(env: Environment): string {
  return env.USER || userInfo().username;
}
