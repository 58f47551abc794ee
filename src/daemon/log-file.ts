// The log: JSON lines appended off the request path, rotated by size.
import { appendFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type LogLevel, logFileOf, logFilesKept, logLevels } from "../state/log/log-entry";

export type LogFields = Record<string, unknown>;

export interface Logger {
  log(level: LogLevel, message: string, fields?: LogFields): void;
}

export interface LogFileOptions {
  path: string;
  level: LogLevel;
  /** Bytes at which the file is rotated. */
  maxSize: number;
  /** Takes whatever is token-like out of a line. */
  redact: (text: string) => string;
  /** Told once when the log cannot be written, and again after it could. */
  onTrouble: (error: unknown) => void;
}

/** Between two writes. */
const gatherMs = 100;
/** A disk that does not keep up must not fill the memory: lines beyond this are dropped and counted. */
const maxPendingLines = 10_000;

export class LogFile implements Logger {
  #options: LogFileOptions;
  #pending: string[] = [];
  #dropped = 0;
  #writing: Promise<void> | null = null;
  /** When the last write ended, on the clock of `performance.now`. */
  #wroteAt = Number.NEGATIVE_INFINITY;
  #size: number | null = null;
  #trouble: string | null = null;
  #hurry = () => {};
  #handOver = () => {};

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** Changes what is logged, and when the file is rotated, from the next line on. */
  configure({ level, maxSize }: Pick<LogFileOptions, "level" | "maxSize">): void {
    this.#options = { ...this.#options, level, maxSize };
  }

  /** Why the last lines could not be written, in words; null while they can. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /**
   * `handOver` is called before each line that is logged, and before the last ones are written: it adds what it holds back and what
   * belongs before them.
   */
  precede(handOver: () => void): void {
    this.#handOver = handOver;
  }

  /** Whether lines of this level are kept at all. */
  writes(level: LogLevel): boolean {
    return logLevels.indexOf(level) >= logLevels.indexOf(this.#options.level);
  }

  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.writes(level)) return;
    this.#handOver();
    this.add(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
  }

  /** Adds a line that is JSON already, of a level that is kept. */
  add(line: string): void {
    if (this.#pending.length >= maxPendingLines) {
      this.#dropped++;
      return;
    }
    this.#pending.push(line);
    this.#writing ??= this.#drain();
  }

  /** Resolves when everything logged so far is written. */
  async flush(): Promise<void> {
    this.#handOver();
    while (this.#writing !== null) {
      this.#hurry();
      await this.#writing;
    }
  }

  async #drain(): Promise<void> {
    // The lines of a burst share a write; one that comes after a silence does not wait for others.
    const waitMs = Math.max(0, this.#wroteAt + gatherMs - performance.now());
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    while (this.#pending.length > 0) {
      const lines = this.#pending;
      this.#pending = [];
      if (this.#dropped > 0)
        lines.push(JSON.stringify({ level: "warn", message: "log lines dropped", count: this.#dropped }));
      this.#dropped = 0;
      // Once for all lines of a burst, and off the request's path.
      await this.#append(this.#options.redact(`${lines.join("\n")}\n`));
    }
    this.#wroteAt = performance.now();
    this.#writing = null;
  }

  async #append(text: string): Promise<void> {
    const { path, maxSize, onTrouble } = this.#options;
    try {
      const bytes = Buffer.byteLength(text);
      this.#size ??= await this.#open();
      if (this.#size > 0 && this.#size + bytes > maxSize) await this.#rotate();
      await appendFile(path, text, { mode: 0o600 });
      this.#size += bytes;
      this.#trouble = null;
    } catch (error) {
      // The proxy goes on without its log; whoever listens is told once.
      this.#size = null;
      if (this.#trouble === null) onTrouble(error);
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
  }

  async #open(): Promise<number> {
    await mkdir(dirname(this.#options.path), { recursive: true, mode: 0o700 });
    const found = await stat(this.#options.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    return found?.size ?? 0;
  }

  async #rotate(): Promise<void> {
    const { path } = this.#options;
    await rm(logFileOf(path, logFilesKept - 1), { force: true });
    for (let age = logFilesKept - 2; age >= 0; age--)
      await renameIfThere(logFileOf(path, age), logFileOf(path, age + 1));
    this.#size = 0;
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}
