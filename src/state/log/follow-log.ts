// Follows the log as it grows, through rotations, truncation, and while there is no file yet.
import { type FileHandle, stat } from "node:fs/promises";
import { sleep } from "../sleep";
import { logFileOf, logFilesKept } from "./log-entry";
import { type LogPosition, openIfThere } from "./read-log";

export interface FollowOptions {
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Milliseconds between two looks at the file. */
  readonly everyMs?: number;
}

const chunkBytes = 64 * 1024;

/** Gives each line once, in order. */
export class LogFollower {
  readonly #path: string;
  #file: FileHandle | null = null;
  #inode = 0;
  #position = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** Begins behind the last whole line that is there now, and tells where that is; null: there is no file yet. */
  async skipToEnd(): Promise<LogPosition | null> {
    await this.#open(this.#path);
    const file = this.#file;
    if (file === null) return null;
    const { size } = await file.stat();
    const start = Math.max(0, size - chunkBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, size - start, start);
    const end = bytesRead === 0 ? -1 : buffer.lastIndexOf(10, bytesRead - 1);
    this.#position = start + end + 1;
    return { inode: this.#inode, offset: this.#position };
  }

  /** Gives every whole line that was added since the last call. */
  async *read(): AsyncGenerator<string> {
    if (this.#file === null) await this.#open(this.#path);
    if (this.#file === null) return;
    yield* this.#readOn();
    const now = await inodeOf(this.#path);
    if (now === this.#inode || now === null) return;
    // Rotated, perhaps more than once: the files that are newer than ours come in their order.
    yield* this.#readOn();
    for (const path of await this.#newerFiles()) {
      await this.#open(path);
      yield* this.#readOn();
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  async #newerFiles(): Promise<string[]> {
    const paths = Array.from({ length: logFilesKept }, (_, age) => logFileOf(this.#path, age));
    const inodes = await Promise.all(paths.map(inodeOf));
    const ours = inodes.indexOf(this.#inode);
    const newer = ours < 0 ? paths : paths.slice(0, ours);
    return newer.filter((_, index) => inodes[index] !== null).reverse();
  }

  async #open(path: string): Promise<void> {
    const file = await openIfThere(path);
    if (file === null) return;
    await this.#file?.close();
    this.#file = file;
    this.#inode = (await file.stat()).ino;
    this.#position = 0;
    this.#rest = Buffer.alloc(0);
  }

  async *#readOn(): AsyncGenerator<string> {
    const file = this.#file;
    if (file === null) return;
    if ((await file.stat()).size < this.#position) {
      // Truncated in place.
      this.#position = 0;
      this.#rest = Buffer.alloc(0);
    }
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      const bytes = Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(10) + 1;
      this.#rest = Buffer.from(bytes.subarray(end));
      for (const line of bytes.toString("utf8", 0, end).split("\n")) {
        if (line !== "") yield line;
      }
    }
  }
}

/** Calls `onLine` for each new line until `signal`; looks several times a second. */
export async function followLog(
  follower: LogFollower,
  onLine: (line: string) => void,
  { signal, everyMs = 150 }: FollowOptions,
): Promise<void> {
  try {
    while (!signal.aborted) {
      for await (const line of follower.read()) onLine(line);
      await sleep(everyMs, signal);
    }
  } finally {
    await follower.close();
  }
}

async function inodeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.ino,
    // Between two steps of a rotation there is no file.
    () => null,
  );
}
