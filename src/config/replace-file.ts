// Replaces a file in one step: whoever reads it sees the old text or the new one, and a crash leaves one of them.
import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { processStartTime } from "./process-start-time";

/** Whose the file is and who may use it. */
export interface FileAttributes {
  readonly mode: number;
  /** Given where another user's file is replaced (`sudo`); only root can give a file away. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Writes `content` beside `path`, 0600 unless `attributes` say otherwise, and renames it into place if `confirm` still
 * agrees then. Returns whether it did. Errors of the file system are thrown as they are; the old file is then untouched
 * and nothing is left beside it.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  confirm: () => Promise<boolean>,
  attributes?: FileAttributes,
): Promise<boolean> {
  const fresh = `${path}.${process.pid}-${crypto.randomUUID().slice(0, 8)}.new`;
  try {
    const file = await open(fresh, "wx", 0o600);
    try {
      await file.writeFile(content);
      if (attributes?.owner !== undefined) await file.chown(attributes.owner.uid, attributes.owner.gid);
      // After chown, which takes the set-id bits away; and whatever the umask says.
      if (attributes !== undefined) await file.chmod(attributes.mode);
      await file.sync();
    } finally {
      await file.close();
    }
    const confirmed = await confirm();
    if (confirmed) await rename(fresh, path);
    else await rm(fresh);
    if (confirmed) await syncFolder(dirname(path));
    return confirmed;
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** Removes what writers that were killed left beside `path`; they hold tokens. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const [, pid] = /\.(\d+)-[\da-f]{8}\.new$/.exec(name) ?? [];
    if (pid === undefined || (await processStartTime(Number(pid))) !== null) continue;
    await rm(join(folder, name), { force: true });
  }
}

/** Without it, a power cut right after the rename could bring the old file back. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows and some network file systems cannot sync a folder; the rename itself has succeeded.
  }
}
