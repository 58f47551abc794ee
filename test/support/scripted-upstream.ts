// A simulated upstream over raw sockets: it records every request exactly and answers as the test says.
import { createServer, type Server, type Socket } from "node:net";
import { answerLegally } from "./anthropic-answers";
import { type HeaderList, HttpMessageReader, headerValue, type MessageHead } from "./http-message-reader";
import { keyOfToken } from "./test-token";

/** One request as it arrived. */
export interface RecordedRequest {
  method: string;
  /** Path and query as sent. */
  target: string;
  path: string;
  query: string;
  headers: HeaderList;
  header(name: string): string | null;
  framing: MessageHead["framing"];
  body: Buffer;
  /** Which test key it was sent with. */
  key: string | null;
  /** `model` of the body if that is JSON. */
  model: string | null;
  /** Number of the connection it came over, from 0. */
  connection: number;
  at: number;
  /** Whether the whole body has arrived. */
  complete: boolean;
  /** When the peer closed the connection before the reply was done; null if it did not. */
  abandonedAt: number | null;
  /** The reply has been written out. */
  answered: boolean;
}

/** A request being answered. */
export interface Exchange {
  request: RecordedRequest;
  /** Resolves when the system has taken the bytes; rejects when the peer has gone. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Closes the connection in the ordinary way. */
  close(): void;
  /** Cuts the connection with a TCP reset. */
  reset(): void;
  /** Resolves when the connection has ended, whoever ended it. */
  closed: Promise<void>;
}

export type Reply = (exchange: Exchange) => Promise<void> | void;

/** Which requests a reply is for; what is absent matches everything. */
export interface Match {
  key?: string;
  model?: string;
  path?: string;
  method?: string;
}

interface Rule {
  match: Match;
  replies: Reply[];
  repeat: boolean;
}

interface Waiter {
  isMet(): boolean;
  resolve(): void;
}

export class ScriptedUpstream {
  readonly requests: RecordedRequest[] = [];
  /** Connections that were ever opened. */
  connections = 0;
  /** While set, request bodies are not read from the socket. */
  holdBodies: Promise<void> | null = null;
  /** While set, given as soon as the head of a request is there, whatever becomes of its body. */
  earlyReply: Reply | null = null;
  readonly #rules: Rule[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #waiters = new Set<Waiter>();
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(): Promise<ScriptedUpstream> {
    const upstream = new ScriptedUpstream();
    await new Promise<void>((resolve) => upstream.#server.listen(0, "127.0.0.1", 1024, resolve));
    const address = upstream.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    upstream.#port = address.port;
    return upstream;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Answers matching requests with these replies, each once and in order, before any `always`. */
  next(match: Match, ...replies: Reply[]): this {
    this.#rules.push({ match, replies: [...replies], repeat: false });
    return this;
  }

  /** Answers every matching request; a later `always` wins over an earlier one, all over the legal default. */
  always(match: Match, reply: Reply): this {
    this.#rules.push({ match, replies: [reply], repeat: true });
    return this;
  }

  /** The calls in order: `alpha claude-opus-4-6`, `alpha count_tokens`, `alpha GET /v1/files`. */
  calls(match: Match = {}): string[] {
    return this.requests.filter((request) => matches(match, request)).map(describeCall);
  }

  /** The last request; throws if there was none. */
  get last(): RecordedRequest {
    const request = this.requests.at(-1);
    if (request === undefined) throw new Error("The upstream has not been called");
    return request;
  }

  /** Waits until `count` matching requests have arrived. */
  async received(count: number, match: Match = {}): Promise<RecordedRequest[]> {
    const found = () => this.requests.filter((request) => request.complete && matches(match, request));
    await this.waitFor(`${count} requests at the upstream`, () => found().length >= count);
    return found();
  }

  /** Waits until `isMet` holds, asked anew whenever something happens here. */
  async waitFor(what: string, isMet: () => boolean, ms = 10_000): Promise<void> {
    if (isMet()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { isMet, resolve };
    const timer = setTimeout(
      () => reject(new Error(`Not within ${ms} ms: ${what}; calls so far: ${JSON.stringify(this.calls())}`)),
      ms,
    );
    this.#waiters.add(waiter);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #notify(): void {
    for (const waiter of [...this.#waiters]) if (waiter.isMet()) waiter.resolve();
  }

  #accept(socket: Socket): void {
    const connection = this.connections++;
    this.#sockets.add(socket);
    let current: RecordedRequest | null = null;
    const closed = Promise.withResolvers<void>();
    let answering: Promise<void> = Promise.resolve();
    let chunks: Buffer[] = [];

    const reader = new HttpMessageReader("requests", {
      onHead: (head) => {
        chunks = [];
        current = record(head, connection);
        this.requests.push(current);
        if (this.holdBodies !== null) {
          socket.pause();
          void this.holdBodies.then(() => socket.resume());
        }
        if (this.earlyReply !== null) {
          answering = this.#answer(current, this.earlyReply, socket, closed.promise);
          current = null;
        }
        this.#notify();
      },
      onBody: (bytes) => {
        chunks.push(Buffer.from(bytes));
      },
      onEnd: () => {
        const request = current;
        if (request === null) return;
        request.body = Buffer.concat(chunks);
        request.model = modelOf(request.body);
        request.complete = true;
        // Chosen on arrival, so that the order of scripted replies is the order of requests.
        const reply = this.#choose(request);
        answering = answering.then(() => this.#answer(request, reply, socket, closed.promise));
        this.#notify();
      },
    });
    socket.on("data", (bytes) => reader.push(bytes));
    socket.on("error", () => {
      // A reset by the peer; the close event that follows is what gets recorded.
    });
    socket.on("close", () => {
      this.#sockets.delete(socket);
      for (const request of this.requests) {
        if (request.connection === connection && !request.answered) request.abandonedAt ??= Date.now();
      }
      closed.resolve();
      this.#notify();
    });
    this.#notify();
  }

  async #answer(
    request: RecordedRequest,
    reply: Reply,
    socket: Socket,
    closed: Promise<void>,
  ): Promise<void> {
    const exchange: Exchange = {
      request,
      closed,
      write: (bytes) => writeOut(socket, bytes, closed),
      close: () => {
        request.answered = true;
        socket.destroy();
      },
      reset: () => {
        request.answered = true;
        socket.resetAndDestroy();
      },
    };
    try {
      await reply(exchange);
      request.answered = request.abandonedAt === null;
    } catch (error) {
      if (!(error instanceof PeerGone)) throw error;
    }
    this.#notify();
  }

  #choose(request: RecordedRequest): Reply {
    const queued = this.#rules.find(
      (rule) => !rule.repeat && rule.replies.length > 0 && matches(rule.match, request),
    );
    const once = queued?.replies.shift();
    if (once !== undefined) return once;
    const standing = this.#rules.findLast((rule) => rule.repeat && matches(rule.match, request));
    return standing?.replies[0] ?? answerLegally;
  }
}

class PeerGone extends Error {}

function writeOut(socket: Socket, bytes: string | Uint8Array, closed: Promise<void>): Promise<void> {
  if (socket.destroyed || !socket.writable) return Promise.reject(new PeerGone());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void closed.then(() => reject(new PeerGone()));
  socket.write(bytes, (error) => (error ? reject(new PeerGone()) : resolve()));
  return promise;
}

function record(head: MessageHead, connection: number): RecordedRequest {
  const [method = "", target = ""] = head.startLine.split(" ");
  const question = target.indexOf("?");
  const header = (name: string) => headerValue(head.headers, name);
  const credential = header("x-api-key") ?? header("authorization")?.replace(/^bearer /i, "") ?? "";
  return {
    method,
    target,
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? "" : target.slice(question),
    headers: head.headers,
    header,
    framing: head.framing,
    body: Buffer.alloc(0),
    key: keyOfToken(credential),
    model: null,
    connection,
    at: Date.now(),
    complete: false,
    abandonedAt: null,
    answered: false,
  };
}

function modelOf(body: Buffer): string | null {
  if (body[0] !== 0x7b && !/^\s*\{/.test(body.subarray(0, 64).toString("latin1"))) return null;
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, "model")) return null;
    const model = Reflect.get(value, "model");
    return typeof model === "string" ? model : null;
  } catch {
    // Not JSON: then it names no model.
    return null;
  }
}

function matches(match: Match, request: RecordedRequest): boolean {
  return (
    (match.key === undefined || match.key === request.key) &&
    (match.model === undefined || match.model === request.model) &&
    (match.path === undefined || match.path === request.path) &&
    (match.method === undefined || match.method === request.method)
  );
}

function describeCall(request: RecordedRequest): string {
  if (request.method === "POST" && request.path === "/v1/messages") return `${request.key} ${request.model}`;
  if (request.path === "/v1/messages/count_tokens") return `${request.key} count_tokens`;
  return `${request.key} ${request.method} ${request.path}`;
}
