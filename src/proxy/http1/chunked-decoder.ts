// Takes the chunked transfer coding off a body as its bytes arrive (RFC 9112, section 7.1).
import { ProtocolError } from "./parse-head";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const maxSizeDigits = 12;
const maxLineBytes = 16_384;

/** One response body. `decode` every piece that arrives until `done`. */
export class ChunkedDecoder {
  /** The last chunk and its trailers have been read. */
  done = false;
  /** Bytes of the last `decode` that lie behind the end of the body. */
  excess = 0;
  #state: "size" | "extension" | "data" | "data-end" | "trailer" = "size";
  /** Bytes left of the chunk; while its size is being read, the size so far. */
  #remaining = 0;
  #digits = 0;
  #lineBytes = 0;

  /**
   * Returns the payload in `bytes`: compacted in place, so the argument's content is used up.
   * Throws ProtocolError on malformed coding.
   */
  decode(bytes: Uint8Array): Uint8Array {
    let read = 0;
    let written = 0;
    while (read < bytes.length && !this.done) {
      if (this.#state !== "data") {
        this.#readFraming(bytes[read++] ?? 0);
        continue;
      }
      const size = Math.min(this.#remaining, bytes.length - read);
      if (read !== written) bytes.copyWithin(written, read, read + size);
      read += size;
      written += size;
      this.#remaining -= size;
      if (this.#remaining === 0) this.#state = "data-end";
    }
    this.excess = bytes.length - read;
    return bytes.subarray(0, written);
  }

  #readFraming(byte: number): void {
    if (byte === lineFeed) {
      this.#endLine();
      return;
    }
    if (byte === carriageReturn) return;
    if (++this.#lineBytes > maxLineBytes) throw new ProtocolError("a line between chunks is too long");
    if (this.#state === "size") this.#readSize(byte);
    else if (this.#state === "data-end") throw new ProtocolError("a chunk is longer than it said");
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0 && ++this.#digits <= maxSizeDigits) {
      this.#remaining = this.#remaining * 16 + digit;
      return;
    }
    const endsSize = byte === 0x3b || byte === 0x20 || byte === 0x09;
    if (!endsSize || this.#digits === 0) throw new ProtocolError("a chunk has no valid size");
    this.#state = "extension";
  }

  #endLine(): void {
    const lineBytes = this.#lineBytes;
    this.#lineBytes = 0;
    if (this.#state === "trailer") {
      this.done = lineBytes === 0;
      return;
    }
    if (this.#state === "data-end") {
      this.#state = "size";
      return;
    }
    if (this.#digits === 0) throw new ProtocolError("a chunk has no valid size");
    this.#digits = 0;
    this.#state = this.#remaining === 0 ? "trailer" : "data";
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
