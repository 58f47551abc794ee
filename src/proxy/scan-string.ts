// Finds the end of a JSON string in raw bytes, four bytes at a time, and checks its grammar on the way.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const UNICODE_ESCAPE = 0x75;

/** 1 for the bytes that may follow a backslash, apart from `u`. */
const SHORT_ESCAPES = new Uint8Array(256);
for (const byte of Buffer.from('"\\/bfnrt')) SHORT_ESCAPES[byte] = 1;

/**
 * Steps over the strings of one JSON text. Bytes from 0x80 up are taken as they are: decoding them as UTF-8 can only
 * give other characters that are legal in a string, never a quote, a backslash or a control character.
 */
export class StringScanner {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Offset of the last backslash stepped over, -1 if none: tells whether a string has escapes. */
  lastEscape = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /**
   * `from` is the offset behind the opening quote. Returns the offset behind the closing quote, or `~offset` (negative)
   * of the first byte that is wrong; the length of the text if it ends too early.
   */
  scan(from: number): number {
    const bytes = this.#bytes;
    const view = this.#view;
    const lastWord = bytes.length - 4;
    let at = from;
    for (;;) {
      while (at <= lastWord) {
        const special = markSpecial(view.getInt32(at, true));
        if (special !== 0) {
          at += countTrailingZeros(special) >> 3;
          break;
        }
        at += 4;
      }
      if (at >= bytes.length) return ~bytes.length;
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at + 1;
      if (byte < 0x20) return ~at;
      if (byte !== BACKSLASH) {
        at++;
        continue;
      }
      this.lastEscape = at;
      if (SHORT_ESCAPES[bytes[at + 1] ?? 0] === 1) {
        at += 2;
        continue;
      }
      at = scanUnicodeEscape(bytes, at + 1);
      if (at < 0) return at;
    }
  }
}

/**
 * Sets the top bit of each of the four bytes that is a control character, a quote or a backslash; the lowest bit set is
 * exact, those above it may be false ("hasless" and "haszero" of https://graphics.stanford.edu/~seander/bithacks.html).
 * The exclusive or with 2 swaps 0x22 with 0x20, so that control characters and quote alone are less than 0x21.
 */
function markSpecial(word: number): number {
  const controlOrQuote = (word ^ 0x02020202) - 0x21212121;
  const backslash = (word ^ 0x5c5c5c5c) - 0x01010101;
  return (controlOrQuote | backslash) & ~word & 0x80808080;
}

function countTrailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
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
