// Tells whether a service manager starts the proxy of this home folder, and starts or stops it through that manager.
import { readTarget } from "../files/read-target";
import { isProgram } from "../find-program";
import type { Machine } from "../types";
import { findManager } from "./manager";
import { type ManagerKind, type ServiceState, serviceName } from "./service";

export interface Autostart {
  readonly manager: ManagerKind;
  /** The manager's name, for people. */
  readonly title: string;
  /** The service's name: `claude-failover`. */
  readonly name: string;
  readonly unitPath: string;
  /** What it starts; null: the definition was edited beyond our understanding. */
  readonly executable: string | null;
  /** Whether that program is there; an upgrade may have moved it. */
  readonly executableFound: boolean;
}

/** The service of this home folder; null: none is set up. Reads one file and starts no process. */
export async function readAutostart(machine: Machine): Promise<Autostart | null> {
  const manager = findManager(machine);
  if (manager === null) return null;
  const { bytes } = await readTarget(manager.unitPath);
  if (bytes === null) return null;
  const executable = manager.executableIn(bytes);
  return {
    manager: manager.kind,
    title: manager.title,
    name: serviceName(machine),
    unitPath: manager.unitPath,
    executable,
    executableFound: executable !== null && (await isProgram(executable)),
  };
}

/** What the manager says about the service. Asks it, which takes a while. */
export async function readAutostartState(machine: Machine): Promise<ServiceState> {
  return (await findManager(machine)?.state()) ?? { enabled: null, active: false, pid: null };
}

/** Starts the service through its manager. Throws a CfError with what the manager said if it refuses. */
export async function startAutostart(machine: Machine): Promise<void> {
  await findManager(machine)?.start();
}

/**
 * Has the manager stop the service and not restart it. Returns when the manager has agreed: running streams may keep
 * the process for up to 30 seconds. Throws a CfError with what the manager said if it refuses.
 */
export async function stopAutostart(machine: Machine): Promise<void> {
  await findManager(machine)?.stop();
}
