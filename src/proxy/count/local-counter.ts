// Counts the tokens of requests where no Anthropic key can do it, in a thread of its own that lives as long as it is needed.
import { workerUrl } from "../../worker-url";

/** What the thread says to each body, in their order. */
export interface CountReply {
  /** null: the body cannot be read. */
  tokens: number | null;
}

export interface LocalCounterOptions {
  /** The thread ended by itself: for the log. */
  reportBug: (error: unknown) => void;
  /** Of the thread's code; another one only in tests. */
  workerUrl?: string;
  idleMs?: number;
}

/** A client counts often or not at all; the tables take some 40 MB that others need not carry. */
const idleMs = 300_000;
/** Where nothing can be counted; rather too many, so that a client shrinks its conversation in time. */
const bytesPerToken = 3;

export class LocalCounter {
  readonly #options: LocalCounterOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting: ((tokens: number | null) => void) | null = null;
  #worker: Worker | null = null;
  #idle: ReturnType<typeof setTimeout> | null = null;

  constructor(options: LocalCounterOptions) {
    this.#options = options;
  }

  /** Tokens of a request as Claude would count them, roughly; at least 1. Never rejects. */
  count(body: Uint8Array): Promise<number> {
    // One after the other: handing a long body over copies it, which takes this thread some milliseconds.
    const counted = this.#last.then(() => this.#countNext(body));
    this.#last = counted;
    return counted;
  }

  async #countNext(body: Uint8Array): Promise<number> {
    this.#worker ??= this.#open();
    const worker = this.#worker;
    const tokens = await new Promise<number | null>((resolve) => {
      this.#waiting = resolve;
      worker.postMessage(body);
    });
    this.#rest();
    return tokens ?? Math.max(1, Math.ceil(body.length / bytesPerToken));
  }

  #open(): Worker {
    const worker = new Worker(this.#options.workerUrl ?? workerUrl("./proxy/count/worker.ts"), {
      ref: false,
    });
    const end = (words: string) => {
      // One that was let go says so, too.
      if (worker !== this.#worker) return;
      this.#options.reportBug(new Error(`Tokens cannot be counted: ${words}`));
      this.#close();
    };
    worker.onmessage = ({ data }: MessageEvent<CountReply>) => this.#answer(data.tokens);
    worker.onerror = (event) => {
      event.preventDefault();
      end(event.message);
    };
    worker.addEventListener("close", () => end("the thread ended"));
    return worker;
  }

  #rest(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#waiting === null) this.#close();
    }, this.#options.idleMs ?? idleMs);
    // It must not keep the process from ending.
    this.#idle.unref();
  }

  /** Whoever still waits gets an estimate. The next count opens another thread. */
  #close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#answer(null);
  }

  #answer(tokens: number | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(tokens);
  }
}
