// A simulated upstream over raw sockets: it records every request exactly and answers as the test says.
import { createServer, type Server, type Socket } from "node:net";
import { answerLegally } from "./anthropic-answers";
import { HttpMessageReader } from "./http-message-reader";
import {
  describeCall,
  type Match,
  matches,
  modelOf,
  type RecordedRequest,
  recordHead,
  refusalOf,
} from "./recorded-request";

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
        current = recordHead(head, connection);
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
        request.refusal = refusalOf(request);
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
