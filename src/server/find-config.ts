// Reads the config file as a running proxy has to see it: a fault, or no file where there was one, is news and no end.
import { ConfigError } from "../config/config-error";
import { type LoadedConfig, readConfig } from "../config/file";
import type { Paths } from "../config/paths";
import { CfError } from "../errors";
import type { ConfigErrorReport } from "./health";

export type FoundConfig = { ok: true; loaded: LoadedConfig } | { ok: false; error: ConfigErrorReport };

/** `hadFile`: the config in force came from a file. */
export async function findConfig(paths: Paths, hadFile: boolean): Promise<FoundConfig> {
  try {
    const loaded = await readConfig(paths);
    if (loaded.hash !== "absent" || !hadFile) return { ok: true, loaded };
    return { ok: false, error: { message: `${paths.config} was deleted.`, path: null, line: null } };
  } catch (error) {
    if (!(error instanceof CfError)) throw error;
    const problem = error instanceof ConfigError ? error.problems[0] : undefined;
    const report = { message: error.message, path: problem?.path || null, line: problem?.line ?? null };
    return { ok: false, error: report };
  }
}
