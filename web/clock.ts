// The proxy's time, ticking once a second; countdowns read it, so that only their text changes.
import { type Signal, signal } from "@preact/signals";

export class SecondsClock {
  /** Milliseconds since the epoch by the proxy's clock. */
  readonly now: Signal<number> = signal(Date.now());
  #skew = 0;
  #timer: number | null = null;

  /** The proxy says what time it is. Differences below a second are the way the answer took. */
  adjust(proxyTime: string): void {
    const skew = Date.parse(proxyTime) - Date.now();
    this.#skew = Math.abs(skew) < 1000 || Number.isNaN(skew) ? 0 : skew;
    this.#tick();
  }

  /** Stands still while nobody looks. */
  start(): void {
    const run = () => {
      if (this.#timer !== null) window.clearInterval(this.#timer);
      this.#timer = null;
      if (document.visibilityState !== "visible") return;
      this.#tick();
      this.#timer = window.setInterval(() => this.#tick(), 1000);
    };
    document.addEventListener("visibilitychange", run);
    run();
  }

  #tick(): void {
    this.now.value = Date.now() + this.#skew;
  }
}
