// Feeds a body to a translator in the form in which it came: as a stream of events, or as one JSON text.
import type { HeaderReader } from "../engine/types";
import type { AnswerStream } from "../translate/answer-stream";

const decoder = new TextDecoder();
const maxWholeBytes = 33_554_432;
const openingBrace = 0x7b;
/** Line breaks and spaces that servers send to keep a connection alive, and the bytes of a byte order mark. */
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/**
 * What was asked for says little: some servers stream what should be one piece, others send in one piece what should be
 * a stream. The first byte tells, since no line of an event stream begins with a brace; else the content type.
 */
export class AnswerFeed {
  readonly #stream: AnswerStream;
  readonly #typedAsEvents: boolean;
  #form: "unknown" | "events" | "whole" = "unknown";
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** `streams`: a stream was asked for. */
  constructor(stream: AnswerStream, streams: boolean, headers: HeaderReader) {
    this.#stream = stream;
    const type = headers.get("content-type") ?? "";
    this.#typedAsEvents = /^text\/event-stream\b/i.test(type) || (streams && !/\bjson\b|html/i.test(type));
  }

  push(chunk: Uint8Array): void {
    if (this.#form === "unknown") this.#form = this.#tell(chunk);
    if (this.#form === "events") {
      for (const held of this.#chunks) this.#stream.push(held);
      this.#chunks = [];
      this.#stream.push(chunk);
      return;
    }
    this.#bytes += chunk.length;
    if (this.#bytes <= maxWholeBytes) this.#chunks.push(chunk);
    else this.#stream.fail("the upstream's answer is too long");
  }

  /** The body is over. */
  end(): void {
    if (this.#form === "events") this.#stream.end();
    else this.#stream.readWhole(parseJson(Buffer.concat(this.#chunks)));
  }

  #tell(chunk: Uint8Array): "unknown" | "events" | "whole" {
    const first = chunk.find((byte) => !blanks.has(byte));
    if (first === undefined) return "unknown";
    return first !== openingBrace && this.#typedAsEvents ? "events" : "whole";
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    // No answer: the translator says so.
    return null;
  }
}
