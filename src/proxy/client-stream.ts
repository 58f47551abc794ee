// The body of a streamed answer: writes go out at once, and a slow reader holds its upstream back.

/** Bun's controller of `type: "direct"` streams (bun-types, docs/runtime/streams). */
interface DirectController {
  /** Bytes taken, or a promise while the client's socket is full. */
  write(chunk: Uint8Array): number | Promise<number>;
  flush(): number | Promise<number>;
  close(error?: Error): void;
}

/** Feels the client's pace. */
export interface Producer {
  pause(): void;
  resume(): void;
}

export class ClientStream {
  readonly body: ReadableStream<Uint8Array>;
  #controller: DirectController | null = null;
  /** What was written before the server asked for the body. */
  #early: Uint8Array[] = [];
  #ending: { error: Error | null } | null = null;
  #over = false;
  #full = false;
  #producer: Producer | null = null;

  readonly #copy: ((chunk: Uint8Array) => void) | null;

  /** `copy` sees every byte that is written. */
  constructor(copy: ((chunk: Uint8Array) => void) | null = null) {
    this.#copy = copy;
    const source = {
      type: "direct",
      pull: (controller: DirectController) => this.#opened(controller),
      // The request's signal tells the same; after it, writes go nowhere.
      cancel: () => this.detach(),
    };
    this.body = new ReadableStream(source as unknown as UnderlyingDefaultSource<Uint8Array>);
  }

  /** The client does not keep up: its socket takes nothing more for now. */
  get full(): boolean {
    return this.#full;
  }

  /** Paused while the client does not keep up. */
  attach(producer: Producer): void {
    this.#producer = producer;
    if (this.#full) producer.pause();
  }

  write(chunk: Uint8Array): void {
    if (this.#over || this.#ending !== null) return;
    if (this.#copy !== null) this.#copy(chunk);
    if (this.#controller === null) {
      this.#early.push(chunk);
      return;
    }
    const taken = this.#controller.write(chunk);
    if (typeof taken !== "number") this.#waitFor(taken);
    else this.#controller.flush();
  }

  /** Ends the body properly. */
  end(): void {
    this.#finish(null);
  }

  /** Breaks the connection off, so that the client cannot take what it has for the whole. */
  cut(error: Error): void {
    this.#finish(error);
  }

  /** The client is gone. */
  detach(): void {
    this.#over = true;
    this.#early = [];
    this.#producer = null;
  }

  #opened(controller: DirectController): void {
    this.#controller = controller;
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) {
      const taken = controller.write(chunk);
      if (typeof taken !== "number") this.#waitFor(taken);
    }
    if (!this.#full) controller.flush();
    if (this.#ending !== null) this.#close(this.#ending.error);
  }

  #finish(error: Error | null): void {
    if (this.#over || this.#ending !== null) return;
    this.#ending = { error };
    if (this.#controller !== null) this.#close(error);
  }

  #close(error: Error | null): void {
    this.#over = true;
    this.#producer = null;
    if (error === null) this.#controller?.close();
    else this.#controller?.close(error);
  }

  #waitFor(taken: Promise<number>): void {
    // Each time anew: whoever else resumed the producer meanwhile does not know of this client.
    this.#producer?.pause();
    if (this.#full) return;
    this.#full = true;
    const drained = () => {
      this.#full = false;
      if (!this.#over) this.#producer?.resume();
    };
    // A write that fails belongs to a client that left: its signal ends the request.
    taken.then(drained, drained);
  }
}
