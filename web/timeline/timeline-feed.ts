// Brings the timeline of the chosen window and keeps it going: from the API now and then, from events in between.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Timeline } from "../../src/server/contract";
import type { Page } from "../page";
import { countRow, goOn } from "./timeline";

export const windows = ["1h", "24h"] as const;
export type Window = (typeof windows)[number];

/** What events cannot tell (another process wrote, the page slept) is caught up with by asking again. */
const freshMs = 60_000;

export class TimelineFeed {
  readonly window: Signal<Window> = signal("1h");
  readonly timeline: ReadonlySignal<Timeline | null>;
  /** Why there is none; null: there is, or it is on its way. */
  readonly failure: Signal<string | null> = signal(null);
  readonly #page: Page;
  readonly #timeline: Signal<Timeline | null> = signal(null);
  #asked: AbortController | null = null;

  constructor(page: Page) {
    this.#page = page;
    this.timeline = this.#timeline;
  }

  /** Works until the function it returns is called. */
  start(): () => void {
    void this.#load();
    const timer = window.setInterval(() => this.#load(), freshMs);
    const stopRows = this.#page.onRows((rows) => {
      const timeline = this.#timeline.peek();
      if (timeline !== null) this.#timeline.value = rows.reduce(countRow, timeline);
    });
    const stopClock = this.#page.clock.now.subscribe((now) => this.#goOn(now));
    const stopModel = this.#page.model.subscribe(() => this.#goOn(this.#page.clock.now.peek()));
    const wake = () => {
      if (document.visibilityState === "visible") void this.#load();
    };
    document.addEventListener("visibilitychange", wake);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", wake);
      stopRows();
      stopClock();
      stopModel();
      this.#asked?.abort();
    };
  }

  choose(choice: Window): void {
    if (choice === this.window.peek()) return;
    this.window.value = choice;
    void this.#load();
  }

  #goOn(now: number): void {
    const timeline = this.#timeline.peek();
    const keys = this.#page.model.peek()?.keys;
    // While the connection is lost nobody knows what the keys do.
    if (timeline === null || keys === undefined || this.#page.link.peek().state === "lost") return;
    this.#timeline.value = goOn(timeline, keys, now);
  }

  async #load(): Promise<void> {
    this.#asked?.abort();
    const stop = new AbortController();
    this.#asked = stop;
    try {
      const query = { window: this.window.peek() };
      const timeline = await this.#page.api.call<Timeline>("/timeline", { query, signal: stop.signal });
      this.#timeline.value = timeline;
      this.failure.value = null;
    } catch (error) {
      if (stop.signal.aborted) return;
      this.failure.value = error instanceof Error ? error.message : String(error);
    }
  }
}
