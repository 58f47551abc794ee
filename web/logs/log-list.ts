// The lines that the Logs view shows: bounded, the newest last. Pure.
import type { LogLine } from "../../src/server/contract";

/** A line with a number of its own, by which it is told apart from its equals. */
export interface NumberedLine {
  number: number;
  line: LogLine;
}

export const logCapacity = 500;

export function addLines(list: readonly NumberedLine[], lines: readonly LogLine[]): NumberedLine[] {
  const last = list.at(-1)?.number ?? 0;
  const added = lines.slice(-logCapacity).map((line, index) => ({ number: last + index + 1, line }));
  return [...list, ...added].slice(-logCapacity);
}

/** A field's value as it stands in the line: texts bare where they need no quotes, anything else as JSON. */
export function formatField(value: unknown): string {
  if (typeof value === "string") return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? "";
}
