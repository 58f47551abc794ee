// One line of the log, as it was written: JSON with time, level, message and fields.

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogEntry {
  /** ISO 8601, UTC; null if the line names none. */
  readonly time: string | null;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Narrows what is read; absent: everything. */
export interface LogFilter {
  /** The least level. */
  readonly level?: LogLevel | undefined;
  /** Only lines about this request. */
  readonly request?: string | undefined;
  /** Only lines about this key, as the one that served or as one that was tried. */
  readonly key?: string | undefined;
  /** Found in the message or the fields, whatever the case. */
  readonly search?: string | undefined;
}

export const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** The file in use and two older ones: `cf.log`, `cf.log.1`, `cf.log.2`. */
export const logFilesKept = 3;

/** The path of the file that is `age` rotations old; 0: the one in use. */
export function logFileOf(path: string, age: number): string {
  return age === 0 ? path : `${path}.${age}`;
}

/** Never throws: a line that is not ours (cut by a full disk, say) becomes the message of an entry. */
export function parseLogLine(line: string): LogEntry {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return rawEntry(line);
    const { time, level, message, ...fields } = parsed as Record<string, unknown>;
    if (typeof message !== "string") return rawEntry(line);
    return {
      time: typeof time === "string" && !Number.isNaN(Date.parse(time)) ? time : null,
      level: logLevels.find((known) => known === level) ?? "info",
      message,
      fields,
    };
  } catch {
    return rawEntry(line);
  }
}

export function matchesFilter(entry: LogEntry, { level, request, key, search }: LogFilter): boolean {
  if (request !== undefined && entry.fields.id !== request) return false;
  if (level !== undefined && logLevels.indexOf(entry.level) < logLevels.indexOf(level)) return false;
  if (key !== undefined && !namesKey(entry.fields, key)) return false;
  if (search === undefined || search === "") return true;
  const text = `${entry.message} ${JSON.stringify(entry.fields)}`;
  return text.toLowerCase().includes(search.toLowerCase());
}

function namesKey({ key, attempts }: LogEntry["fields"], wanted: string): boolean {
  if (key === wanted) return true;
  return Array.isArray(attempts) && attempts.some((attempt) => attempt?.key === wanted);
}

function rawEntry(line: string): LogEntry {
  return { time: null, level: "info", message: line, fields: {} };
}
