// Makes text of foreign origin (labels, words of an upstream) safe to show in a terminal.

// Control characters could move the cursor or recolour the screen; bidirectional overrides could reorder a line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/** One line without control characters. */
export function cleanText(text: string): string {
  return Bun.stripANSI(text).replace(unsafe, " ");
}

/** Shortens to `width` terminal columns, never within a character. */
export function fitText(text: string, width: number): string {
  return Bun.sliceAnsi(cleanText(text), 0, width, { ellipsis: "…" });
}
