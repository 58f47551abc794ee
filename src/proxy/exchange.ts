// One HTTP attempt at an upstream: holds the answer back until its first event or byte shows what it is, then lets it flow.
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import type { HeaderReader, Outcome } from "../engine/types";
import type { AnswerSource, BodySink } from "./answer-source";
import type { Connection, Failure, Origin, ResponseListener, WireRequest } from "./http1/connection";
import type { ConnectionPool } from "./http1/connection-pool";
import type { ResponseHead } from "./http1/parse-head";
import { StreamTap } from "./stream-tap";

export interface Deadlines {
  connectMs: number;
  /** Until the first event or body byte, from the start of the attempt. */
  firstByteMs: number;
}

/** Error bodies are read whole up to here, to be judged and passed on; the rest of a longer one is streamed. */
const maxHeldBytes = 1_048_576;
/** Status and headers of an error say most: its body is not waited for any longer than this, in milliseconds. */
const errorBodyMs = 5000;
/** What `classify` gets to see of an error body. */
const maxJudgedBytes = 65_536;

export class Exchange implements ResponseListener, AnswerSource {
  /** Resolves once, when it is known what this attempt brought. Never rejects. */
  readonly outcome: Promise<Outcome>;
  status = 0;
  headers: ResponseHead["headers"] = [];
  /** Reads usage and the end of an event stream; null for every other kind of body. */
  tap: StreamTap | null = null;
  #settle: (outcome: Outcome) => void = () => {};
  #settled = false;
  #byName: HeaderReader | null = null;
  #connection: Connection | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #ended = false;
  #failure: Failure | null = null;
  #sink: BodySink | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  readonly #readsEvents: boolean;

  /** `readsEvents`: an event stream is Anthropic's answer to a message, judged by its first event. */
  constructor(readsEvents: boolean) {
    this.#readsEvents = readsEvents;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.#settle = resolve;
  }

  /** Starts the attempt. `fresh` avoids reused connections. */
  start(
    pool: ConnectionPool,
    origin: Origin,
    request: WireRequest,
    deadlines: Deadlines,
    fresh: boolean,
  ): void {
    this.#timer = setTimeout(() => this.#timeOut(deadlines.firstByteMs), deadlines.firstByteMs);
    this.#connection = pool.send(origin, request, this, { connectMs: deadlines.connectMs, fresh });
  }

  /** Stops the attempt in whatever phase it is; the upstream sees its connection close. */
  abort(): void {
    this.#sink = null;
    this.#held = [];
    if (!this.#ended) this.#connection?.abort();
    this.#ended = true;
    this.#decide({ kind: "aborted" });
  }

  /** The bytes held back so far and whether they are the whole body; the sink gets what follows. */
  deliver(sink: BodySink): void {
    const held = this.#held;
    this.#held = [];
    for (const chunk of held) sink.onData(chunk);
    if (this.#failure !== null) sink.onFail(this.#failure);
    else if (this.#ended) sink.onEnd();
    else {
      this.#sink = sink;
      this.#connection?.resume();
    }
  }

  /** The whole body if it has arrived already, else null. A second call, or one after `deliver`, gets an empty body. */
  takeWhole(): Uint8Array | null {
    if (!this.#ended || this.#failure !== null) return null;
    const held = this.#held;
    this.#held = [];
    return held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
  }

  pause(): void {
    this.#connection?.pause();
  }

  resume(): void {
    this.#connection?.resume();
  }

  onHead(head: ResponseHead): void {
    this.status = head.status;
    this.headers = head.headers;
    const plain = isPlain(this.reader.get("content-encoding"));
    if (this.#readsEvents && this.#succeeded && plain && isEventStream(this.reader.get("content-type")))
      this.tap = new StreamTap();
    if (this.#succeeded && head.framing.kind === "none" && head.status === 204) this.#decideSuccess();
    if (!this.#succeeded) this.#awaitErrorBody();
  }

  onData(chunk: Uint8Array): void {
    this.tap?.push(chunk);
    if (this.#sink !== null) {
      this.#sink.onData(chunk);
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#settled) {
      if (this.#heldBytes > maxHeldBytes) this.#connection?.pause();
      return;
    }
    this.#judge();
  }

  onEnd(): void {
    this.#ended = true;
    this.tap?.end();
    if (this.#sink !== null) {
      this.#sink.onEnd();
      return;
    }
    if (this.#settled) return;
    if (!this.#succeeded) this.#decideError(this.#heldText(), false);
    else if (this.tap?.errorData != null) this.#decideError(this.tap.errorData, true);
    else if (this.tap === null && this.#heldBytes > 0) this.#decideSuccess();
    else this.#decide({ kind: "empty", status: this.status, headers: this.reader });
  }

  onFail(failure: Failure): void {
    this.#ended = true;
    this.#failure = failure;
    if (this.#sink !== null) {
      this.#sink.onFail(failure);
      return;
    }
    this.#decide({ kind: "unreachable", ...failure });
  }

  /** The response headers by name; of duplicates the values joined with a comma, as `Headers` does. */
  get reader(): HeaderReader {
    this.#byName ??= readerOf(this.headers);
    return this.#byName;
  }

  get #succeeded(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  #judge(): void {
    if (!this.#succeeded) {
      if (this.#heldBytes > maxHeldBytes) this.#decideError(this.#heldText(), false);
      return;
    }
    if (this.tap === null) this.#decideSuccess();
    else if (this.tap.first === "ok") this.#decideSuccess();
    else if (this.tap.first === "error") this.#decideError(this.tap.errorData ?? "", true);
    else if (this.#heldBytes > maxHeldBytes) this.#decideSuccess();
  }

  #decideSuccess(): void {
    this.#decide({ kind: "success", status: this.status, headers: this.reader });
  }

  #decideError(body: string, inStream: boolean): void {
    this.#decide({ kind: "error", status: this.status, headers: this.reader, body, inStream });
  }

  #decide(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#settle(outcome);
  }

  #awaitErrorBody(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#decideError(this.#heldText(), false), errorBodyMs);
  }

  #timeOut(afterMs: number): void {
    if (!this.#ended) this.#connection?.abort();
    this.onFail({ cause: "header-timeout", message: `no answer within ${afterMs} ms`, stale: false });
  }

  #heldText(): string {
    const body = Buffer.concat(this.#held);
    const decoded = decompress(body, this.reader.get("content-encoding"));
    return decoded.toString("utf8", 0, maxJudgedBytes);
  }
}

function readerOf(headers: ResponseHead["headers"]): HeaderReader {
  // A walk over twenty pairs is cheaper than a map of them: few names are asked for.
  return {
    get: (wanted) => {
      let found: string | null = null;
      for (const [name, value] of headers) {
        if (name === wanted) found = found === null ? value : `${found}, ${value}`;
      }
      return found;
    },
  };
}

function isEventStream(contentType: string | null): boolean {
  return contentType !== null && /^text\/event-stream\b/i.test(contentType);
}

function isPlain(encoding: string | null): boolean {
  return encoding === null || encoding.toLowerCase() === "identity";
}

const decompressors: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** Only to judge an error body; the client gets the bytes as they came. */
function decompress(body: Buffer, encoding: string | null): Buffer {
  const name = (encoding ?? "").toLowerCase();
  const decoder = Object.hasOwn(decompressors, name) ? decompressors[name] : undefined;
  if (decoder === undefined) return body;
  try {
    return decoder(body, { maxOutputLength: maxHeldBytes });
  } catch {
    // A body that does not decode is judged by its status alone.
    return Buffer.alloc(0);
  }
}
