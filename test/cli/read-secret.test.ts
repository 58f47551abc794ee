import { expect, test } from "bun:test";
import { HiddenEntry } from "../../src/cli/read-secret";

/** Types the chunks; returns what was entered and how it ended. */
function type(...chunks: string[]) {
  const entry = new HiddenEntry();
  const outcomes = chunks.map((chunk) => entry.type(chunk));
  return { text: entry.text, outcome: outcomes.at(-1) };
}

test.each([
  [["s", "k", "\r"], { text: "sk", outcome: "done" }],
  [["sk-1\n"], { text: "sk-1", outcome: "done" }],
  [["\nsk-1\n"], { text: "sk-1", outcome: "done" }],
  [["\r"], { text: "", outcome: "done" }],
  [["ab", "\x7f", "c\r"], { text: "ac", outcome: "done" }],
  [["wrong", "\x15", "right\r"], { text: "right", outcome: "done" }],
  [["\x1b[200~sk-1\x1b[201~\r"], { text: "sk-1", outcome: "done" }],
  [["a", "\x1b[D", "b\r"], { text: "ab", outcome: "done" }],
  [["a\x03"], { text: "a", outcome: "cancelled" }],
  [["\x04"], { text: "", outcome: "cancelled" }],
  [["a"], { text: "a", outcome: "open" }],
] as const)("typing %j", (chunks, expected) => {
  expect(type(...chunks)).toEqual({ ...expected });
});
