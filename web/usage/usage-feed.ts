// Brings the figures of the chosen period and their breakdown, and keeps them fresh.

import { batch, type Signal, signal } from "@preact/signals";
import type { BreakdownRow, Dimension, Figures } from "../../src/server/contract";
import { wordsOf } from "../api";
import type { Page } from "../page";
import { bucketFor, type Range, rangeMs, type Span, spanOf } from "./metrics";

export const filterNames = ["profile", "key", "model", "client"] as const;
export type FilterName = (typeof filterNames)[number];

export interface Question {
  range: Range;
  /** A part of the past that was zoomed into; null: the range up to now. */
  zoom: Span | null;
  by: Dimension;
  filter: Partial<Record<FilterName, string>>;
}

export interface Answer {
  question: Question;
  span: Span;
  figures: Figures;
  rows: BreakdownRow[];
}

const freshMs = 15_000;

export class UsageFeed {
  readonly answer: Signal<Answer | null> = signal(null);
  readonly failure: Signal<string | null> = signal(null);
  readonly #page: Page;
  #question: Question | null = null;
  #asked: AbortController | null = null;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Works until the function it returns is called. */
  start(): () => void {
    const again = () => {
      if (document.visibilityState === "visible") void this.#load();
    };
    const timer = window.setInterval(again, freshMs);
    document.addEventListener("visibilitychange", again);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
      this.#asked?.abort();
    };
  }

  ask(question: Question): void {
    this.#question = question;
    void this.#load();
  }

  async #load(): Promise<void> {
    const question = this.#question;
    if (question === null) return;
    this.#asked?.abort();
    const stop = new AbortController();
    this.#asked = stop;
    const { range, zoom, by, filter } = question;
    const span = zoom ?? spanOf(range, this.#page.clock.now.peek());
    const { api } = this.#page;
    const { signal } = stop;
    try {
      const [figures, rows] = await Promise.all([
        api.call<Figures>("/figures", {
          query: {
            ...span,
            ...filter,
            bucket: bucketFor(zoom === null ? rangeMs[range] : span.until - span.since),
          },
          signal,
        }),
        api.call<BreakdownRow[]>("/breakdown", { query: { ...span, ...filter, by }, signal }),
      ]);
      batch(() => {
        this.answer.value = { question, span, figures, rows };
        this.failure.value = null;
      });
    } catch (error) {
      if (signal.aborted) return;
      this.failure.value = wordsOf(error);
    }
  }
}
