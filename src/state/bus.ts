// Tells whoever watches what happens to requests; a listener that fails never hurts the request.
import type { RequestEvent } from "./record";

export type RequestListener = (event: RequestEvent) => void;

/** Synchronous fan-out of request events. `onListenerError` learns of listeners that threw. */
export class RequestBus {
  readonly #listeners = new Set<RequestListener>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: RequestListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: RequestEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
