// Notices that a file may have changed, however it was written: in place, renamed over, behind a link, deleted, made anew.
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { fileErrorCode } from "./explain-file-error";

export interface FileWatch {
  close(): void;
}

/** Network file systems, links into other folders and containers tell nothing: so we look ourselves as well. */
const pollMs = 400;
/** Writes that follow each other closely are looked at together. */
const gatherMs = 20;
/**
 * Some file systems count time in steps of two seconds: a second write within one leaves the same stamp, so that a file
 * whose stamp is younger has to be read to be known.
 */
const youngMs = 2500;

/**
 * Calls `onChange` whenever the file at `path` may be another one than before, often without need: compare its content.
 * The file need not exist. While `isInDoubt` says so (what was read may have been a passing state that no stamp shows) it
 * calls at every look.
 */
export function watchFile(path: string, onChange: () => void, isInDoubt: () => boolean): FileWatch {
  let stamp: string | null = null;
  let stampSeenAt = Number.NEGATIVE_INFINITY;
  let isLooking = false;
  let gathering: ReturnType<typeof setTimeout> | null = null;

  const look = async () => {
    // A file system that hangs must not pile up questions.
    if (isLooking) return;
    isLooking = true;
    const found = await stampOf(path);
    isLooking = false;
    const now = performance.now();
    // The first one as well: what was read before it may be old.
    if (found !== stamp) stampSeenAt = now;
    const isYoung = now - stampSeenAt < youngMs;
    stamp = found;
    if (isYoung || isInDoubt()) onChange();
  };
  const onEvent = (_kind: string, name: string | null) => {
    if (name !== null && name !== basename(path)) return;
    // A change that the stamps may not show from here on.
    stampSeenAt = performance.now();
    gathering ??= setTimeout(() => {
      gathering = null;
      onChange();
    }, gatherMs);
  };

  const watcher = watchFolder(dirname(path), onEvent);
  const poll = setInterval(() => void look(), pollMs);
  void look();
  return {
    close: () => {
      clearInterval(poll);
      if (gathering !== null) clearTimeout(gathering);
      watcher?.close();
    },
  };
}

/** What changes with the file; follows links. */
async function stampOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return fileErrorCode(error) || String(error);
  }
}

/** The folder and not the file: a file that is replaced takes its watch with it. null: the system cannot watch it. */
function watchFolder(folder: string, onEvent: (kind: string, name: string | null) => void): FSWatcher | null {
  try {
    const watcher = watch(folder, onEvent);
    // The folder went away, or there are too many watches: looking goes on.
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}
