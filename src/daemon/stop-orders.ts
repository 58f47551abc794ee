// The signals of a supervisor: they are passed on to the served process, and end a pause between two starts.
import { drainMs } from "./drain-limits";

/** Who gets the orders; `drain` and `cut` may come more than once. */
export interface Ordered {
  drain(): void;
  cut(): void;
  kill(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A served process that does not even end when it is told to cut everything off is stuck. */
const stuckAfterMs = 5_000;

export class StopOrders {
  #count = 0;
  #ordered: Ordered | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #given = Promise.withResolvers<void>();
  readonly #onSignal = () => this.#take();

  /** Listens at once. */
  constructor() {
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  /** Somebody wants the proxy to end. */
  get areGiven(): boolean {
    return this.#count > 0;
  }

  /** Orders go to `ordered` from now on; those that came before, too. */
  handTo(ordered: Ordered | null): void {
    this.#ordered = ordered;
    clearTimeout(this.#timer);
    if (this.areGiven) this.#pass();
  }

  /** False if an order cut the pause short. */
  async pause(ms: number): Promise<boolean> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, ms);
    await Promise.race([over.promise, this.#given.promise]);
    clearTimeout(timer);
    return !this.areGiven;
  }

  close(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
    clearTimeout(this.#timer);
  }

  #take(): void {
    this.#count++;
    this.#given.resolve();
    this.#pass();
  }

  #pass(): void {
    const ordered = this.#ordered;
    if (ordered === null) return;
    if (this.#count === 1) ordered.drain();
    else ordered.cut();
    clearTimeout(this.#timer);
    const patienceMs = (this.#count === 1 ? drainMs : 0) + stuckAfterMs;
    this.#timer = setTimeout(() => ordered.kill(), patienceMs);
  }
}
