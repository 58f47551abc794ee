// Tells whoever watches what happens; a listener that fails never hurts who tells.
import type { RequestEvent } from "./record";

export type RequestListener = (event: RequestEvent) => void;

/** Synchronous fan-out of events. `onListenerError` learns of listeners that threw. */
export class EventBus<Event> {
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
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

/** What happens to requests. */
export class RequestBus extends EventBus<RequestEvent> {}
