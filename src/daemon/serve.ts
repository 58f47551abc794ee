// Starts one proxy, unless one runs already: `cf start` in the foreground, or the served process of a supervisor.
import { readConfig } from "../config/file";
import { ensureHome, type Paths } from "../config/paths";
import { repairModes } from "../config/repair-modes";
import { type ExitCode, exitCode } from "../errors";
import { version } from "../version";
import { awaitSettled, claimRun } from "./claim-run";
import { describeOwner, describeWait } from "./describe-run";
import { OwnRunFile } from "./own-run-file";
import { describeThisProcess, type RunFile } from "./run-file";
import { runProxy } from "./run-proxy";
import type { Supervision } from "./supervision";

export interface ServeOptions {
  readonly paths: Paths;
  /** Port of the main profile, for this run only. */
  readonly port: number | null;
  /** Set in the process that a supervisor starts, which has made the claim to be the one that runs. */
  readonly supervision: Supervision | null;
  /** Where the proxy says what a person at the terminal wants to know. */
  readonly say: (line: string) => void;
  /** Where it says what goes wrong. */
  readonly warn: (line: string) => void;
  /** Called as soon as this process, or the one that runs already, answers; with warnings in words. */
  readonly onServing: (run: RunFile, warnings: readonly string[]) => void;
}

/** Resolves after the proxy has stopped. Throws a CfError if it cannot start. */
export async function serve(options: ServeOptions): Promise<ExitCode> {
  const { paths, port, supervision } = options;
  const sayRunning = (owner: RunFile): ExitCode => {
    options.say(describeOwner(owner));
    options.onServing(owner, []);
    return exitCode.ok;
  };
  // Before the config is read: a broken one is no reason to hide that the proxy runs.
  const running =
    supervision === null ? await awaitSettled(paths, (owner) => options.warn(describeWait(owner))) : null;
  if (running !== null) return sayRunning(running);
  const repaired = await repairModes(paths);
  const loaded = await readConfig(paths);
  await ensureHome(paths);
  const facts = { version, host: loaded.config.host, profiles: [], port, phase: "starting" } as const;
  const described = await describeThisProcess(
    supervision === null ? facts : { ...facts, ...supervision, mode: "daemon" },
  );
  if (supervision === null) {
    const owner = await claimRun(paths, described);
    if (owner !== null) return sayRunning(owner);
  }
  const run = new OwnRunFile(paths.runFile, described);
  try {
    return await runProxy({ ...options, loaded, repaired, run });
  } finally {
    // A supervisor decides itself what comes after its child.
    if (run.current.supervisor === null) await run.remove();
  }
}
