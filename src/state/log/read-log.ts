// Reads the newest lines of the log, across its rotated files, without reading more of them than needed.
import { type FileHandle, open } from "node:fs/promises";
import {
  type LogEntry,
  type LogFilter,
  logFileOf,
  logFilesKept,
  matchesFilter,
  parseLogLine,
} from "./log-entry";

export interface LogLine {
  /** As it stands in the file. */
  readonly text: string;
  readonly entry: LogEntry;
}

const chunkBytes = 64 * 1024;
/** A longer line is no log line; it must not fill the memory. */
const longestLine = 1024 * 1024;

/** A place in the log, behind a line end. */
export interface LogPosition {
  readonly inode: number;
  /** Bytes from the start of the file with that inode. */
  readonly offset: number;
}

/**
 * The newest `count` lines that match, oldest first; empty if there is no log. `until`: only what stands before it.
 * Throws the file system's errors.
 */
export async function readLog(
  path: string,
  count: number,
  filter: LogFilter = {},
  until?: LogPosition,
): Promise<LogLine[]> {
  const found: LogLine[] = [];
  let isBefore = until === undefined;
  for (let age = 0; age < logFilesKept && found.length < count; age++) {
    const file = await openIfThere(logFileOf(path, age));
    if (file === null) continue;
    try {
      const { size, ino } = await file.stat();
      const end = ino === until?.inode ? until.offset : size;
      isBefore ||= ino === until?.inode;
      if (!isBefore) continue;
      for await (const text of linesFromEnd(file, end)) {
        const entry = parseLogLine(text);
        if (matchesFilter(entry, filter)) found.push({ text, entry });
        if (found.length >= count) break;
      }
    } finally {
      await file.close();
    }
  }
  return found.reverse();
}

/** The file at `path`, or null if there is none. */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Whole lines, the last one first. What follows the last line end is a line that is just being written: it is left out. */
async function* linesFromEnd(file: FileHandle, size: number): AsyncGenerator<string> {
  let end = size;
  // Bytes, not text: a chunk may begin within a character.
  let rest = Buffer.alloc(0);
  let isTail = true;
  while (end > 0) {
    const start = Math.max(0, end - chunkBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    if (bytesRead < end - start) return;
    const bytes = Buffer.concat([buffer, rest]);
    let to = bytes.length;
    for (
      let at = bytes.lastIndexOf(10, to - 1);
      at >= 0;
      at = at === 0 ? -1 : bytes.lastIndexOf(10, at - 1)
    ) {
      if (!isTail && to > at + 1) yield bytes.toString("utf8", at + 1, to);
      isTail = false;
      to = at;
    }
    rest = bytes.subarray(0, to);
    if (rest.length > longestLine) rest = Buffer.alloc(0);
    end = start;
  }
  if (!isTail && rest.length > 0) yield rest.toString("utf8");
}
