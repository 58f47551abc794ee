// A fault in the translation itself, which no server can be scripted to cause.
import { expect, test } from "bun:test";
import { parseBaseUrl } from "../../src/proxy/base-url";
import { Exchange } from "../../src/proxy/exchange";
import { ConnectionPool } from "../../src/proxy/http1/connection-pool";
import { TranslatedExchange } from "../../src/proxy/translated-exchange";
import type { Answer } from "../../src/translate/answer";
import { AnswerStream, type DialectReader } from "../../src/translate/answer-stream";
import { ChatReader } from "../../src/translate/chat/stream";
import type { JsonObject } from "../../src/translate/json-value";
import { answerOptions } from "../support/answer-fixtures";
import { parseStrictEvents, readEnd } from "../support/anthropic-stream-validator";
import { chatChunk, openAiStream } from "../support/openai-answers";
import { ScriptedUpstream } from "../support/scripted-upstream";

/** Reads like the real one until it comes to the word "fault". */
class FaultyReader implements DialectReader {
  readonly finishHeld = false;
  readonly #reader: ChatReader;

  constructor(answer: Answer) {
    this.#reader = new ChatReader(answer);
  }

  read(chunk: JsonObject): void {
    if (JSON.stringify(chunk).includes("fault")) throw new Error("a fault of our own");
    this.#reader.read(chunk);
  }

  readDone(): void {
    this.#reader.readDone();
  }

  readWhole(body: JsonObject): void {
    this.#reader.readWhole(body);
  }

  end(): boolean {
    throw new Error("a fault at the end");
  }
}

async function translate(words: string[]) {
  await using upstream = await ScriptedUpstream.start();
  upstream.always(
    {},
    openAiStream(
      words.map((content) => chatChunk({ content })),
      { ending: "stall" },
    ),
  );
  const { origin } = parseBaseUrl(upstream.url);
  const head = "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n";
  const request = { method: "POST", head, body: new TextEncoder().encode("{}") };
  const exchange = new Exchange(false);
  exchange.start(new ConnectionPool(), origin, request, { connectMs: 5000, firstByteMs: 5000 }, false);
  const bugs: unknown[] = [];
  const translated = new TranslatedExchange(exchange, {
    toStream: true,
    fromStream: true,
    requestId: "req_1",
    firstByteMs: 5000,
    idleMs: 5000,
    openStream: (emit) => new AnswerStream(answerOptions, emit, (answer) => new FaultyReader(answer)),
    reportBug: (error) => bugs.push(error),
    convertError: (status) => ({ status, body: null }),
  });
  const outcome = await translated.outcome;
  const chunks: Uint8Array[] = [];
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  if (outcome.kind === "success")
    translated.deliver({ onData: (chunk) => chunks.push(chunk), onEnd: end, onFail: end });
  else end();
  await ended.promise;
  await upstream.waitFor("the upstream is let go", () => upstream.last.abandonedAt !== null);
  return { outcome, text: Buffer.concat(chunks).toString(), bugs: bugs.map(String) };
}

test("a fault in mid-answer is told, logged, and the upstream let go", async () => {
  const { outcome, text, bugs } = await translate(["Hello", " fault"]);
  expect(outcome.kind).toBe("success");
  expect(readEnd(parseStrictEvents(text))).toBe("error");
  expect(text).toContain("could not be translated");
  expect(bugs).toEqual(["Error: a fault of our own"]);
});

test("a fault before the first word lets another key try", async () => {
  const { outcome, bugs } = await translate(["fault"]);
  expect(outcome.kind).toBe("empty");
  expect(bugs).toHaveLength(1);
});
