// Streams a committed event stream to the client: whole events as they come, pings over silence, an error event on a cut.

import type { AnswerSource } from "./answer-source";
import type { ClientStream } from "./client-stream";
import { PartialEventHold } from "./hold-partial-event";
import type { Failure } from "./http1/connection";
import { errorEvent, pingEvent } from "./sse";

/** How a relayed stream ended: `complete` had its message_stop, `error` an error event of the upstream's. */
export type StreamEnd = "complete" | "error" | "truncated";

export interface RelayOptions {
  /** Silence in milliseconds after which a ping bridges the gap. */
  pingMs: number;
  /** Silence in milliseconds after which the upstream is given up. */
  idleMs: number;
  /** JSON of the error event for a cut stream, from the cause in words. */
  describeCut: (words: string) => string;
  onEnd: (end: StreamEnd) => void;
}

/** After its last event an upstream only has to close the body: longer than this, in milliseconds, nobody waits for that. */
const farewellMs = 1000;
const lineBreaks = Uint8Array.of(0x0a, 0x0a);

/** Starts to relay. The caller aborts `source` when the client leaves, and then calls the returned function. */
export function relayEvents(source: AnswerSource, client: ClientStream, options: RelayOptions): () => void {
  const hold = new PartialEventHold();
  const write = (bytes: Uint8Array) => client.write(bytes);
  /** When something last went to the client. */
  let heardAt = performance.now();
  /** When the upstream last gave a sign of life, which need not be anything for the client. */
  let aliveAt = heardAt;
  let over = false;
  let leaving = false;
  let timer = setTimeout(watch, Math.min(options.pingMs, options.idleMs));

  function finish(end: StreamEnd): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    client.end();
    options.onEnd(end);
  }

  function cut(words: string): void {
    if (over) return;
    // The begun event was kept back and is dropped; one too long for that is closed, so that the error stands alone.
    if (!hold.betweenEvents) write(lineBreaks);
    write(errorEvent(options.describeCut(words)));
    finish("truncated");
  }

  function watch(): void {
    // A paused upstream is not silent: the client is slow.
    const now = performance.now();
    if (client.full) heardAt = aliveAt = now;
    const silence = now - heardAt;
    const lifeless = now - aliveAt;
    if (lifeless >= options.idleMs) {
      source.abort();
      cut(`the upstream was silent for ${Math.round(options.idleMs / 1000)} s`);
      return;
    }
    if (silence >= options.pingMs && hold.betweenEvents) write(pingEvent);
    const untilIdle = options.idleMs - lifeless;
    const untilPing = silence >= options.pingMs ? options.pingMs : options.pingMs - silence;
    timer = setTimeout(watch, Math.max(1, Math.min(untilIdle, untilPing)));
  }

  /** Whatever comes after the last event changes nothing any more: no ping, no second error. */
  function lastEvent(): StreamEnd | null {
    if (source.tap?.stopped) return "complete";
    return source.tap?.errorData == null ? null : "error";
  }

  function takeLeave(): void {
    leaving = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      source.abort();
      finish(lastEvent() ?? "truncated");
    }, farewellMs);
  }

  client.attach(source);
  source.deliver({
    onData: (chunk) => {
      heardAt = aliveAt = performance.now();
      hold.push(chunk, write);
      if (!leaving && lastEvent() !== null) takeLeave();
    },
    onHeartbeat: () => {
      aliveAt = performance.now();
    },
    onEnd: () => {
      const end = lastEvent();
      if (end === null) {
        cut("the upstream ended the stream before the answer was complete");
        return;
      }
      hold.flush(write);
      finish(end);
    },
    onFail: (failure: Failure) => {
      const end = lastEvent();
      if (end === null) cut(failure.message);
      else finish(end);
    },
  });
  return () => {
    over = true;
    clearTimeout(timer);
    client.detach();
  };
}
