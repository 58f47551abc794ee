// One upstream connection: writes a request, feeds the response to its listener, and says whether it can serve again.
import type { Socket, TCPSocketConnectOptions } from "bun";
import type { UnreachableCause } from "../../engine/types";
import { ProtocolError } from "./parse-head";
import { type ResponseParts, ResponseReader } from "./response-reader";

/** Where a request goes; `key` names the origin among pooled connections. */
export interface Origin {
  key: string;
  secure: boolean;
  host: string;
  port: number;
}

/** A request as it goes out; `head` is the request line and headers with the closing blank line, in Latin-1. */
export interface WireRequest {
  method: string;
  head: string;
  body: Uint8Array | null;
}

export interface Failure {
  cause: UnreachableCause;
  message: string;
  /** A reused connection closed before the first byte of the answer: it was dead before the request was written. */
  stale: boolean;
}

/** Told about one response: head, any data, then one of end and fail. Nothing more after `abort`. */
export interface ResponseListener extends ResponseParts {
  onEnd(): void;
  onFail(failure: Failure): void;
}

export interface ConnectionOwner {
  onIdle(connection: Connection): void;
  onClosed(connection: Connection): void;
}

/** Up to here one copy is cheaper than a second write. */
const joinBodyUpTo = 65_536;
/** Shorter than the idle limit of common load balancers, so that it is we who close. */
const idleSeconds = 50;

export class Connection {
  readonly origin: Origin;
  readonly #owner: ConnectionOwner;
  #state: "connecting" | "busy" | "idle" | "closed" = "connecting";
  #socket: Socket<Connection> | null = null;
  #listener: ResponseListener | null = null;
  #reader: ResponseReader | null = null;
  #request: WireRequest | null = null;
  #unwritten: Uint8Array[] = [];
  #reused = false;
  #paused = false;
  #connectTimer: ReturnType<typeof setTimeout> | null;

  constructor(origin: Origin, connectMs: number, owner: ConnectionOwner) {
    this.origin = origin;
    this.#owner = owner;
    this.#connectTimer = setTimeout(
      () => this.#fail("connect-timeout", `no connection within ${connectMs} ms`),
      connectMs,
    );
    const options: TCPSocketConnectOptions<Connection> = {
      hostname: origin.host,
      port: origin.port,
      data: this,
      socket: socketHandlers,
      ...(origin.secure ? { tls: { serverName: origin.host } } : {}),
    };
    Bun.connect(options).catch((error: unknown) => this.#failConnect(error));
  }

  get idle(): boolean {
    return this.#state === "idle";
  }

  /** Sends one request: at once on an idle connection, or as soon as a new one stands. */
  send(request: WireRequest, listener: ResponseListener): void {
    this.#listener = listener;
    this.#request = request;
    this.#reader = new ResponseReader(request.method, listener);
    if (this.#state !== "idle") return;
    this.#reused = true;
    this.#state = "busy";
    this.#socket?.timeout(0);
    this.#write();
  }

  /** Stops at once: the listener hears nothing more and the upstream sees the connection close. */
  abort(): void {
    this.#listener = null;
    this.#close();
  }

  /** Stops reading, so that the upstream feels the client's pace. */
  pause(): void {
    if (this.#paused || this.#state !== "busy") return;
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket?.resume();
  }

  opened(socket: Socket<Connection>): void {
    this.#socket = socket;
    if (this.#state === "closed") {
      socket.terminate();
      return;
    }
    socket.setNoDelay(true);
    if (!this.origin.secure) this.#ready();
  }

  /** TLS only. Nothing is written before the certificate has proved the host: the request carries a key. */
  handshaken(authorized: boolean, error: Error | null): void {
    if (this.#state !== "connecting") return;
    if (authorized) this.#ready();
    else this.#fail("tls", error?.message ?? "the TLS handshake failed");
  }

  drained(): void {
    const unwritten = this.#unwritten;
    this.#unwritten = [];
    for (const bytes of unwritten) this.#writeBytes(bytes);
  }

  received(bytes: Uint8Array): void {
    const reader = this.#reader;
    if (this.#listener === null || reader === null) {
      this.#close();
      return;
    }
    try {
      reader.push(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail("protocol", error.message);
      return;
    }
    if (reader.done) this.#finish(reader);
  }

  closedByPeer(error?: Error): void {
    if (this.#state === "closed") return;
    const reader = this.#reader;
    if (error === undefined && reader?.close()) {
      reader.keepAlive = false;
      this.#finish(reader);
      return;
    }
    const words = error?.message ?? "the upstream closed the connection";
    this.#fail(this.#state === "connecting" && this.origin.secure ? "tls" : "reset", words);
  }

  #ready(): void {
    this.#clearConnectTimer();
    this.#state = "busy";
    this.#write();
  }

  #write(): void {
    const request = this.#request;
    if (request === null) return;
    this.#request = null;
    const { head, body } = request;
    const joined = body !== null && body.length <= joinBodyUpTo;
    const first = Buffer.allocUnsafe(head.length + (joined ? body.length : 0));
    first.write(head, 0, "latin1");
    if (joined) first.set(body, head.length);
    this.#writeBytes(first);
    if (body !== null && !joined) this.#writeBytes(body);
  }

  #writeBytes(bytes: Uint8Array): void {
    if (this.#unwritten.length > 0) {
      this.#unwritten.push(bytes);
      return;
    }
    const written = this.#socket?.write(bytes) ?? -1;
    // A closed socket answers -1; its close callback tells the listener.
    if (written >= 0 && written < bytes.length) this.#unwritten.push(bytes.subarray(written));
  }

  #finish(reader: ResponseReader): void {
    const listener = this.#listener;
    this.#listener = null;
    this.#reader = null;
    // An answer before the whole request was written leaves the rest of the request on the wire.
    if (reader.keepAlive && this.#unwritten.length === 0 && this.#state === "busy") {
      this.resume();
      this.#state = "idle";
      this.#socket?.timeout(idleSeconds);
      this.#owner.onIdle(this);
    } else {
      this.#close();
    }
    listener?.onEnd();
  }

  #failConnect(error: unknown): void {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const words = error instanceof Error ? error.message : String(error);
    const dns = code.startsWith("DNS_") || code === "ENOTFOUND" || code === "EAI_AGAIN";
    this.#fail(dns ? "dns" : "refused", code === "" ? words : `${words} (${code})`);
  }

  #fail(cause: UnreachableCause, message: string): void {
    if (this.#state === "closed") return;
    const stale = this.#reused && this.#reader !== null && !this.#reader.started && cause === "reset";
    const listener = this.#listener;
    this.#listener = null;
    this.#close();
    listener?.onFail({ cause, message, stale });
  }

  #close(): void {
    if (this.#state === "closed") return;
    this.#clearConnectTimer();
    this.#state = "closed";
    this.#unwritten = [];
    this.#socket?.terminate();
    this.#owner.onClosed(this);
  }

  #clearConnectTimer(): void {
    if (this.#connectTimer !== null) clearTimeout(this.#connectTimer);
    this.#connectTimer = null;
  }
}

const socketHandlers: NonNullable<TCPSocketConnectOptions<Connection>["socket"]> = {
  open: (socket) => socket.data.opened(socket),
  handshake: (socket, success, error) => socket.data.handshaken(success && error === null, error),
  data: (socket, bytes) => socket.data.received(bytes),
  drain: (socket) => socket.data.drained(),
  end: (socket) => socket.data.closedByPeer(),
  close: (socket, error) => socket.data.closedByPeer(error),
  error: (socket, error) => socket.data.closedByPeer(error),
  timeout: (socket) => socket.data.abort(),
  // The promise of Bun.connect tells the same, with the code.
  connectError: () => {},
};
