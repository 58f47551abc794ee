// Tables that stay aligned with wide characters and colours, and that wrap only their last column.
import { cleanText } from "./clean-text";

export interface Cell {
  readonly text: string;
  readonly style?: (text: string) => string;
}

export interface TableOptions {
  readonly indent?: string;
  /** Columns of the terminal; null: never wrap. */
  readonly width: number | null;
  readonly headings?: readonly string[];
  readonly headingStyle?: (text: string) => string;
}

const gap = "   ";
/** A narrower last column would be unreadable; better let the terminal break the line. */
const narrowestLastColumn = 24;

/** The lines of a table; text is cleaned of control characters, line ends in it become new lines of its cell. */
export function formatTable(rows: readonly (readonly Cell[])[], options: TableOptions): string[] {
  const heading = options.headings?.map((text) => ({ text, style: options.headingStyle ?? keep }));
  const all = heading === undefined ? rows : [heading, ...rows];
  const columns = Math.max(0, ...all.map((row) => row.length));
  const widths = Array.from({ length: Math.max(0, columns - 1) }, (_, column) =>
    Math.max(...all.map((row) => Bun.stringWidth(cleanText(row[column]?.text ?? "")))),
  );
  return all.flatMap((row) => formatRow(row, columns, widths, options));
}

function formatRow(
  row: readonly Cell[],
  columns: number,
  widths: readonly number[],
  options: TableOptions,
): string[] {
  const lead = widths.map((width, column) => padCell(row[column], width)).join("");
  const indent = options.indent ?? "";
  const leadWidth = Bun.stringWidth(indent) + widths.reduce((sum, width) => sum + width + gap.length, 0);
  const last = row[columns - 1];
  const style = last?.style ?? keep;
  const room = options.width === null ? 0 : options.width - leadWidth;
  const lines = (last?.text ?? "").split("\n").flatMap((line) => wrapText(cleanText(line), room));
  return lines.map((line, index) =>
    `${index === 0 ? indent + lead : " ".repeat(leadWidth)}${style(line)}`.trimEnd(),
  );
}

function padCell(cell: Cell | undefined, width: number): string {
  const text = cleanText(cell?.text ?? "");
  const padding = " ".repeat(width - Bun.stringWidth(text) + gap.length);
  return `${(cell?.style ?? keep)(text)}${padding}`;
}

function wrapText(text: string, room: number): string[] {
  if (room < narrowestLastColumn || Bun.stringWidth(text) <= room) return [text];
  return Bun.wrapAnsi(text, room).split("\n");
}

function keep(text: string): string {
  return text;
}
