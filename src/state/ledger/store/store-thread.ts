// The worker that owns state.db, as the serving thread sees it: orders go in, answers come back.
import { CfError } from "../../../errors";
import { workerUrl } from "../../../worker-url";
import type { StoreTrouble } from "./open-database";
import type { Operation, Operations, Reply } from "./protocol";

export interface StoreThreadOptions {
  onTrouble: (trouble: StoreTrouble | null) => void;
  /** The thread is gone; every order that waits fails. */
  onEnd: (words: string) => void;
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

export class StoreThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #options: StoreThreadOptions;
  #nextId = 1;
  #ended = false;

  constructor(options: StoreThreadOptions) {
    this.#options = options;
    // The heap of a thread that only passes values on need not grow.
    this.#worker = new Worker(workerUrl("./state/ledger/store/worker.ts"), { smol: true, ref: false });
    this.#worker.onmessage = ({ data }: MessageEvent<string>) => this.#take(JSON.parse(data));
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.end(event.message);
    };
    this.#worker.addEventListener("close", () => this.end("it ended"));
  }

  /** Rejects with a CfError `ledger_unavailable`, whose cause is what failed, in words. */
  order<Name extends Operation>(
    op: Name,
    takes: Operations[Name]["takes"],
  ): Promise<Operations[Name]["gives"]> {
    if (this.#ended) return Promise.reject(unavailable("its thread has ended"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, op, takes });
    });
  }

  /** Stops the thread, whatever it is doing. More than once does no harm. */
  end(words: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(unavailable(words));
    this.#waiting.clear();
    this.#options.onEnd(words);
  }

  #take(reply: Reply): void {
    if ("trouble" in reply) {
      this.#options.onTrouble(reply.trouble);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("failed" in reply) waiting?.reject(unavailable(reply.failed));
    else waiting?.resolve(reply.gives as never);
  }
}

function unavailable(words: string): CfError {
  return new CfError("ledger_unavailable", `The record of requests cannot answer: ${words}.`, {
    cause: words,
  });
}
