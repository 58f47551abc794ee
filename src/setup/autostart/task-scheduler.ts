// Windows, experimental: a task at logon. Its definition is kept in the home folder; Task Scheduler has a copy.
import { userInfo } from "node:os";
import { join } from "node:path";
import { runCommand } from "../run-command";
import type { Machine } from "../types";
import { expectSuccess } from "./expect-success";
import type { ServiceManager } from "./manager";
import { serviceName } from "./service";
import { composeTask, executableInTask } from "./task-definition";

export function taskSchedulerManager(machine: Machine): ServiceManager {
  const { env, paths } = machine;
  const task = serviceName(machine);
  const unitPath = join(paths.home, "autostart-task.xml");
  const schtasks = (args: readonly string[]) => runCommand(["schtasks", ...args], env);
  return {
    kind: "task-scheduler",
    title: "Task Scheduler",
    unitPath,
    // schtasks takes UTF-16 with a byte order mark, and little else.
    compose: (service) => Buffer.from(`\ufeff${composeTask(service, userOf(env))}`, "utf16le"),
    executableIn: (bytes) => executableInTask(bytes.toString("utf16le")),
    async whyUnavailable() {
      const { code, stderr } = await schtasks(["/Query", "/FO", "LIST", "/TN", "\\"]);
      // Also 1 when the folder holds no task: the program itself answers then.
      return code === null ? `Task Scheduler cannot be asked: ${stderr.trim()}.` : null;
    },
    async state() {
      const { code } = await schtasks(["/Query", "/TN", task]);
      // The task ends as soon as the proxy runs in the background: whether it runs, the run file tells.
      return { enabled: code === 0, active: false, pid: null };
    },
    async register(now) {
      expectSuccess(
        `create the task ${task}`,
        await schtasks(["/Create", "/TN", task, "/XML", unitPath, "/F"]),
      );
      if (now) expectSuccess(`run the task ${task}`, await schtasks(["/Run", "/TN", task]));
    },
    async unregister() {
      expectSuccess(`delete the task ${task}`, await schtasks(["/Delete", "/TN", task, "/F"]));
    },
    forget: async () => {},
    async start() {
      expectSuccess(`run the task ${task}`, await schtasks(["/Run", "/TN", task]));
    },
    // Nothing restarts what it has started.
    stop: async () => {},
    notes: async () => ["Autostart on Windows is experimental."],
  };
}

function userOf(env: Machine["env"]): string {
  const name = env.USERNAME || userInfo().username;
  return env.USERDOMAIN ? `${env.USERDOMAIN}\\${name}` : name;
}
