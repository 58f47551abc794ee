// The plan of setup, or of its undo, as lines: a heading for each tool, its diffs, its notes.
import { redact } from "../redact";
import type { SetupTool } from "../setup/types";
import { cleanText } from "./print/clean-text";
import type { Paint } from "./print/paint";

const toolTitles: Readonly<Record<SetupTool, string>> = {
  "claude-code": "Claude Code",
  cursor: "Cursor",
  shell: "Shell",
  autostart: "Autostart",
};

/** A unified diff, coloured; what stands in the file cannot move the cursor. */
export function renderDiff(diff: string, paint: Paint): string[] {
  return diff.split("\n").map((line) => {
    const text = cleanLine(line);
    if (line.startsWith("--- ") || line.startsWith("+++ ")) return paint.bold(text);
    if (line.startsWith("@@")) return paint.cyan(text);
    if (line.startsWith("+")) return paint.green(text);
    return line.startsWith("-") ? paint.red(text) : text;
  });
}

/** A note behind a dash; wraps as the terminal does. */
export function renderNote(note: string, paint: Paint): string {
  return `${paint.yellow("note:")} ${cleanText(redact(note))}`;
}

export function renderHeading(tool: SetupTool, words: string, paint: Paint): string {
  return `${paint.bold(toolTitles[tool])}  ${words}`;
}

/** Tabs are part of the diff. */
function cleanLine(line: string): string {
  return line.split("\t").map(cleanText).join("\t");
}
