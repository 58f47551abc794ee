// The marked block in a shell's startup file: puts it in, replaces it, takes it out.
import { CfError } from "../../errors";
import { decodeText, type TargetFile } from "../files/read-target";
import type { FileEdit, OwnPart } from "../types";

type OwnBlock = Extract<OwnPart, { kind: "block" }>;

const startMark = "# >>> claude-failover >>>";
const endMark = "# <<< claude-failover <<<";

/** The edit that leaves exactly one block with `lines` in the file; null if it is there already. */
export function editBlock(file: TargetFile, lines: readonly string[], newMode: number): FileEdit | null {
  const { mark, text } = file.bytes === null ? { mark: "", text: "" } : decodeText(file.path, file.bytes);
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? "\n";
  const block = [startMark, ...lines, endMark].join(lineEnd);
  const places = findBlocks(file.path, text);
  const [first, ...others] = places;
  const after = first === undefined ? append(text, block, lineEnd) : replace(text, block, first, others);
  if (after.text === text) return null;
  return {
    path: file.path,
    target: file.target,
    before: file.bytes,
    after: Buffer.from(mark + after.text),
    modeBefore: file.mode,
    modeAfter: file.mode ?? newMode,
    ours: { kind: "block", inserted: after.inserted, block },
  };
}

/** The line, from 1, behind the block that sets the variable once more, and so wins; null if there is none. */
export function lineOfLaterValue(file: TargetFile, name: string): number | null {
  if (file.bytes === null) return null;
  const { text } = decodeText(file.path, file.bytes);
  const last = findBlocks(file.path, text).at(-1);
  if (last === undefined) return null;
  const lines = text.slice(last.end).split("\n");
  const found = lines.findIndex((line) => !line.trim().startsWith("#") && line.includes(name));
  return found < 0 ? null : text.slice(0, last.end).split("\n").length + found;
}

/** The file without our block, or with the block that it had before. One that was changed by hand stays, with a note. */
export function takeBackBlock(
  path: string,
  now: Buffer,
  backup: Buffer | null,
  own: OwnBlock,
): { bytes: Buffer; notes: string[] } {
  const { mark, text } = decodeText(path, now);
  const before = backup === null ? "" : decodeText(path, backup).text;
  const blocks = findBlocks(path, text).map(({ start, end }) => text.slice(start, end));
  if (!blocks.includes(own.block)) {
    const notes =
      blocks.length === 0 ? [] : ["The block between the marks was changed since: it stays as it is."];
    return { bytes: now, notes };
  }
  const [previous] = findBlocks(path, before);
  const rest =
    previous === undefined
      ? withoutBlock(text, own)
      : text.replace(own.block, () => before.slice(previous.start, previous.end));
  return { bytes: Buffer.from(mark + rest), notes: [] };
}

function append(text: string, block: string, lineEnd: string): { text: string; inserted: string } {
  const isComplete = text === "" || text.endsWith("\n");
  const gap = text === "" ? "" : isComplete ? lineEnd : lineEnd + lineEnd;
  const inserted = `${gap}${block}${lineEnd}`;
  return { text: text + inserted, inserted };
}

function replace(
  text: string,
  block: string,
  first: Place,
  others: readonly Place[],
): { text: string; inserted: string } {
  // Copies of the block (a startup file that was pasted together) go: the last one would win.
  const tail = others.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
  return { text: tail.slice(0, first.start) + block + tail.slice(first.end), inserted: "" };
}

function withoutBlock(text: string, { inserted, block }: OwnBlock): string {
  const whole = inserted === "" ? -1 : text.indexOf(inserted);
  if (whole < 0) return text.replace(new RegExp(`${escapePattern(block)}(\\r?\\n)?`), () => "");
  const before = text.slice(0, whole);
  const after = text.slice(whole + inserted.length);
  // The line before it had no end until we came: what was added behind us must not be glued to it.
  const isGlued = after !== "" && before !== "" && !before.endsWith("\n");
  return before + (isGlued ? (/\r?\n/.exec(inserted)?.[0] ?? "\n") : "") + after;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Every block, marks included. Throws if one is not closed: where it ends is then anybody's guess. */
function findBlocks(path: string, text: string): Place[] {
  const places: Place[] = [];
  for (let from = 0; ; ) {
    const start = text.indexOf(startMark, from);
    if (start < 0) return places;
    const end = text.indexOf(endMark, start);
    if (end < 0) {
      const line = text.slice(0, start).split("\n").length;
      throw new CfError("setup_open_block", `${path}:${line} begins a block of ours that has no end.`, {
        hint: `Remove its lines, or close it with "${endMark}"; then run this again.`,
      });
    }
    places.push({ start, end: end + endMark.length });
    from = end;
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
