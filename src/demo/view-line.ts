// Lines made of toned pieces of text: measured and cut by what they take on the screen, then painted or left plain.

export type Tone = "plain" | "strong" | "faint" | "good" | "warn" | "bad" | "accent";

export interface Span {
  text: string;
  tone: Tone;
}

export type Line = readonly Span[];

const codes: Record<Tone, string> = {
  plain: "",
  strong: "\x1b[1m",
  faint: "\x1b[2m",
  good: "\x1b[32m",
  warn: "\x1b[33m",
  bad: "\x1b[31m",
  accent: "\x1b[36m",
};

/** Control characters could move the cursor or break the line, so they never reach the screen. */
export function span(text: string, tone: Tone = "plain"): Span {
  return { text: text.replaceAll(/\p{Cc}/gu, ""), tone };
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, piece) => sum + Bun.stringWidth(piece.text), 0);
}

/** Cuts to `width` columns with an ellipsis, or fills up with spaces. */
export function fit(text: string, width: number, align: "left" | "right" = "left"): string {
  if (width <= 0) return "";
  const cut = Bun.stringWidth(text) > width ? `${takeColumns(text, width - 1)}…` : text;
  const fill = " ".repeat(Math.max(0, width - Bun.stringWidth(cut)));
  return align === "left" ? cut + fill : fill + cut;
}

/** `left` and `right` at the two edges; the left one is cut where they would meet. */
export function spread(left: Line, right: Line, width: number): Line {
  const room = width - lineWidth(right);
  if (room < 12) return left;
  const cut = cutLine(left, room - 1);
  return [...cut, span(" ".repeat(room - lineWidth(cut))), ...right];
}

/** At most `width` columns of the line, with an ellipsis where it was cut. */
function cutLine(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line;
  const kept: Span[] = [];
  let room = width;
  for (const piece of line) {
    const needed = Bun.stringWidth(piece.text);
    if (needed >= room) return [...kept, { ...piece, text: fit(`${piece.text}…`, room) }];
    kept.push(piece);
    room -= needed;
  }
  return kept;
}

/** Breaks at spaces; gives exactly `count` lines, the last one cut if the text is longer. */
export function wrap(text: string, width: number, count: number): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (lines.length < count - 1 && Bun.stringWidth(rest) > width) {
    const head = takeColumns(rest, width + 1);
    const space = head.lastIndexOf(" ");
    const taken = space > 0 ? head.slice(0, space) : takeColumns(rest, width);
    lines.push(taken);
    rest = rest.slice(taken.length).trimStart();
  }
  lines.push(Bun.stringWidth(rest) > width ? fit(rest, width) : rest);
  return [...lines, ...Array<string>(count - lines.length).fill("")];
}

/** The finished line: no wider than `width`, no blanks at its end, escape codes only with `color`. */
export function paint(line: Line, width: number, color: boolean): string {
  const pieces = cutLine(line, width).filter((piece) => piece.text !== "");
  const last = pieces.at(-1);
  const trimmed = last === undefined ? [] : [...pieces.slice(0, -1), { ...last, text: last.text.trimEnd() }];
  if (!color)
    return trimmed
      .map((piece) => piece.text)
      .join("")
      .trimEnd();
  return trimmed
    .map((piece) => (piece.tone === "plain" ? piece.text : `${codes[piece.tone]}${piece.text}\x1b[0m`))
    .join("");
}

/** The longest beginning that takes at most `width` columns; `Bun.sliceAnsi` keeps half a wide character too many. */
function takeColumns(text: string, width: number): string {
  let taken = "";
  let columns = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    columns += Bun.stringWidth(segment);
    if (columns > width) break;
    taken += segment;
  }
  return taken;
}
