// Brings the timeline of the chosen window and keeps it going: from the API now and then, from events in between.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Timeline } from "../../src/server/contract";
import type { Page } from "../page";
import { countRow, goOn, readTimeline, type Track } from "./timeline";

export const windows = ["1h", "24h"] as const;
export type Window = (typeof windows)[number];

/** What events cannot tell (another process wrote, the page slept) is caught up with by asking again. */
const freshMs = 60_000;

export class TimelineFeed {
  readonly window: Signal<Window> = signal("1h");
  readonly track: ReadonlySignal<Track | null>;
  /** Why there is none; null: there is, or it is on its way. */
  readonly failure: Signal<string | null> = signal(null);
  readonly #page: Page;
  readonly #track: Signal<Track | null> = signal(null);
  #asked: AbortController | null = null;

  constructor(page: Page) {
    this.#page = page;
    this.track = this.#track;
  }

  /** Works until the function it returns is called. */
  start(): () => void {
    void this.#load();
    const timer = window.setInterval(() => this.#load(), freshMs);
    const stopRows = this.#page.onRows((rows) => {
      const track = this.#track.peek();
      if (track !== null) this.#track.value = rows.reduce(countRow, track);
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
    const track = this.#track.peek();
    const keys = this.#page.model.peek()?.keys;
    // While the connection is lost nobody knows what the keys do.
    if (track === null || keys === undefined || this.#page.link.peek().state === "lost") return;
    this.#track.value = goOn(track, keys, now);
  }

  async #load(): Promise<void> {
    this.#asked?.abort();
    const stop = new AbortController();
    this.#asked = stop;
    try {
      const query = { range: this.window.peek() };
      const timeline = await this.#page.api.call<Timeline>("/timeline", { query, signal: stop.signal });
      this.#track.value = readTimeline(timeline);
      this.failure.value = null;
    } catch (error) {
      if (stop.signal.aborted) return;
      this.failure.value = error instanceof Error ? error.message : String(error);
    }
  }
}
