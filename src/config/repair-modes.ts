// Takes the permissions of other users off what belongs to us: the home folder and the files that hold secrets.
import { chmod, stat } from "node:fs/promises";
import { fileErrorCode } from "./explain-file-error";
import type { Paths } from "./paths";
import type { Warning } from "./types";

/** What lies too open, and is there. `mode`: as it should be. */
export async function findOpenModes(paths: Paths): Promise<{ path: string; found: number; mode: number }[]> {
  // Windows has access lists instead, and shows a made-up mode.
  if (process.platform === "win32") return [];
  const wanted = [
    { path: paths.home, mode: 0o700 },
    { path: paths.logs, mode: 0o700 },
    ...[paths.config, paths.legacyBackup, paths.state, paths.logFile, paths.setupJournal].map((path) => {
      return { path, mode: 0o600 };
    }),
  ];
  const looked = await Promise.all(
    wanted.map(async (entry) => {
      const found = await stat(entry.path).then(
        (status) => status.mode & 0o777,
        // Not there, or hidden from us: reading it will say so.
        () => 0,
      );
      return { ...entry, found };
    }),
  );
  return looked.filter(({ found }) => (found & 0o077) !== 0);
}

/** Repairs what can be; tells of each, and of what could not be repaired. */
export async function repairModes(paths: Paths): Promise<Warning[]> {
  const open = await findOpenModes(paths);
  return Promise.all(
    open.map(async ({ path, found, mode }): Promise<Warning> => {
      const was = `mode 0${found.toString(8)}`;
      try {
        await chmod(path, mode);
      } catch (error) {
        return {
          code: "mode_too_open",
          title: `Other users of this machine can get at ${path} (${was}; ${fileErrorCode(error)}).`,
          severity: "warn",
          remedy: `chmod ${mode.toString(8)} ${path}`,
        };
      }
      return {
        code: "mode_repaired",
        title: `Other users of this machine could get at ${path} (${was}); it is yours alone now.`,
        severity: "info",
        remedy: path === paths.config ? "If somebody may have read it, replace the tokens in it." : "",
      };
    }),
  );
}
