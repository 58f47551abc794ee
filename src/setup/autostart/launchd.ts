// macOS: a launch agent of the user's graphical session.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command";
import type { Machine } from "../types";
import { expectSuccess } from "./expect-success";
import { composeLaunchAgent, executableInLaunchAgent } from "./launch-agent";
import type { ServiceManager } from "./manager";
import { type ServiceState, serviceName } from "./service";

/** launchctl's code for a service that it does not know. */
const unknownService = [3, 113];
/** Of `bootout`: the service is still ending. */
const inProgress = 36;
/** More than ExitTimeOut. */
const stopDeadlineMs = 60_000;

export function launchdManager(machine: Machine): ServiceManager {
  const name = serviceName(machine);
  const domain = `gui/${process.getuid?.()}`;
  const service = `${domain}/${name}`;
  const unitPath = join(machine.userHome, "Library", "LaunchAgents", `${name}.plist`);
  const launchctl = (args: readonly string[], deadlineMs?: number) =>
    runCommand(["launchctl", ...args], withSystemPath(machine.env.PATH, machine.env), deadlineMs);
  const isLoaded = async () => (await launchctl(["print", service])).code === 0;
  const bootout = async () => {
    const result = await launchctl(["bootout", service], stopDeadlineMs);
    if (result.code === inProgress || unknownService.includes(result.code ?? -1)) return;
    expectSuccess(`unload ${name}`, result);
  };
  const bootstrap = async () => {
    // launchd does not make the folder of the output file, and then refuses to start the program.
    await mkdir(machine.paths.logs, { recursive: true, mode: 0o700 });
    expectSuccess(`load ${name}`, await launchctl(["bootstrap", domain, unitPath]));
  };
  return {
    kind: "launchd",
    title: "launchd",
    unitPath,
    compose: (facts) => Buffer.from(composeLaunchAgent(facts)),
    executableIn: (bytes) => executableInLaunchAgent(bytes.toString("utf8")),
    async whyUnavailable() {
      const { code, stderr } = await launchctl(["print", domain]);
      if (code === 0) return null;
      if (code === null) return `launchd cannot be asked: ${stderr.trim()}.`;
      return "There is no graphical login session here, as over SSH. Run this in a terminal on the Mac itself.";
    },
    async state() {
      const { code, stdout } = await launchctl(["print", service]);
      return readState(code === 0 ? stdout : null);
    },
    async register(now) {
      // A service that was switched off by hand is not loaded, however often it is asked for.
      expectSuccess(`enable ${name}`, await launchctl(["enable", service]));
      if (!now) return;
      if (await isLoaded()) await bootout();
      await bootstrap();
    },
    unregister: bootout,
    forget: async () => {},
    async start() {
      if (!(await isLoaded())) return bootstrap();
      expectSuccess(`start ${name}`, await launchctl(["kickstart", service]));
    },
    stop: bootout,
    notes: async () => [],
  };
}

/** Output of `launchctl print`; null: the service is not loaded, and starts at the next login. */
export function readState(text: string | null): ServiceState {
  if (text === null) return { enabled: null, active: false, pid: null };
  const pid = Number(/^\s*pid = (\d+)/m.exec(text)?.[1] ?? 0);
  return { enabled: true, active: pid > 0, pid: pid > 0 ? pid : null };
}

/** launchctl lies in /bin, which an odd PATH may lack. */
function withSystemPath<Env>(path: string | undefined, env: Env): Env & { PATH: string } {
  return { ...env, PATH: [path, "/usr/bin", "/bin"].filter(Boolean).join(":") };
}
