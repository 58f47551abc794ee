// Prints the log, its end first and then what is added, until the reader has had enough.
import { explainFileError, fileErrorCode } from "../config/explain-file-error";
import { followLog, LogFollower } from "../state/log/follow-log";
import { type LogEntry, type LogFilter, matchesFilter, parseLogLine } from "../state/log/log-entry";
import { readLog } from "../state/log/read-log";
import type { Channel, Output } from "./output";
import { formatLogEntry } from "./print/log-entry";

export interface PrintLogOptions {
  readonly path: string;
  readonly count: number;
  readonly filter: LogFilter;
  readonly follow: boolean;
  /** As it stands in the file. */
  readonly json: boolean;
}

export async function printLog(options: PrintLogOptions, output: Output): Promise<void> {
  try {
    await print(options, output);
  } catch (error) {
    if (fileErrorCode(error) === "") throw error;
    throw explainFileError("log_unreadable", "read", options.path, error);
  }
}

async function print(
  { path, count, filter, follow, json }: PrintLogOptions,
  { out, err }: Output,
): Promise<void> {
  const follower = new LogFollower(path);
  // Everything before that place is shown now, everything behind it as it comes.
  const place = follow ? await follower.skipToEnd() : undefined;
  const lines = place === null ? [] : await readLog(path, count, filter, place);
  if (!follow && lines.length === 0) {
    if (count > 0) err.line(await explainNothing(path, filter));
    return;
  }
  const show = json ? (text: string) => out.line(text) : await openPrinter(out);
  for (const { text, entry } of lines) show(text, entry);
  if (!follow) return;
  const ended = new AbortController();
  await followLog(
    follower,
    (text) => {
      const entry = parseLogLine(text);
      if (matchesFilter(entry, filter)) show(text, entry);
      if (!out.isOpen) ended.abort();
    },
    { signal: ended.signal },
  );
}

async function openPrinter(out: Channel): Promise<(text: string, entry: LogEntry) => void> {
  const { openClock } = await import("./print/open-clock");
  const clock = openClock();
  return (_text, entry) => {
    for (const line of formatLogEntry(entry, out.paint, clock)) out.line(line);
  };
}

async function explainNothing(path: string, { level, request }: LogFilter): Promise<string> {
  if (level !== undefined || request !== undefined) return "Nothing in the log matches.";
  return (await Bun.file(path).exists()) ? "The log is empty." : `There is no log yet: ${path}`;
}
