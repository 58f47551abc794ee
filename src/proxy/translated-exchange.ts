// An attempt at an OpenAI server whose answer reaches the client as Anthropic's: same life as an Exchange.
import type { Outcome } from "../engine/types";
import type { AnswerStream } from "../translate/answer-stream";
import { MessageFold } from "../translate/collect-message";
import { type EmitEvent, formatEvent, type StreamEvent } from "../translate/stream-event";
import type { AnswerSource, BodySink, EventFacts } from "./answer-source";
import type { Exchange } from "./exchange";
import { AnswerFeed } from "./feed-answer";
import type { HeaderPairs } from "./response-headers";
import { describeFacts } from "./translated-facts";

export interface Translation {
  /** The client asked for a stream. */
  toStream: boolean;
  /** The upstream was asked for one, whatever the client wants. */
  fromStream: boolean;
  requestId: string;
  /** Until the first event that shows what the answer is, from the start of the attempt, in milliseconds. */
  firstByteMs: number;
  /** Silence in milliseconds after which an answer that has begun is given up. */
  idleMs: number;
  openStream: (emit: EmitEvent) => AnswerStream;
  /** The translation itself failed: for the log. */
  reportBug: (error: unknown) => void;
  convertError: (
    status: number,
    contentType: string | null,
    body: string,
  ) => { status: number; body: unknown };
}

type Success = Extract<Outcome, { kind: "success" }>;

const encoder = new TextEncoder();
/** Servers that never send their usage may keep the connection open behind the last word. */
const usageGraceMs = 2_000;

export class TranslatedExchange implements AnswerSource {
  readonly outcome: Promise<Outcome>;
  status = 200;
  headers: HeaderPairs = [];
  tap: EventFacts | null = null;
  facts: EventFacts | null = null;
  readonly #exchange: Exchange;
  readonly #translation: Translation;
  readonly #settle: (outcome: Outcome) => void;
  readonly #startedAt = performance.now();
  #stream: AnswerStream | null = null;
  #fold: MessageFold | null = null;
  #held: Uint8Array[] = [];
  /** The events of the piece that is being read: they go out together when it is done. */
  #unsent = "";
  #settled = false;
  #ended = false;
  #sink: BodySink | null = null;
  #aliveAt = this.#startedAt;
  #patience: ReturnType<typeof setTimeout> | null = null;
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
      this.#read(outcome);
      return;
    }
    if (outcome.kind === "error") {
      const { status, body } = outcome;
      this.#answerWith(this.#translation.convertError(status, outcome.headers.get("content-type"), body));
      // What was not read of the body in time is not waited for.
      this.#exchange.abort();
    }
    this.#decide(outcome);
  }

  #read(outcome: Success): void {
    const { toStream, fromStream, openStream, requestId } = this.#translation;
    const stream = openStream((event) => this.#emit(event));
    this.#stream = stream;
    if (toStream) {
      this.headers = [
        ["content-type", "text/event-stream; charset=utf-8"],
        ["cache-control", "no-cache"],
        ["request-id", requestId],
      ];
      this.tap = describeFacts(stream.facts);
    } else {
      this.facts = describeFacts(stream.facts);
      this.#fold = new MessageFold();
    }
    const feed = new AnswerFeed(stream, fromStream, outcome.headers);
    this.#aliveAt = performance.now();
    this.#watchSilence();
    this.#exchange.deliver({
      onData: (chunk) => {
        this.#aliveAt = performance.now();
        this.#translate(stream, () => feed.push(chunk));
        this.#sink?.onHeartbeat?.();
        this.#look(outcome);
        if (stream.finishHeld) this.#grace ??= setTimeout(() => this.#end(feed, outcome), usageGraceMs);
      },
      onEnd: () => this.#end(feed, outcome),
      onFail: (failure) => {
        this.#clearGrace();
        this.#translate(stream, () => stream.fail(failure.message));
        if (!stream.facts.stopped) this.#giveUp({ kind: "unreachable", ...failure });
        this.#look(outcome);
      },
    });
  }

  /** Until the answer is committed, nobody else looks at the clock; heartbeats alone are no answer. */
  #watchSilence(): void {
    if (this.#settled) return;
    const { firstByteMs, idleMs } = this.#translation;
    const begun = this.#stream?.facts.first === "ok";
    const limit = Math.min(this.#aliveAt + idleMs, begun ? Infinity : this.#startedAt + firstByteMs);
    const left = limit - performance.now();
    if (left > 0) {
      this.#patience = setTimeout(() => this.#watchSilence(), Math.ceil(left));
      return;
    }
    this.#exchange.abort();
    this.#giveUp({
      kind: "unreachable",
      cause: "header-timeout",
      message: "no answer in time",
      stale: false,
    });
  }

  /** No effect on an answer that is committed: its stream tells the client. */
  #giveUp(outcome: Outcome): void {
    if (this.#settled) return;
    this.#finish();
    this.#decide(outcome);
  }

  #end(feed: AnswerFeed, outcome: Success): void {
    const stream = this.#stream;
    if (stream === null) return;
    this.#clearGrace();
    this.#translate(stream, () => feed.end());
    this.#look(outcome);
  }

  /** A fault of our own ends this answer like one of the server's: nobody is left waiting, and the log says what it was. */
  #translate(stream: AnswerStream, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#translation.reportBug(error);
      stream.abandon("the answer could not be translated");
    }
  }

  /** After each piece: has it shown what this attempt is, and is it over? */
  #look(outcome: Success): void {
    const stream = this.#stream;
    if (stream === null || this.#ended) return;
    this.#flush();
    const { facts } = stream;
    if (stream.over) this.#close();
    if (this.#translation.toStream ? facts.first === "ok" : facts.stopped) this.#decide(outcome);
    else if (stream.over) this.#decide(this.#describeFailure(stream, outcome));
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

  /** What came was no answer: an error in the stream, or an end before anything was said. */
  #describeFailure({ facts: { failure } }: AnswerStream, { status, headers }: Success): Outcome {
    if (failure === null || failure.cause !== "upstream") return { kind: "empty", status, headers };
    this.facts = null;
    this.#answerWith({ status: failure.status, body: failure.body });
    const body = failure.upstreamBody ?? JSON.stringify(failure.body);
    return { kind: "error", status: failure.status, headers, body, inStream: false };
  }

  #emit(event: StreamEvent): void {
    if (this.#fold !== null) {
      this.#fold.add(event);
      return;
    }
    this.#unsent += formatEvent(event);
  }

  #flush(): void {
    if (this.#unsent === "") return;
    const bytes = encoder.encode(this.#unsent);
    this.#unsent = "";
    if (this.#sink !== null) this.#sink.onData(bytes);
    else this.#held.push(bytes);
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
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#settle(outcome);
  }

  #clearGrace(): void {
    if (this.#grace !== null) clearTimeout(this.#grace);
    this.#grace = null;
  }
}
