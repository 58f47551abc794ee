// An HTTP client over raw sockets: sends exactly what a test says and shows exactly what came back.
import { connect, type Socket } from "node:net";
import { type HeaderList, HttpMessageReader, headerValue, headerValues } from "./http-message-reader";

export interface RequestOptions {
  method?: string;
  /** `host` is added unless given; `content-length` unless `chunked` or given. null leaves `host` out. */
  headers?: Record<string, string> | HeaderList;
  body?: string | Uint8Array;
  /** Send the body with chunked transfer coding, in pieces of this size. */
  chunked?: number;
  /** The request target, when it is not the path and query of the URL. */
  target?: string;
  withoutHost?: boolean;
  httpVersion?: "1.0" | "1.1";
}

export interface Answer {
  status: number;
  headers: HeaderList;
  header(name: string): string | null;
  headerValues(name: string): string[];
  body: Buffer;
  text: string;
  json<T = Record<string, unknown>>(): T;
  /** False if the connection ended before the message was complete by its framing. */
  complete: boolean;
}

/** An answer whose body is still arriving. */
export class OpenAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  #pieces: Uint8Array[] = [];
  /** How many body bytes have arrived. */
  size = 0;
  /** null while the body is arriving. */
  complete: boolean | null = null;
  readonly #socket: Socket;
  #wake = Promise.withResolvers<void>();

  constructor(status: number, headers: HeaderList, socket: Socket) {
    this.status = status;
    this.headers = headers;
    this.#socket = socket;
  }

  header(name: string): string | null {
    return headerValue(this.headers, name);
  }

  /** Body bytes so far. */
  get received(): Buffer {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }

  /** Waits until the body holds `text` and returns all of it so far; throws if it ends without. */
  async readUntil(text: string, ms = 10_000): Promise<string> {
    const deadline = setTimeout(() => this.#socket.destroy(), ms);
    try {
      for (;;) {
        const all = this.received.toString("utf8");
        if (all.includes(text)) return all;
        if (this.complete !== null) throw new Error(`The body ended without ${text}: ${all.slice(-500)}`);
        await this.#wake.promise;
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Waits for the end of the body. */
  async rest(): Promise<Answer> {
    while (this.complete === null) await this.#wake.promise;
    const { status, headers, received: body, complete } = this;
    return {
      status,
      headers,
      header: (name) => headerValue(headers, name),
      headerValues: (name) => headerValues(headers, name),
      body,
      text: body.toString("utf8"),
      json: () => JSON.parse(body.toString("utf8")),
      complete,
    };
  }

  /** Stops reading from the socket, so that the sender feels backpressure. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Goes away, as a client does that the user has stopped. */
  abort(): void {
    this.#socket.destroy();
  }

  /** For the reader of the socket only. */
  append(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.size += bytes.length;
    this.#signal();
  }

  /** For the reader of the socket only. */
  end(complete: boolean): void {
    this.complete ??= complete;
    this.#signal();
  }

  #signal(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

/** A request that is on its way. */
export interface PendingRequest {
  /** Resolves when the head of the answer is there; rejects when the connection ends without one. */
  answer: Promise<OpenAnswer>;
  abort(): void;
}

/** Sends a request and returns at once. */
export function begin(url: string, options: RequestOptions = {}): PendingRequest {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<OpenAnswer>();
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port), noDelay: true });
  let open: OpenAnswer | null = null;
  const reader = new HttpMessageReader("responses", {
    onHead: (head) => {
      const status = Number(head.startLine.split(" ")[1]);
      if (status >= 100 && status < 200) return;
      open = new OpenAnswer(status, head.headers, socket);
      resolve(open);
    },
    onBody: (bytes) => open?.append(bytes),
    onEnd: () => {
      open?.end(true);
      socket.destroy();
    },
  });
  reader.bodiless = options.method === "HEAD";
  socket.on("connect", () => socket.write(encodeRequest(url, options)));
  socket.on("data", (bytes) => reader.push(bytes));
  socket.on("error", (error) => reject(error));
  socket.on("end", () => reader.close());
  socket.on("close", () => {
    open?.end(false);
    reject(new Error("The connection ended before the head of an answer"));
  });
  // A test that aborts before the answer does not look at it.
  promise.catch(() => undefined);
  return { answer: promise, abort: () => socket.destroy() };
}

/** Sends a request and resolves with the head of its answer, the body still arriving. */
export function open(url: string, options: RequestOptions = {}): Promise<OpenAnswer> {
  return begin(url, options).answer;
}

/** Sends a request and resolves with the whole answer. */
export async function send(url: string, options: RequestOptions = {}): Promise<Answer> {
  const answer = await open(url, options);
  return answer.rest();
}

/** Writes these bytes to a new connection and returns all that comes back until `ms` of silence or the end. */
export function sendRaw(port: number, bytes: string | Uint8Array, silenceMs = 400): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  let received = "";
  socket.setTimeout(silenceMs, () => socket.destroy());
  socket.on("connect", () => socket.write(bytes));
  socket.on("data", (data) => {
    received += data.toString("latin1");
  });
  socket.on("error", () => {
    // The close event follows and ends the wait.
  });
  socket.on("close", () => resolve(received));
  return promise;
}

/** Sends the requests over one connection, each when the answer before it has come to `end`; returns all answers. */
export async function sendRawInTurn(port: number, requests: string[], end: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  let received = "";
  for (const request of requests) {
    const answered = Promise.withResolvers<void>();
    const before = received.length;
    socket.removeAllListeners();
    socket.on("data", (data) => {
      received += data.toString("latin1");
      if (received.slice(before).includes(end)) answered.resolve();
    });
    socket.on("error", (error) => answered.reject(error));
    socket.on("close", () => answered.reject(new Error(`The connection was closed after: ${received}`)));
    socket.write(request);
    await answered.promise;
  }
  socket.removeAllListeners();
  socket.destroy();
  return received;
}

function encodeRequest(url: string, options: RequestOptions): Buffer {
  const { host, pathname, search } = new URL(url);
  const given = Array.isArray(options.headers) ? options.headers : Object.entries(options.headers ?? {});
  const has = (name: string) => given.some((pair) => pair[0].toLowerCase() === name);
  const headers: HeaderList = [...given];
  if (!has("host") && options.withoutHost !== true) headers.unshift(["host", host]);
  const body = Buffer.from(options.body ?? "");
  if (options.chunked !== undefined) headers.push(["transfer-encoding", "chunked"]);
  else if (options.body !== undefined && !has("content-length")) {
    headers.push(["content-length", String(body.length)]);
  }
  const method = options.method ?? (options.body === undefined ? "GET" : "POST");
  const target = options.target ?? `${pathname}${search}`;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = Buffer.from(
    `${method} ${target} HTTP/${options.httpVersion ?? "1.1"}\r\n${lines}\r\n`,
    "utf8",
  );
  return Buffer.concat([head, options.chunked === undefined ? body : encodeChunks(body, options.chunked)]);
}

function encodeChunks(body: Buffer, size: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
  }
  return Buffer.concat([...pieces, Buffer.from("0\r\n\r\n")]);
}
