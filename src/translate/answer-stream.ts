// Translates the bytes of one streamed OpenAI answer: the life that both dialects share.
import { Answer, type AnswerFacts, type AnswerOptions } from "./answer";
import { isObject, type JsonObject } from "./json-value";
import { EventReader, type UpstreamEvent } from "./read-events";
import type { EmitEvent } from "./stream-event";

/** What a dialect has to know: how its events change the answer. */
export interface DialectReader {
  /** All has been said, and only the usage may follow: an end, of whatever kind, is a good one. */
  readonly finishHeld: boolean;
  /** One event. `name` is what stood on the `event:` line. */
  read(data: JsonObject, name: string | undefined): void;
  /** The upstream said `[DONE]`. */
  readDone(): void;
  /** The whole answer in one piece. Says nothing if it is none. */
  readWhole(body: JsonObject): void;
  /** The bytes are over. False if the answer is not whole without something that did not come. */
  end(): boolean;
}

export type CreateStream = (options: AnswerOptions, emit: EmitEvent) => AnswerStream;

type OpenDialect = (answer: Answer) => DialectReader;

/**
 * Feed it the upstream's bytes in any cut with `push`, then `end` when they are over or `fail` when they broke off; the
 * events go to `emit` meanwhile. They are a whole Anthropic stream, or one that ends with one error event. What comes after
 * the end is ignored. As long as `facts.first` is not "ok", nothing that was emitted is worth delivering.
 */
export class AnswerStream {
  readonly #answer: Answer;
  readonly #dialect: DialectReader;
  readonly #events: EventReader;
  /** The rest of the bytes is flushed: an event that is not whole was cut. */
  #ending = false;

  constructor(options: AnswerOptions, emit: EmitEvent, openDialect: OpenDialect) {
    this.#answer = new Answer(options, emit);
    this.#dialect = openDialect(this.#answer);
    this.#events = new EventReader((event) => this.#read(event));
  }

  get facts(): AnswerFacts {
    return this.#answer;
  }

  /** Nothing more will be emitted. */
  get over(): boolean {
    return this.#answer.over;
  }

  /** Only the usage is still to come. Servers that never send it may keep the connection open: then call `end`. */
  get finishHeld(): boolean {
    return !this.over && this.#dialect.finishHeld;
  }

  push(chunk: Uint8Array): void {
    if (this.over) return;
    this.#events.push(chunk);
    if (this.#events.overflowed) {
      this.#answer.failBroken("unreadable", 502, "the upstream sent an event without an end");
    }
  }

  /** In place of `push` and `end`, for an answer that is not streamed, also where it should have been: its parsed body. */
  readWhole(body: unknown): void {
    if (this.over) return;
    if (isObject(body)) this.#dialect.readWhole(body);
    if (!this.over) this.#answer.failBroken("unreadable", 502, "the upstream's answer is of no known shape");
  }

  /** The upstream's body is over. */
  end(): void {
    this.#end(502, "the upstream ended the stream before the answer was complete");
  }

  /** The upstream's body broke off, or was given up. `words` and `status` say why. */
  fail(words: string, status = 502): void {
    this.#end(status, words);
  }

  /** Ends the answer as it is, without another look at what has come. */
  abandon(words: string): void {
    if (!this.over) this.#answer.failBroken("unreadable", 502, words);
  }

  #end(status: number, words: string): void {
    if (this.over) return;
    this.#ending = true;
    this.#events.end();
    if (!this.over && !this.#dialect.end()) this.#answer.failBroken("cut", status, words);
  }

  #read({ event, data }: UpstreamEvent): void {
    if (this.over) return;
    const text = data.trim();
    if (text.startsWith("{")) this.#readObject(text, event);
    else if (text === "[DONE]") this.#dialect.readDone();
    // Heartbeats come in all forms; what a server has to say is an object, unless it fails in plain words.
    else if (event === "error" && text !== "") this.#answer.failUpstream(text);
  }

  #readObject(text: string, event: string | undefined): void {
    const value = parseObject(text);
    if (value !== null) this.#dialect.read(value, event);
    else if (!this.#ending) {
      this.#answer.failBroken("unreadable", 502, "the upstream sent an event that is not valid JSON");
    }
  }
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null; // The caller tells a cut from nonsense.
  }
}
