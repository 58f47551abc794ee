// Streams a committed body that is no event stream (JSON, files, JSON lines) to the client as it comes.

import type { AnswerSource } from "./answer-source";
import type { ClientStream } from "./client-stream";

export interface RelayBytesOptions {
  /** Silence in milliseconds after which the upstream is given up. */
  idleMs: number;
  /** Sees each piece as it passes. */
  onChunk: (chunk: Uint8Array) => void;
  onEnd: (end: "complete" | "truncated") => void;
}

/**
 * Starts to relay. A cut body breaks the client's connection off, so that nobody takes it for the whole. The caller
 * aborts `source` when the client leaves, and then calls the returned function.
 */
export function relayBytes(
  source: AnswerSource,
  client: ClientStream,
  options: RelayBytesOptions,
): () => void {
  const { idleMs, onChunk, onEnd } = options;
  let heardAt = performance.now();
  let timer = setTimeout(watch, idleMs);

  function fail(words: string): void {
    clearTimeout(timer);
    client.cut(new Error(words));
    onEnd("truncated");
  }

  function watch(): void {
    if (client.full) heardAt = performance.now();
    const left = idleMs - (performance.now() - heardAt);
    if (left > 0) {
      timer = setTimeout(watch, Math.max(1, left));
      return;
    }
    source.abort();
    fail(`the upstream was silent for ${Math.round(idleMs / 1000)} s`);
  }

  client.attach(source);
  source.deliver({
    onData: (chunk) => {
      heardAt = performance.now();
      onChunk(chunk);
      client.write(chunk);
    },
    onEnd: () => {
      clearTimeout(timer);
      client.end();
      onEnd("complete");
    },
    onFail: (failure) => fail(failure.message),
  });
  return () => {
    clearTimeout(timer);
    client.detach();
  };
}
