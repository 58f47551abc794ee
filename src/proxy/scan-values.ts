// Reads single values out of a JSON text by their place, skipping over everything else.
import { skipString } from "./scan-string";
import { scanScalar, skipSpace } from "./scan-tokens";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes `start` up to, not including, `end`. */
export interface Span {
  start: number;
  end: number;
}

export interface Member extends Span {
  key: string;
}

/**
 * Walks a JSON text that is known to be valid. On any other text it never throws or loops; it just finds less.
 */
export class JsonReader {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The bytes of the value that begins at `start`. */
  spanAt(start: number): Span {
    return { start, end: this.#behindValue(start) };
  }

  isObject(at: number): boolean {
    return this.bytes[at] === OPEN_OBJECT;
  }

  isArray(at: number): boolean {
    return this.bytes[at] === OPEN_ARRAY;
  }

  /** The decoded string that begins at `at`; null if another kind of value does. */
  stringAt(at: number): string | null {
    if (this.bytes[at] !== QUOTE) return null;
    const end = skipString(this.bytes, at + 1);
    if (end < 0) return null;
    if (!this.#hasEscape(at, end)) return decoder.decode(this.bytes.subarray(at + 1, end - 1));
    return JSON.parse(decoder.decode(this.bytes.subarray(at, end))) as string;
  }

  /** The bytes between the quotes of the string that begins at `at`, escapes and all; null if another kind of value does. */
  textAt(at: number): Span | null {
    if (this.bytes[at] !== QUOTE) return null;
    const end = skipString(this.bytes, at + 1);
    return end < 0 ? null : { start: at + 1, end: end - 1 };
  }

  /** The members of the object that begins at `at`, with the spans of their values; none if it is no object. */
  *members(at: number): Generator<Member> {
    if (!this.isObject(at)) return;
    let next = skipSpace(this.bytes, at + 1);
    while (this.bytes[next] === QUOTE) {
      const key = this.stringAt(next);
      const colon = skipSpace(this.bytes, this.#behindValue(next));
      if (key === null || this.bytes[colon] !== COLON) return;
      const start = skipSpace(this.bytes, colon + 1);
      const end = this.#behindValue(start);
      yield { key, start, end };
      next = this.#behindComma(end);
    }
  }

  /** The elements of the array that begins at `at`; none if it is no array. */
  *elements(at: number): Generator<Span> {
    if (!this.isArray(at)) return;
    let start = skipSpace(this.bytes, at + 1);
    while (start < this.bytes.length && this.bytes[start] !== CLOSE_ARRAY) {
      const end = this.#behindValue(start);
      yield { start, end };
      start = this.#behindComma(end);
    }
  }

  /** The first element of the array at `at` that `accepts`; without a generator, for every request needs it. */
  findElement(at: number, accepts: (element: Span) => boolean): Span | null {
    const { bytes } = this;
    if (!this.isArray(at)) return null;
    let start = skipSpace(bytes, at + 1);
    while (start < bytes.length && bytes[start] !== CLOSE_ARRAY) {
      const element = { start, end: this.#behindValue(start) };
      if (accepts(element)) return element;
      start = this.#behindComma(element.end);
    }
    return null;
  }

  /** The value of one member of the object at `at`; of duplicates the last one, as `JSON.parse` has it. */
  memberAt(at: number, key: string): Span | null {
    const { bytes } = this;
    if (!this.isObject(at)) return null;
    let found: Span | null = null;
    let next = skipSpace(bytes, at + 1);
    // Without a generator and without decoding the keys: this runs several times for every request.
    while (bytes[next] === QUOTE) {
      const keyEnd = skipString(this.bytes, next + 1);
      if (keyEnd < 0) return found;
      const matches = this.#isKey(next, keyEnd, key);
      const colon = skipSpace(bytes, keyEnd);
      if (bytes[colon] !== COLON) return found;
      const start = skipSpace(bytes, colon + 1);
      const end = this.#behindValue(start);
      if (matches) found = { start, end };
      next = this.#behindComma(end);
    }
    return found;
  }

  /** Whether the string with its quotes from `start` to `end` is `key` (ASCII). */
  #isKey(start: number, end: number, key: string): boolean {
    // Written with escapes a key is longer than its characters.
    if (end - start !== key.length + 2) {
      return end - start > key.length + 2 && this.#hasEscape(start, end) && this.stringAt(start) === key;
    }
    for (let index = 0; index < key.length; index++) {
      if (this.bytes[start + 1 + index] !== key.charCodeAt(index)) return false;
    }
    return true;
  }

  /** Like `memberAt`, for a member that is a string. */
  stringMemberAt(at: number, key: string): string | null {
    const member = this.memberAt(at, key);
    return member === null ? null : this.stringAt(member.start);
  }

  #hasEscape(start: number, end: number): boolean {
    return this.bytes.subarray(start, end).includes(BACKSLASH);
  }

  #behindComma(at: number): number {
    const comma = skipSpace(this.bytes, at);
    return this.bytes[comma] === COMMA ? skipSpace(this.bytes, comma + 1) : this.bytes.length;
  }

  #behindValue(at: number): number {
    const bytes = this.bytes;
    let depth = 0;
    let next = at;
    while (next < bytes.length) {
      const byte = bytes[next] as number;
      if (byte === QUOTE) next = skipString(this.bytes, next + 1);
      else if (depth === 0 && byte !== OPEN_OBJECT && byte !== OPEN_ARRAY) next = scanScalar(bytes, next);
      else next++;
      if (next < 0) return bytes.length;
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
      if (depth === 0) return next;
    }
    return bytes.length;
  }
}
