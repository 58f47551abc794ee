import { expect, test } from "bun:test";
import { ansiPaint, choosePaint, noPaint } from "../../../src/cli/print/paint";
import { formatTable } from "../../../src/cli/print/table";

const rows = [
  [{ text: "個人用アカウント" }, { text: "ready" }, { text: "one" }],
  [{ text: "Work 🚀" }, { text: "cooling" }, { text: "two" }],
  [{ text: "é" }, { text: "no credit" }, { text: "three" }],
];

test("columns stay aligned with wide and combined characters", () => {
  const starts = formatTable(rows, { width: null }).map((line) =>
    Bun.stringWidth(line.slice(0, line.search(/one|two|three/))),
  );
  expect(new Set(starts).size).toBe(1);
});

test("colour does not change the layout", () => {
  const painted = rows.map((row) => row.map((cell) => ({ ...cell, style: ansiPaint.red })));
  const lines = formatTable(painted, { width: null });
  expect(lines.join("\n")).toContain("\x1b[31m");
  expect(lines.map((line) => Bun.stripANSI(line).trimEnd())).toEqual(formatTable(rows, { width: null }));
});

test("the last column wraps under itself on a narrow terminal", () => {
  const long = "rate limited for claude-opus-4-6 and for claude-sonnet-4-6 until tomorrow";
  const lines = formatTable([[{ text: "work" }, { text: long }]], { width: 40 });
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(40);
  expect(lines.slice(1).every((line) => line.startsWith("       "))).toBe(true);
  expect(lines.map((line) => line.slice(7)).join(" ")).toBe(long);
});

test("a label cannot move the cursor or colour the screen", () => {
  const [line] = formatTable([[{ text: "evil\x1b[2J\x1b]0;title\x07\r\nlabel" }, { text: "x" }]], {
    width: null,
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there.
  expect(line).not.toMatch(/[\x00-\x1f]/);
  expect(line).toContain("evil");
});

test.each([
  [true, {}, ansiPaint],
  [false, {}, noPaint],
  [true, { NO_COLOR: "1" }, noPaint],
  [true, { NO_COLOR: "0" }, noPaint],
  [true, { NO_COLOR: "false" }, noPaint],
  [true, { TERM: "dumb" }, noPaint],
])("colour on a terminal (%p) with %p", (isTerminal, env, paint) => {
  expect(choosePaint(isTerminal, env)).toBe(paint);
});
