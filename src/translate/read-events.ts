// Reads server-sent events out of bytes that may be cut anywhere, also within a character.
import { createParser, type EventSourceParser } from "eventsource-parser";

export interface UpstreamEvent {
  /** What stood on the `event:` line; undefined without one. */
  event: string | undefined;
  /** All `data:` lines, joined by line feeds. */
  data: string;
}

/** In characters. No legal event is that long; without a bound a server could fill the memory. */
const maxEventLength = 32 * 1024 * 1024;

/** https://html.spec.whatwg.org/multipage/server-sent-events.html. The events do not depend on how the bytes are cut. */
export class EventReader {
  readonly #decoder = new TextDecoder();
  readonly #parser: EventSourceParser;
  /** An event became longer than can be: nothing more is read. */
  overflowed = false;

  constructor(onEvent: (event: UpstreamEvent) => void) {
    this.#parser = createParser({
      maxBufferSize: maxEventLength,
      onEvent: ({ event, data }) => onEvent({ event, data }),
      onError: (error) => {
        // Unknown fields and broken `retry` lines are passed over, as the standard says.
        if (error.type === "max-buffer-size-exceeded") this.overflowed = true;
      },
    });
  }

  push(chunk: Uint8Array): void {
    if (this.overflowed) return;
    this.#parser.feed(this.#decoder.decode(chunk, { stream: true }));
  }

  /** The bytes are over. Servers forget the blank line behind their last event: it counts all the same. */
  end(): void {
    if (this.overflowed) return;
    this.#parser.feed(`${this.#decoder.decode()}\n\n`);
  }
}
