// Turns the bytes of one HTTP/1.1 response into its head and the pieces of its body.
import { ChunkedDecoder } from "./chunked-decoder";
import { ProtocolError, parseHead, type ResponseHead } from "./parse-head";

export interface ResponseParts {
  onHead(head: ResponseHead): void;
  onData(chunk: Uint8Array): void;
}

const maxHeadBytes = 262_144;

/** Fed with what arrives on the connection; throws ProtocolError when the upstream breaks the protocol. */
export class ResponseReader {
  /** The whole response has been read. */
  done = false;
  /** A byte of the response has arrived. */
  started = false;
  /** The connection may serve again once `done`. */
  keepAlive = false;
  readonly #method: string;
  readonly #parts: ResponseParts;
  #head: Buffer | null = null;
  #body: "none" | "length" | "chunked" | "close" | null = null;
  #remaining = 0;
  #chunked: ChunkedDecoder | null = null;

  constructor(method: string, parts: ResponseParts) {
    this.#method = method;
    this.#parts = parts;
  }

  push(bytes: Uint8Array): void {
    this.started = true;
    if (this.#body === null) this.#readHead(bytes);
    else this.#readBody(bytes);
  }

  /** The peer closed the connection. True if that is the regular end of this response. */
  close(): boolean {
    if (this.#body === "close") this.done = true;
    return this.done;
  }

  #readHead(bytes: Uint8Array): void {
    const arrived = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const buffer = this.#head === null ? arrived : Buffer.concat([this.#head, arrived]);
    const end = buffer.indexOf("\r\n\r\n");
    if (end < 0) {
      if (buffer.length > maxHeadBytes) throw new ProtocolError("the upstream's headers are too large");
      this.#head = buffer;
      return;
    }
    this.#head = null;
    const head = parseHead(buffer.toString("latin1", 0, end), this.#method);
    const rest = buffer.subarray(end + 4);
    if (head.status === 101) throw new ProtocolError("the upstream switched protocols");
    if (head.status < 200) {
      // An informational answer (100, 103) precedes the real one.
      if (rest.length > 0) this.#readHead(rest);
      return;
    }
    this.#beginBody(head, rest);
  }

  #beginBody(head: ResponseHead, rest: Uint8Array): void {
    this.keepAlive = head.keepAlive;
    this.#body = head.framing.kind;
    if (head.framing.kind === "length") this.#remaining = head.framing.length;
    if (head.framing.kind === "chunked") this.#chunked = new ChunkedDecoder();
    if (head.framing.kind === "none") this.#finish(rest.length);
    this.#parts.onHead(head);
    if (rest.length > 0 && !this.done) this.#readBody(rest);
  }

  #readBody(bytes: Uint8Array): void {
    if (this.done) {
      this.keepAlive = false;
      return;
    }
    if (this.#body === "length") {
      const wanted = bytes.length <= this.#remaining ? bytes : bytes.subarray(0, this.#remaining);
      this.#remaining -= wanted.length;
      if (this.#remaining === 0) this.#finish(bytes.length - wanted.length);
      this.#parts.onData(wanted);
      return;
    }
    if (this.#chunked === null) {
      this.#parts.onData(bytes);
      return;
    }
    const payload = this.#chunked.decode(bytes);
    if (this.#chunked.done) this.#finish(this.#chunked.excess);
    if (payload.length > 0) this.#parts.onData(payload);
  }

  #finish(excessBytes: number): void {
    this.done = true;
    // Bytes that nobody asked for would be taken for the next answer.
    if (excessBytes > 0) this.keepAlive = false;
  }
}
