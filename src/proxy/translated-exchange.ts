// An attempt at an OpenAI server whose answer reaches the client as Anthropic's: same life as an Exchange.
import type { Outcome } from "../engine/types";
import type { AnswerFacts as TranslatedFacts } from "../translate/answer";
import type { AnswerStream } from "../translate/answer-stream";
import { MessageFold } from "../translate/collect-message";
import { type EmitEvent, formatEvent, type StreamEvent } from "../translate/stream-event";
import type { AnswerSource, BodySink, EventFacts } from "./answer-source";
import type { Exchange } from "./exchange";
import type { HeaderPairs } from "./response-headers";
import type { AnswerFacts } from "./usage";

export interface Translation {
  /** The client asked for a stream. */
  toStream: boolean;
  /** The upstream answers with one, whatever the client asked for. */
  fromStream: boolean;
  requestId: string;
  openStream: (emit: EmitEvent) => AnswerStream;
  /** A body that is not streamed; `message` is null if it is no answer. */
  convertBody: (body: unknown) => { message: unknown; facts: TranslatedFacts };
  convertError: (
    status: number,
    contentType: string | null,
    body: string,
  ) => { status: number; body: unknown };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Servers that never send their usage may keep the connection open behind the last word. */
const usageGraceMs = 2_000;
const maxBodyBytes = 33_554_432;

export class TranslatedExchange implements AnswerSource {
  readonly outcome: Promise<Outcome>;
  status = 200;
  headers: HeaderPairs = [];
  tap: EventFacts | null = null;
  readonly #exchange: Exchange;
  readonly #translation: Translation;
  readonly #settle: (outcome: Outcome) => void;
  #stream: AnswerStream | null = null;
  #fold: MessageFold | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #settled = false;
  #ended = false;
  #sink: BodySink | null = null;
  #grace: ReturnType<typeof setTimeout> | null = null;

  /** `exchange` has been started; it must not read events itself. */
  constructor(exchange: Exchange, translation: Translation) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.#settle = resolve;
    this.#exchange = exchange;
    this.#translation = translation;
    exchange.outcome.then((outcome) => this.#begin(outcome));
  }

  takeWhole(): Uint8Array | null {
    if (!this.#ended) return null;
    const held = this.#held;
    this.#held = [];
    return Buffer.concat(held);
  }

  deliver(sink: BodySink): void {
    const held = this.#held;
    this.#held = [];
    for (const chunk of held) sink.onData(chunk);
    if (this.#ended) sink.onEnd();
    else {
      this.#sink = sink;
      this.#exchange.resume();
    }
  }

  abort(): void {
    this.#sink = null;
    this.#held = [];
    this.#ended = true;
    this.#clearGrace();
    this.#exchange.abort();
    this.#decide({ kind: "aborted" });
  }

  pause(): void {
    this.#exchange.pause();
  }

  resume(): void {
    this.#exchange.resume();
  }

  #begin(outcome: Outcome): void {
    if (outcome.kind === "success") {
      if (this.#translation.fromStream) this.#readStream(outcome);
      else this.#readBody(outcome);
      return;
    }
    if (outcome.kind === "error") {
      const { status, body } = outcome;
      this.#answerWith(this.#translation.convertError(status, outcome.headers.get("content-type"), body));
    }
    this.#decide(outcome);
  }

  #readStream(outcome: Extract<Outcome, { kind: "success" }>): void {
    const { toStream, openStream } = this.#translation;
    if (!toStream) this.#fold = new MessageFold();
    const stream = openStream((event) => this.#emit(event));
    this.#stream = stream;
    if (toStream) {
      this.headers = [
        ["content-type", "text/event-stream; charset=utf-8"],
        ["cache-control", "no-cache"],
        ["request-id", this.#translation.requestId],
      ];
      this.tap = describeStream(stream);
    }
    this.#exchange.deliver({
      onData: (chunk) => {
        stream.push(chunk);
        this.#sink?.onHeartbeat?.();
        this.#look(outcome);
        if (stream.finishHeld) this.#grace ??= setTimeout(() => this.#endStream(outcome), usageGraceMs);
      },
      onEnd: () => this.#endStream(outcome),
      onFail: (failure) => {
        stream.fail(failure.message);
        this.#look(outcome);
      },
    });
  }

  #endStream(outcome: Extract<Outcome, { kind: "success" }>): void {
    this.#clearGrace();
    this.#stream?.end();
    this.#look(outcome);
  }

  /** After each piece: has it shown what this attempt is, and is it over? */
  #look(outcome: Extract<Outcome, { kind: "success" }>): void {
    const stream = this.#stream;
    if (stream === null || this.#ended) return;
    const { facts } = stream;
    if (stream.over) this.#close();
    if (this.#translation.toStream ? facts.first === "ok" : facts.stopped) this.#decide(outcome);
    else if (stream.over) this.#decide(this.#failed(facts, outcome));
  }

  #close(): void {
    this.#clearGrace();
    const { facts } = this.#stream ?? {};
    // After the last word the connection soon serves again; in all other cases the upstream has to stop.
    if (facts?.stopped && !facts.stoppedEarly)
      this.#grace = setTimeout(() => this.#exchange.abort(), usageGraceMs);
    else this.#exchange.abort();
    if (this.#fold !== null && facts?.stopped) this.#answerWith({ status: 200, body: this.#fold.message });
    else this.#finish();
  }

  #readBody(outcome: Extract<Outcome, { kind: "success" }>): void {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    this.#exchange.deliver({
      onData: (chunk) => {
        bytes += chunk.length;
        if (bytes <= maxBodyBytes) chunks.push(chunk);
        else this.#exchange.abort();
      },
      onEnd: () => this.#convertBody(Buffer.concat(chunks), outcome),
      onFail: (failure) => this.#decide({ kind: "unreachable", ...failure }),
    });
  }

  #convertBody(body: Buffer, outcome: Extract<Outcome, { kind: "success" }>): void {
    const { message, facts } = this.#translation.convertBody(parseJson(body));
    if (message === null) {
      this.#finish();
      this.#decide(this.#failed(facts, outcome));
      return;
    }
    this.#answerWith({ status: 200, body: message });
    this.#decide(outcome);
  }

  /** What came was no answer: an error in the stream, or an end before anything was said. */
  #failed(facts: TranslatedFacts, { status, headers }: Extract<Outcome, { kind: "success" }>): Outcome {
    const { failure } = facts;
    if (failure === null || failure.cause !== "upstream") return { kind: "empty", status, headers };
    this.#answerWith({ status: failure.status, body: failure.body });
    return {
      kind: "error",
      status: failure.status,
      headers,
      body: failure.upstreamBody ?? JSON.stringify(failure.body),
      inStream: false,
    };
  }

  #emit(event: StreamEvent): void {
    if (this.#fold !== null) {
      this.#fold.add(event);
      return;
    }
    const bytes = encoder.encode(formatEvent(event));
    if (this.#sink !== null) this.#sink.onData(bytes);
    else this.#hold(bytes);
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > maxBodyBytes) this.#exchange.pause();
  }

  /** A JSON answer in place of whatever was held. */
  #answerWith({ status, body }: { status: number; body: unknown }): void {
    this.status = status;
    this.headers = [
      ["content-type", "application/json"],
      ["request-id", this.#translation.requestId],
    ];
    this.tap = null;
    this.#held = [encoder.encode(JSON.stringify(body))];
    this.#finish();
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sink?.onEnd();
    this.#sink = null;
  }

  #decide(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#settle(outcome);
  }

  #clearGrace(): void {
    if (this.#grace !== null) clearTimeout(this.#grace);
    this.#grace = null;
  }
}

/** Follows the facts of a stream under the names that a delivery reads. */
function describeStream(stream: AnswerStream): EventFacts {
  const { facts } = stream;
  return {
    get stopped() {
      return facts.stopped;
    },
    get errorData() {
      return facts.failure === null ? null : JSON.stringify(facts.failure.body);
    },
    get usage(): AnswerFacts["usage"] {
      const { usage } = facts;
      return {
        inputTokens: usage?.input_tokens ?? null,
        outputTokens: usage?.output_tokens ?? null,
        cacheReadTokens: usage?.cache_read_input_tokens ?? null,
        cacheWriteTokens: usage?.cache_creation_input_tokens ?? null,
      };
    },
    get stopReason() {
      return facts.stopReason;
    },
    get model() {
      return facts.upstreamModel;
    },
    get messageId() {
      return facts.messageId;
    },
    containerId: null,
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    // No answer: the translator says so.
    return null;
  }
}
