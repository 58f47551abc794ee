// Plans, installs and removes the service that starts the proxy at login; a failure on the way leaves nothing behind.
import type { Config } from "../../config/types";
import { CfError } from "../../errors";
import { applyEdits, withJournalLock } from "../files/apply-edits";
import { noteReadOnly, readTarget } from "../files/read-target";
import { planUndo, undoStep } from "../files/undo-edits";
import type { Machine, SetupContext, ToolPlan, UndoStep } from "../types";
import { findExecutable, type StableExecutable } from "./find-executable";
import { findManager, type ServiceManager } from "./manager";
import { makeService } from "./service";

/** `execPath`: gives the running binary; asked only where a manager could start it. */
export async function planAutostart(context: SetupContext, execPath: () => string): Promise<ToolPlan> {
  const manager = findManager(context);
  const reason = manager === null ? noManager(context.platform) : await manager.whyUnavailable();
  if (manager === null || reason !== null) return impossible(reason ?? "");
  const executable = await findExecutable(context, execPath());
  const file = await readTarget(manager.unitPath);
  const after = manager.compose(makeService(context, executable.path));
  const isWritten = file.bytes?.equals(after) === true;
  const { path, target, bytes: before, mode: modeBefore } = file;
  const modeAfter = modeBefore ?? 0o644;
  const edit = { path, target, before, after, modeBefore, modeAfter, ours: { kind: "file" } } as const;
  const isEnabled = (await manager.state()).enabled !== false;
  return {
    tool: "autostart",
    found: true,
    done: isWritten && isEnabled,
    edits: isWritten ? [] : [edit],
    notes: [
      ...(isWritten ? [] : await noteReadOnly(file)),
      ...(isWritten && !isEnabled
        ? [`The service is there, but switched off in ${manager.title}; it is switched on.`]
        : []),
      ...noteFleetingPath(executable),
      ...noteVariables(context.config, manager),
      ...(await manager.notes()),
    ],
  };
}

/** Writes the definition and registers it; starts it now if `startNow`. Takes everything back if the manager refuses. */
export async function applyAutostart(
  plan: ToolPlan,
  context: SetupContext,
  options: { readonly startNow: boolean; readonly now: () => Date },
): Promise<void> {
  const manager = findManager(context);
  if (manager === null || !plan.found) {
    throw new CfError("autostart_unavailable", plan.notes.join(" ") || noManager(context.platform));
  }
  await withJournalLock(context.paths, async () => {
    await applyEdits("autostart", plan.edits, { paths: context.paths, now: options.now });
    try {
      await manager.register(options.startNow);
    } catch (error) {
      if (plan.edits.length > 0) await takeBack(manager, context);
      throw error;
    }
  });
}

/**
 * Stops the service, makes the manager forget it and removes its definition. Call it with what `planUndo` said. Returns
 * what a person should know then.
 */
export async function undoAutostart(steps: readonly UndoStep[], machine: Machine): Promise<string[]> {
  const manager = findManager(machine);
  return withJournalLock(machine.paths, async () => {
    const isThere = steps.some((step) => step.now !== null);
    // Without a session there is no manager to tell, and nothing that runs under it.
    const isReachable = manager !== null && (await manager.whyUnavailable()) === null;
    const wasActive = isReachable && (await manager.state()).active;
    if (isThere && isReachable) await manager.unregister();
    for (const step of steps) await undoStep(step, machine.paths);
    if (isReachable) await manager.forget();
    return wasActive ? ["The proxy that it ran was stopped. Start it: cf start -d"] : [];
  });
}

async function takeBack(manager: ServiceManager, { paths }: Machine): Promise<void> {
  await manager.unregister().catch(() => {
    // It was never registered, most likely: the error that is thrown is the one that matters.
  });
  for (const step of await planUndo("autostart", paths)) await undoStep(step, paths);
  await manager.forget();
}

function impossible(reason: string): ToolPlan {
  return { tool: "autostart", found: false, done: false, edits: [], notes: [reason] };
}

function noManager(platform: NodeJS.Platform): string {
  return `Autostart knows launchd, systemd and Task Scheduler, but no service manager of ${platform}.`;
}

function noteFleetingPath({ path, fleeting }: StableExecutable): string[] {
  if (fleeting === null) return [];
  const why = {
    versioned: `No stable path leads to this program, so the service names ${path}. When an upgrade has moved it, run "cf setup --autostart" again.`,
    temporary: `The service names ${path}, which lies in a temporary folder. Copy it to a lasting one on PATH, and run this again from there.`,
  };
  return [why[fleeting]];
}

/** A service does not see what a shell's startup file exports. */
function noteVariables(config: Config, manager: ServiceManager): string[] {
  const names = [...config.keys.values()].flatMap(({ token }) => /^env:(.+)$/.exec(token)?.[1] ?? []);
  if (names.length === 0) return [];
  const remedy: Readonly<Record<ServiceManager["kind"], string>> = {
    systemd: "set them in a file of ~/.config/environment.d",
    launchd: "set them with launchctl setenv",
    "task-scheduler": "set them as user variables in the system settings",
  };
  return [
    `The service does not see your shell's variables. Keys of the config need ${[...new Set(names)].join(", ")}: ${remedy[manager.kind]}, or store the tokens in the config.`,
  ];
}
