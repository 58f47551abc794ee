// Says how many tokens a request has at the very least, from its bytes alone.
import { smallestWindow } from "../engine/claude-models";
import { JsonReader } from "./scan-values";

/** Tokenizers for Claude make a token of 3 to 4.5 bytes of prose and code. */
const mostBytesPerToken = 5;

/** Long strings that are no text: base64 of images and documents, signed and encrypted thinking. */
const opaqueKeys = ["data", "signature", "thinking"].map((key) => Buffer.from(`"${key}"`));

const BACKSLASH = 0x5c;
const COLON = 0x3a;
const U = 0x75;

/**
 * A count that the prompt does not stay below, for skipping a model whose window is surely too small (`fitsWindow`).
 * Images, documents and thinking count nothing, a run of one byte counts as that byte, a `\u` escape as two bytes. A
 * body that fits every window is not looked at. About 2 ms for a megabyte.
 */
export function estimateInputTokens(body: Uint8Array): number {
  const most = Math.ceil(body.length / mostBytesPerToken);
  if (most < smallestWindow) return most;
  return Math.max(1, Math.floor((countTextBytes(body) - countOpaqueBytes(body)) / mostBytesPerToken));
}

function countTextBytes(body: Uint8Array): number {
  let count = 0;
  let before = -1;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] as number;
    if (byte !== before) count++;
    // Four hexadecimal digits that stand for one character.
    if (before === BACKSLASH && byte === U) at += 4;
    before = byte;
  }
  return count;
}

/** Runs inside an opaque string were not counted above, so taking its whole length away errs to the low side. */
function countOpaqueBytes(body: Uint8Array): number {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const reader = new JsonReader(body);
  let count = 0;
  for (const key of opaqueKeys) {
    for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
      const value = skipColon(bytes, at + key.length);
      const text = value === null ? null : reader.textAt(value);
      if (text === null) continue;
      count += text.end - text.start;
      at = text.end - key.length;
    }
  }
  return count;
}

/** Where the value of the key before `at` begins; null if it is no key. JSON writers put at most one space there. */
function skipColon(bytes: Uint8Array, at: number): number | null {
  if (bytes[at] !== COLON) return null;
  return bytes[at + 1] === 0x20 ? at + 2 : at + 1;
}
