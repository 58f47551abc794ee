// Finds the end of a JSON string in raw bytes and checks its grammar on the way.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const UNICODE_ESCAPE = 0x75;

/** 1 for the bytes that may follow a backslash, apart from `u`. */
const SHORT_ESCAPES = new Uint8Array(256);
for (const byte of Buffer.from('"\\/bfnrt')) SHORT_ESCAPES[byte] = 1;

/** 1 for the bytes at which a string needs a closer look: quote, backslash and control characters. */
const SPECIAL = new Uint8Array(256).fill(1, 0, 0x20);
SPECIAL[QUOTE] = 1;
SPECIAL[BACKSLASH] = 1;

/** Up to here looking at each byte is faster than a native search, whose call costs as much. */
const NEAR_BYTES = 64;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x1f]/;

/**
 * Steps over the strings of one JSON text. Bytes from 0x80 up are taken as they are: decoding them as UTF-8 can only
 * give other characters that are legal in a string, never a quote, a backslash or a control character.
 */
export class StringScanner {
  /** Offset of the last backslash stepped over, -1 if none: tells whether a string has escapes. */
  lastEscape = -1;
  /** Where the next backslash is, as far as it was looked for. */
  nextBackslash = -1;
  /** No control character stands anywhere in the text; null: not looked yet. */
  clean: boolean | null = null;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /**
   * `from` is the offset behind the opening quote. Returns the offset behind the closing quote, or `~offset` (negative)
   * of the first byte that is wrong; the length of the text if it ends too early.
   */
  scan(from: number): number {
    return scanString(this.bytes, from, this);
  }
}

/**
 * Like `StringScanner.scan` for a text that is known to be JSON: only the closing quote has to be found, natively where it
 * is far away.
 */
export function skipString(bytes: Uint8Array, from: number): number {
  const length = bytes.length;
  const near = Math.min(from + NEAR_BYTES, length);
  let at = from;
  while (at < near) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) return ~length;
    let backslashes = 0;
    while (quote - backslashes > from && bytes[quote - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** A plain function over locals: the compiler makes five times as much of it as of a method with private fields. */
function scanString(bytes: Uint8Array, from: number, text: StringScanner): number {
  const length = bytes.length;
  let at = from;
  let near = at + NEAR_BYTES;
  for (;;) {
    const stop = Math.min(near, length);
    while (at < stop && SPECIAL[bytes[at] as number] === 0) at++;
    if (at >= length) return ~length;
    if (at === stop) {
      at = leap(bytes, at, text);
      near = at + NEAR_BYTES;
      continue;
    }
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return ~at;
    text.lastEscape = at;
    if (SHORT_ESCAPES[bytes[at + 1] ?? 0] === 1) at += 2;
    else at = scanUnicodeEscape(bytes, at + 1);
    if (at < 0) return at;
    near = at + NEAR_BYTES;
  }
}

/** The offset of the next quote or backslash, found natively; `at` itself if every byte has to be looked at. */
function leap(bytes: Uint8Array, at: number, text: StringScanner): number {
  text.clean ??= !CONTROL.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"));
  if (!text.clean) return at;
  const quote = bytes.indexOf(QUOTE, at);
  if (text.nextBackslash < at) {
    const backslash = bytes.indexOf(BACKSLASH, at);
    text.nextBackslash = backslash < 0 ? bytes.length : backslash;
  }
  return quote < 0 ? bytes.length : Math.min(quote, text.nextBackslash);
}

/** `u` and four hexadecimal digits. */
function scanUnicodeEscape(bytes: Uint8Array, from: number): number {
  if (from >= bytes.length) return ~bytes.length;
  if (bytes[from] !== UNICODE_ESCAPE) return ~from;
  for (let at = from + 1; at <= from + 4; at++) {
    if (at >= bytes.length) return ~bytes.length;
    if (!isHexDigit(bytes[at] as number)) return ~at;
  }
  return from + 5;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}
