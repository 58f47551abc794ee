// Where everything that belongs to us lies: one home folder and the files in it.
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { explainFileError } from "./explain-file-error";

export interface Paths {
  readonly home: string;
  readonly config: string;
  /** Held while the config is being changed. */
  readonly configLock: string;
  /** The config of version 1.x as it was before the first write. */
  readonly legacyBackup: string;
  readonly state: string;
  readonly runFile: string;
  /** Held while a process claims to be the one that runs. */
  readonly runLock: string;
  readonly logs: string;
  readonly logFile: string;
  readonly setupJournal: string;
}

/** `$CF_HOME`, else `$XDG_CONFIG_HOME/claude-failover`, else `~/.config/claude-failover`. Creates nothing. */
export function resolvePaths(env: Readonly<Record<string, string | undefined>>): Paths {
  const home = findHome(env);
  const logs = join(home, "logs");
  return {
    home,
    config: join(home, "config.json"),
    configLock: join(home, "config.json.lock"),
    legacyBackup: join(home, "config.json.v1.bak"),
    state: join(home, "state.db"),
    runFile: join(home, "run.json"),
    runLock: join(home, "run.json.lock"),
    logs,
    logFile: join(logs, "cf.log"),
    setupJournal: join(home, "setup-journal.json"),
  };
}

/** Makes the home folder, 0700, if it is not there yet. An existing one keeps its mode. */
export async function ensureHome(paths: Paths): Promise<void> {
  try {
    await mkdir(paths.home, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainFileError("home_unwritable", "create the folder", paths.home, error);
  }
}

function findHome(env: Readonly<Record<string, string | undefined>>): string {
  if (env.CF_HOME) return resolve(env.CF_HOME);
  // The XDG specification: relative paths in these variables are invalid and must be ignored.
  if (env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME))
    return join(env.XDG_CONFIG_HOME, "claude-failover");
  return join(env.HOME || homedir(), ".config", "claude-failover");
}
