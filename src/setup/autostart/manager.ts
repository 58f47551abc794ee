// What setup asks of a service manager, whichever the system has.
import type { Machine } from "../types";
import { launchdManager } from "./launchd";
import type { ManagerKind, Service, ServiceState } from "./service";
import { systemdManager } from "./systemd";
import { taskSchedulerManager } from "./task-scheduler";

export interface ServiceManager {
  readonly kind: ManagerKind;
  /** For people. */
  readonly title: string;
  /** Where the definition of the service lies. */
  readonly unitPath: string;
  compose(service: Service): Buffer;
  /** The program that a definition names; null: none that we can find. */
  executableIn(unit: Buffer): string | null;
  /** Why the manager cannot be used here; null: it can. */
  whyUnavailable(): Promise<string | null>;
  state(): Promise<ServiceState>;
  /** Makes the manager start the service at login, and now too if `now`. The definition is in place. */
  register(now: boolean): Promise<void>;
  /** Stops the service and makes the manager forget it; the definition is still in place. */
  unregister(): Promise<void>;
  start(): Promise<void>;
  /** Asks it to stop and not to be restarted; it may take until its streams have ended. */
  stop(): Promise<void>;
  /** After the definition was removed. */
  forget(): Promise<void>;
  /** What a person should know about it. */
  notes(): Promise<string[]>;
}

/** The manager of this system, or null if we know none for it. */
export function findManager(machine: Machine): ServiceManager | null {
  if (machine.platform === "darwin") return launchdManager(machine);
  if (machine.platform === "linux") return systemdManager(machine);
  if (machine.platform === "win32") return taskSchedulerManager(machine);
  return null;
}
