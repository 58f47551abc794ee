// Steps over the small tokens of a JSON text: white space, numbers, `true`, `false` and `null`.

const LITERALS = new Map(["true", "false", "null"].map((word) => [word.charCodeAt(0), Buffer.from(word)]));

/** Offset of the top-level value: behind a byte order mark, which decoding drops, and white space. */
export function findRoot(bytes: Uint8Array): number {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return skipSpace(bytes, marked ? 3 : 0);
}

/** Offset of the first byte at or behind `from` that is not JSON white space; the length of the text if there is none. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at] as number;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    at++;
  }
  return at;
}

/**
 * Steps over the number, `true`, `false` or `null` that starts at `from`. Returns the offset behind it, or `~offset`
 * (negative) of the first byte that is wrong.
 */
export function scanScalar(bytes: Uint8Array, from: number): number {
  const literal = LITERALS.get(bytes[from] ?? -1);
  if (literal === undefined) return scanNumber(bytes, from);
  for (let index = 0; index < literal.length; index++) {
    if (bytes[from + index] !== literal[index]) return ~(from + index);
  }
  return from + literal.length;
}

/** RFC 8259, section 6: `-? (0 | [1-9] digits) (. digits)? ([eE] [+-]? digits)?`. */
function scanNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  const whole = at;
  at = skipDigits(bytes, at);
  if (at === whole) return ~at;
  if (bytes[whole] === 0x30 && at > whole + 1) return ~(whole + 1);
  if (bytes[at] === 0x2e) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction);
    if (at === fraction) return ~at;
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const sign = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d;
    const exponent = at + (sign ? 2 : 1);
    at = skipDigits(bytes, exponent);
    if (at === exponent) return ~at;
  }
  return at;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++;
  return at;
}
