// Keeps a fixed number of keep-alive connections busy with requests and measures each answer.
import type { Socket } from "bun";
import { AnswerReader } from "./answer-reader";
import { composeRequests } from "./compose-request";
import type { Load, LoadResult } from "./load";
import { quantile } from "./statistics";

/** A proxy that has not answered by then, after the end of the measurement, never will. */
const graceMs = 10_000;
/** More broken answers than these say nothing new. */
const maxWrong = 100;

/** Rejects when nothing at all could be measured. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const run = new LoadRun(load);
  const connections = Array.from({ length: load.concurrency }, () => new LoadConnection(run));
  try {
    await Promise.all(connections.map((connection) => connection.open(load.port)));
    run.begin();
    for (const connection of connections) connection.next();
    await run.finished;
  } finally {
    for (const connection of connections) connection.close();
  }
  return run.result();
}

class LoadRun {
  readonly finished: Promise<void>;
  readonly answerBytes: number;
  readonly #finish: () => void;
  readonly #load: Load;
  readonly #requests: Buffer[];
  readonly #latencies: number[] = [];
  readonly #firstBytes: number[] = [];
  #startedAt = 0;
  #endsAt = 0;
  #lastAnswerAt = 0;
  #issued = 0;
  #busy: number;
  #wrong = 0;
  #wrongSample: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(load: Load) {
    this.#load = load;
    this.#busy = load.concurrency;
    this.answerBytes = load.answerBytes;
    this.#requests = composeRequests(load);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
  }

  begin(): void {
    this.#startedAt = performance.now();
    this.#endsAt = this.#startedAt + this.#load.ms;
    this.#timer = setTimeout(() => {
      this.fail(`no answer within ${graceMs} ms`);
      this.#finish();
    }, this.#load.ms + graceMs);
  }

  /** The next request to send; null when it is over. */
  take(): Buffer | null {
    const enough = this.#load.requests !== null && this.#issued >= this.#load.requests;
    if (enough || performance.now() >= this.#endsAt || this.#wrong >= maxWrong) return null;
    return this.#requests[this.#issued++ % this.#requests.length] ?? null;
  }

  /** Only answers within the time count, so that the rate is not that of the last, slowest ones; at least one, though. */
  note(sentAt: number, firstByteAt: number): void {
    const now = performance.now();
    if (now > this.#endsAt && this.#latencies.length > 0) return;
    this.#lastAnswerAt = now;
    this.#latencies.push(now - sentAt);
    this.#firstBytes.push(firstByteAt - sentAt);
  }

  fail(words: string): void {
    this.#wrong++;
    this.#wrongSample ??= words;
  }

  /** One connection has nothing more to send. */
  retire(): void {
    this.#busy--;
    if (this.#busy > 0) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#finish();
  }

  result(): LoadResult {
    if (this.#latencies.length === 0)
      throw new Error(`No request was answered: ${this.#wrongSample ?? "no reason known"}`);
    const took = this.#lastAnswerAt - this.#startedAt;
    return {
      requests: this.#latencies.length,
      seconds: (this.#load.requests === null ? Math.max(took, this.#load.ms) : took) / 1000,
      wrong: this.#wrong,
      wrongSample: this.#wrongSample,
      latencyMs: { p50: quantile(this.#latencies, 0.5), p99: quantile(this.#latencies, 0.99) },
      firstByteMs: { p50: quantile(this.#firstBytes, 0.5), p99: quantile(this.#firstBytes, 0.99) },
    };
  }
}

class LoadConnection {
  readonly #run: LoadRun;
  readonly #reader = new AnswerReader();
  #socket: Socket<LoadConnection> | null = null;
  #unsent: Buffer | null = null;
  #sentAt = 0;
  #firstByteAt = 0;
  #retired = false;

  constructor(run: LoadRun) {
    this.#run = run;
  }

  async open(port: number): Promise<void> {
    this.#socket = await Bun.connect<LoadConnection>({
      hostname: "127.0.0.1",
      port,
      data: this,
      socket: {
        open: (socket) => {
          socket.setNoDelay(true);
        },
        data: (socket, bytes) => socket.data.received(bytes),
        drain: (socket) => socket.data.drained(),
        close: (socket) => socket.data.broken("the connection was closed"),
        error: (socket, error) => socket.data.broken(error.message),
      },
    });
  }

  next(): void {
    const request = this.#run.take();
    if (request === null) {
      this.#retire();
      return;
    }
    this.#reader.reset();
    this.#sentAt = performance.now();
    this.#firstByteAt = 0;
    this.#send(request);
  }

  received(bytes: Buffer): void {
    const reader = this.#reader;
    try {
      reader.push(bytes);
    } catch (error) {
      this.broken(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#firstByteAt === 0 && reader.bodyBytes > 0) this.#firstByteAt = performance.now();
    if (!reader.done) return;
    if (reader.status !== 200) this.#run.fail(`status ${reader.status}`);
    else if (reader.bodyBytes !== this.#run.answerBytes) {
      this.#run.fail(`a body of ${reader.bodyBytes} bytes in place of ${this.#run.answerBytes}`);
    } else this.#run.note(this.#sentAt, this.#firstByteAt);
    this.next();
  }

  drained(): void {
    const unsent = this.#unsent;
    this.#unsent = null;
    if (unsent !== null) this.#send(unsent);
  }

  /** The request is lost; the connection is not opened again. */
  broken(words: string): void {
    if (this.#retired) return;
    this.#run.fail(words);
    this.#retire();
    this.close();
  }

  close(): void {
    this.#retired = true;
    this.#socket?.terminate();
  }

  #send(bytes: Buffer): void {
    const written = Math.max(0, this.#socket?.write(bytes) ?? 0);
    if (written < bytes.length) this.#unsent = bytes.subarray(written);
  }

  #retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#run.retire();
  }
}
