// Brings the timeline of the chosen window and keeps it going: from the API now and then, from events in between.

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Timeline } from "../../src/server/contract";
import { wordsOf } from "../api";
import type { Page } from "../page";
import { countRow, goOn, readTimeline, type Track } from "./timeline";

export type Window = "15m" | "1h" | "24h";

/** A shorter window is cut out of the shortest that the API has. */
const ranges: Record<Window, { range: "1h" | "24h"; lengthMs: number }> = {
  "15m": { range: "1h", lengthMs: 900_000 },
  "1h": { range: "1h", lengthMs: 3_600_000 },
  "24h": { range: "24h", lengthMs: 86_400_000 },
};

/** What events cannot tell (another process wrote, the page slept) is caught up with by asking again. */
const freshMs = 60_000;

export class TimelineFeed {
  readonly window: Signal<Window>;
  readonly track: ReadonlySignal<Track | null>;
  /** Why there is none; null: there is, or it is on its way. */
  readonly failure: Signal<string | null> = signal(null);
  readonly #page: Page;
  readonly #track: Signal<Track | null> = signal(null);
  #asked: AbortController | null = null;

  constructor(page: Page) {
    this.#page = page;
    // A proxy that has just started has nothing to show in an hour.
    const { lengthMs } = ranges["15m"];
    const upMs = page.clock.now.peek() - Date.parse(page.model.peek()?.startedAt ?? "");
    this.window = signal(upMs < lengthMs ? "15m" : "1h");
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
    const stopSnapshots = this.#page.onSnapshot(() => void this.#load());
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
      stopSnapshots();
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
      const { range, lengthMs } = ranges[this.window.peek()];
      const call = { query: { range }, signal: stop.signal };
      const track = readTimeline(
        await this.#page.api.call<Timeline>("/timeline", call),
        this.#page.clock.now.peek(),
      );
      this.#track.value = { ...track, since: track.until - lengthMs };
      this.#goOn(this.#page.clock.now.peek());
      this.failure.value = null;
    } catch (error) {
      if (stop.signal.aborted) return;
      this.failure.value = wordsOf(error);
    }
  }
}
