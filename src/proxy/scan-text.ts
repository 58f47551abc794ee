// Checks a whole JSON text in one pass over its bytes and reports the members of its objects, without building values.
import { StringScanner } from "./scan-string";
import { findRoot, scanScalar, skipSpace } from "./scan-tokens";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const END = -1;

/** What the grammar allows next; a container may be closed at once only when it has just been opened. */
const Expect = { Value: 0, Key: 1, ValueOrClose: 2, KeyOrClose: 3, AfterValue: 4 } as const;

/**
 * Called for each member of each object, before its value is checked. `depth` counts the arrays and objects around the
 * member (1: member of the top-level object); the key's bytes are those between its quotes, `escaped` if a backslash is among
 * them; `valueAt` is where the value begins.
 */
export type MemberListener = (
  depth: number,
  keyStart: number,
  keyEnd: number,
  escaped: boolean,
  valueAt: number,
) => void;

/** A text that is not JSON: `offset` is the byte at which that shows. */
export interface JsonFault {
  message: string;
  offset: number;
}

/**
 * Accepts exactly what `JSON.parse` accepts once the bytes are decoded as UTF-8 the way the web does (one leading byte order
 * mark is dropped, invalid sequences become U+FFFD). Nesting costs memory, not stack. Returns the offset of the top-level value.
 */
export function scanText(
  bytes: Uint8Array,
  onMember: MemberListener,
): { valueAt: number } | { error: JsonFault } {
  const strings = new StringScanner(bytes);
  const valueAt = findRoot(bytes);
  /** The bytes that close the open containers, outermost first. */
  const closers: number[] = [];
  let closer = END;
  let expect: (typeof Expect)[keyof typeof Expect] = Expect.Value;
  let at = valueAt;
  for (;;) {
    at = skipSpace(bytes, at);
    const byte = at < bytes.length ? (bytes[at] as number) : END;
    if (byte === closer && expect >= Expect.ValueOrClose) {
      if (closer === END) return { valueAt };
      at++;
      closers.pop();
      closer = closers[closers.length - 1] ?? END;
      expect = Expect.AfterValue;
      continue;
    }
    if (expect === Expect.AfterValue) {
      if (byte !== COMMA || closer === END) return faultAt(bytes, at);
      at++;
      expect = closer === CLOSE_OBJECT ? Expect.Key : Expect.Value;
      continue;
    }
    if (expect === Expect.Key || expect === Expect.KeyOrClose) {
      if (byte !== QUOTE) return faultAt(bytes, at);
      const keyStart = at + 1;
      const behindKey = strings.scan(keyStart);
      if (behindKey < 0) return faultAt(bytes, ~behindKey);
      at = skipSpace(bytes, behindKey);
      if (bytes[at] !== COLON) return faultAt(bytes, at);
      at = skipSpace(bytes, at + 1);
      onMember(closers.length, keyStart, behindKey - 1, strings.lastEscape >= keyStart, at);
      expect = Expect.Value;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      closer = byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
      closers.push(closer);
      expect = byte === OPEN_OBJECT ? Expect.KeyOrClose : Expect.ValueOrClose;
      at++;
      continue;
    }
    at = byte === QUOTE ? strings.scan(at + 1) : scanScalar(bytes, at);
    if (at < 0) return faultAt(bytes, ~at);
    expect = Expect.AfterValue;
  }
}

function faultAt(bytes: Uint8Array, at: number): { error: JsonFault } {
  const offset = Math.min(at, bytes.length);
  const message = offset === bytes.length ? "unexpected end of the JSON text" : "unexpected character";
  return { error: { message, offset } };
}
