// Reads HTTP/1.1 answers off a connection just far enough to know status, body length and end; written for speed.

const headEnd = Buffer.from("\r\n\r\n");
const LF = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;

type Expecting = "head" | "length" | "chunk-size" | "chunk-data" | "chunk-end" | "last-line";

export class AnswerReader {
  status = 0;
  /** Body bytes without chunk framing. */
  bodyBytes = 0;
  /** The answer's last byte has arrived; call `reset` before the next one. */
  done = false;
  #expecting: Expecting = "head";
  #remaining = 0;
  #head: Buffer | null = null;

  reset(): void {
    this.status = 0;
    this.bodyBytes = 0;
    this.done = false;
    this.#expecting = "head";
    this.#remaining = 0;
  }

  /** Throws when the bytes are no answer, or go on behind its end. */
  push(bytes: Buffer): void {
    let at = this.#expecting === "head" ? this.#readHead(bytes) : 0;
    while (at < bytes.length) {
      if (this.done) throw new Error("bytes behind the end of the answer");
      if (this.#expecting === "length" || this.#expecting === "chunk-data") at = this.#readData(bytes, at);
      else at = this.#readFraming(bytes, at);
    }
  }

  #readHead(bytes: Buffer): number {
    const before = this.#head?.length ?? 0;
    const buffer = this.#head === null ? bytes : Buffer.concat([this.#head, bytes]);
    const end = buffer.indexOf(headEnd);
    if (end < 0) {
      // The bytes are the socket's again after this call.
      this.#head = Buffer.from(buffer);
      return bytes.length;
    }
    this.#head = null;
    const head = buffer.toString("latin1", 0, end);
    this.status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length !== undefined) {
      this.#expecting = "length";
      this.#remaining = Number(length);
      this.done = this.#remaining === 0;
    } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      this.#expecting = "chunk-size";
    } else {
      throw new Error(`an answer without length: ${head.slice(0, 80)}`);
    }
    return end + headEnd.length - before;
  }

  #readData(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#remaining, bytes.length - at);
    this.#remaining -= taken;
    this.bodyBytes += taken;
    if (this.#remaining === 0) {
      if (this.#expecting === "length") this.done = true;
      else this.#expecting = "chunk-end";
    }
    return at + taken;
  }

  /** One byte of a chunk's size line, of the line break behind it, or of the empty line at the end. */
  #readFraming(bytes: Buffer, at: number): number {
    const byte = bytes[at] ?? 0;
    if (this.#expecting === "chunk-size") {
      if (byte === LF) this.#expecting = this.#remaining === 0 ? "last-line" : "chunk-data";
      else if (byte >= ZERO) this.#remaining = this.#remaining * 16 + hexValue(byte);
    } else if (byte === LF) {
      if (this.#expecting === "chunk-end") this.#expecting = "chunk-size";
      else this.done = true;
    }
    return at + 1;
  }
}

function hexValue(byte: number): number {
  // Letters of both cases end in the bits 0001 to 0110.
  return byte <= NINE ? byte - ZERO : (byte & 0x0f) + 9;
}
