// Tells whoever watches what happens; a listener that fails never hurts who tells.
import type { RequestEnd, RequestEvent, RequestStep } from "./record";

export type RequestListener = (event: RequestEvent) => void;

/** Synchronous fan-out of events. `onListenerError` learns of listeners that threw. */
export class EventBus<Event> {
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Who can be told; null: nobody listens, so that what would be told need not be made. */
  get audience(): this | null {
    return this.#listeners.size > 0 ? this : null;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}

/** What happens to requests: the steps on their way, which few want to know, and their ends, which are counted and logged. */
export class RequestBus {
  readonly steps: EventBus<RequestStep>;
  readonly ends: EventBus<RequestEnd>;

  constructor(onListenerError: (error: unknown) => void) {
    this.steps = new EventBus(onListenerError);
    this.ends = new EventBus(onListenerError);
  }

  /** To everything. Returns the function that ends the subscription. */
  subscribe(listener: RequestListener): () => void {
    const ends = [this.steps.subscribe(listener), this.ends.subscribe(listener)];
    return () => {
      for (const end of ends) end();
    };
  }
}
