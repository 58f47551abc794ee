// For any startup file and whatever is added around the block later, taking the block out leaves all the rest as it is.
import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { TargetFile } from "../../src/setup/files/read-target";
import { editBlock, takeBackBlock } from "../../src/setup/shell/edit-block";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

const path = "/home/ada/.bashrc";
const line = fc.constantFrom(
  "alias a='$& $1'",
  "# note",
  "",
  "  if true; then",
  'export X="ü"',
  "#",
  ">>> claude",
);
const lines = (end: string) =>
  fc.array(line, { maxLength: 4 }).map((all) => all.map((one) => one + end).join(""));

/** A whole file, its last line with or without an end, and what is added before and behind. */
const anyCase = fc.constantFrom("\n", "\r\n").chain((end) =>
  fc.record({
    text: fc.tuple(lines(end), fc.constantFrom("", "last")).map((parts) => parts.join("")),
    before: lines(end),
    behind: lines(end),
    mark: fc.constantFrom("", "\ufeff"),
  }),
);

function fileOf(text: string): TargetFile {
  return { path, target: path, isLink: false, bytes: Buffer.from(text), mode: 0o644, owner: null };
}

test("in and out is the identity; out after later additions leaves them and the old text", () => {
  fc.assert(
    fc.property(anyCase, ({ text, before, behind, mark }) => {
      const whole = mark + text;
      const edit = editBlock(fileOf(whole), ["export A='$&'"], 0o644);
      if (edit === null || edit.ours.kind !== "block") throw new Error("there must be an edit");
      const after = edit.after.toString();
      expect(after.startsWith(whole)).toBe(true);
      expect(editBlock(fileOf(after), ["export A='$&'"], 0o644)).toBeNull();
      const plain = takeBackBlock(path, edit.after, Buffer.from(whole), edit.ours);
      expect(plain).toEqual({ bytes: Buffer.from(whole), notes: [] });
      const changed = mark + before + after.slice(mark.length) + behind;
      const back = takeBackBlock(path, Buffer.from(changed), Buffer.from(whole), edit.ours).bytes.toString();
      // A last line without an end gets one, or what was added behind would be glued to it.
      const isOpen = text !== "" && !text.endsWith("\n") && behind !== "";
      const end = after.includes("\r\n") ? "\r\n" : "\n";
      expect(back).toBe(mark + before + text + (isOpen ? end : "") + behind);
    }),
    { includeErrorInReport: true, numRuns: 1000 },
  );
});

test("another address changes the block and nothing around it, and back", () => {
  fc.assert(
    fc.property(anyCase, ({ text, behind }) => {
      const first = editBlock(fileOf(text), ["one"], 0o644);
      const changed = (first?.after.toString() ?? "") + behind;
      const second = editBlock(fileOf(changed), ["two"], 0o644);
      if (second === null || second.ours.kind !== "block") throw new Error("there must be an edit");
      expect(second.after.toString()).toBe(changed.replace(/^one(\r?)$/m, "two$1"));
      const back = takeBackBlock(
        path,
        Buffer.from(`${second.after}new\n`),
        Buffer.from(changed),
        second.ours,
      );
      expect(back.bytes.toString()).toBe(`${changed}new\n`);
    }),
    { includeErrorInReport: true, numRuns: 1000 },
  );
});
