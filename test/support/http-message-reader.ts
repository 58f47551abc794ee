// Reads HTTP/1.1 messages from raw bytes and keeps what other clients hide: header case, order, repeats, framing.

/** Headers as they stood on the wire, in order. */
export type HeaderList = [name: string, value: string][];
export type Framing = "none" | "length" | "chunked" | "close";

export interface MessageHead {
  /** `POST /v1/messages HTTP/1.1` or `HTTP/1.1 200 OK`. */
  startLine: string;
  headers: HeaderList;
  framing: Framing;
}

export interface MessageEvents {
  onHead(head: MessageHead): void;
  onBody(bytes: Uint8Array): void;
  /** The message is complete by its own framing. */
  onEnd(): void;
}

/** All values of a header, joined as RFC 9110 says; null if it is absent. */
export function headerValue(headers: HeaderList, name: string): string | null {
  const values = headerValues(headers, name);
  return values.length === 0 ? null : values.join(", ");
}

export function headerValues(headers: HeaderList, name: string): string[] {
  return headers
    .filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase())
    .map((pair) => pair[1]);
}

/** Reads a sequence of messages. `responses` decides what a message without framing headers means. */
export class HttpMessageReader {
  #state: "head" | "length" | "chunk-size" | "chunk-data" | "trailers" | "close" = "head";
  #buffer: Buffer = Buffer.alloc(0);
  #remaining = 0;
  #chunkNumber = 0;
  readonly #responses: boolean;
  readonly #events: MessageEvents;
  /** The next response answers a HEAD request and has no body whatever its headers say. */
  bodiless = false;
  /** How many chunks of the chunked coding have arrived. */
  get chunks(): number {
    return this.#chunkNumber;
  }

  constructor(kind: "requests" | "responses", events: MessageEvents) {
    this.#responses = kind === "responses";
    this.#events = events;
  }

  push(bytes: string | Uint8Array): void {
    const fresh = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes);
    this.#buffer = this.#buffer.length === 0 ? fresh : Buffer.concat([this.#buffer, fresh]);
    while (this.#buffer.length > 0 && this.#step());
  }

  /** The peer closed. True if that ended a message properly (or none had begun). */
  close(): boolean {
    if (this.#state === "close") {
      this.#events.onEnd();
      return true;
    }
    return this.#state === "head" && this.#buffer.length === 0;
  }

  #step(): boolean {
    switch (this.#state) {
      case "head":
        return this.#readHead();
      case "close":
        this.#events.onBody(this.#take(this.#buffer.length));
        return true;
      case "length":
        return this.#readCounted(() => this.#finish());
      case "chunk-data":
        return this.#readCounted(() => {
          this.#state = "chunk-size";
        });
      case "chunk-size":
        return this.#readChunkSize();
      case "trailers":
        return this.#readTrailer();
    }
  }

  #take(size: number): Buffer {
    const taken = this.#buffer.subarray(0, size);
    this.#buffer = this.#buffer.subarray(size);
    return taken;
  }

  #line(): string | null {
    const end = this.#buffer.indexOf("\r\n");
    if (end < 0) return null;
    return this.#take(end + 2)
      .subarray(0, end)
      .toString("latin1");
  }

  #readHead(): boolean {
    const end = this.#buffer.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const lines = this.#take(end + 4)
      .subarray(0, end)
      .toString("latin1")
      .split("\r\n");
    const startLine = lines[0] ?? "";
    const headers = lines.slice(1).map(splitHeader);
    const framing = this.#framingOf(startLine, headers);
    const informational = this.#responses && / 1\d\d\b/.test(startLine.slice(0, 13));
    this.#events.onHead({ startLine, headers, framing });
    if (informational) return true;
    this.#chunkNumber = 0;
    if (framing === "close") this.#state = "close";
    else if (framing === "chunked") this.#state = "chunk-size";
    else if (framing === "length" && this.#remaining > 0) this.#state = "length";
    else this.#finish();
    return true;
  }

  #framingOf(startLine: string, headers: HeaderList): Framing {
    const status = this.#responses ? Number(startLine.split(" ")[1]) : 0;
    if (this.#responses && (this.bodiless || status === 204 || status === 304 || status < 200)) return "none";
    if (/chunked/i.test(headerValue(headers, "transfer-encoding") ?? "")) return "chunked";
    const length = headerValues(headers, "content-length")[0];
    if (length === undefined) return this.#responses ? "close" : "none";
    this.#remaining = Number(length);
    return "length";
  }

  #readCounted(done: () => void): boolean {
    const bytes = this.#take(Math.min(this.#remaining, this.#buffer.length));
    this.#remaining -= bytes.length;
    this.#events.onBody(bytes);
    if (this.#remaining === 0) done();
    return true;
  }

  #readChunkSize(): boolean {
    const line = this.#line();
    if (line === null) return false;
    // The empty line that ends the data of the chunk before.
    if (line === "") return true;
    this.#remaining = Number.parseInt(line, 16);
    this.#chunkNumber++;
    this.#state = this.#remaining === 0 ? "trailers" : "chunk-data";
    return true;
  }

  #readTrailer(): boolean {
    const line = this.#line();
    if (line === null) return false;
    if (line === "") this.#finish();
    return true;
  }

  #finish(): void {
    this.#state = "head";
    this.#events.onEnd();
  }
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
