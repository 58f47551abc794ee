// Notices that a file may have changed, however it was written: in place, renamed over, behind a link, deleted, made anew.
import { stat } from "node:fs/promises";
import { fileErrorCode } from "./explain-file-error";

export interface FileWatch {
  close(): void;
}

/**
 * So often the file is looked at. What systems tell by themselves is of no use: nothing on network file systems, of links into other
 * folders and in containers, and too much in a folder where a database is written to.
 */
const lookEveryMs = 200;
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

  const timer = setInterval(() => void look(), lookEveryMs);
  void look();
  return { close: () => clearInterval(timer) };
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
