// Everything that lives as long as the page does, in one object that the views get through `usePage`.
import { batch, effect, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { LiveEvent, RequestRow, Snapshot } from "../src/server/contract";
import { Api } from "./api";
import { SecondsClock } from "./clock";
import { ConfigStore } from "./config/config-store";
import { tabTitle } from "./headline";
import { Keyboard } from "./keyboard";
import { type Link, LiveFeed } from "./live";
import { type Model, reduce } from "./model";
import { Router } from "./router";
import { showTabState } from "./tab-icon";
import { ThemeChoice } from "./theme";
import { Toasts } from "./toasts";

export type OverlayName = "shortcuts" | "more";

export class Page {
  readonly model: Signal<Model | null> = signal(null);
  readonly link: Signal<Link> = signal({ state: "connecting" });
  readonly overlay: Signal<OverlayName | null> = signal(null);
  readonly clock = new SecondsClock();
  readonly toasts = new Toasts();
  readonly keyboard = new Keyboard();
  readonly router = new Router(window);
  readonly theme = new ThemeChoice(document.documentElement);
  readonly api: Api;
  readonly live: LiveFeed<LiveEvent>;
  readonly config = new ConfigStore(this);
  readonly #rowListeners = new Set<(rows: RequestRow[]) => void>();
  readonly #snapshotListeners = new Set<(snapshot: Snapshot) => void>();
  #waiting: LiveEvent[] = [];

  constructor() {
    this.api = new Api(
      (url, init) => fetch(url, init),
      () => {
        this.link.value = { state: "locked" };
      },
    );
    this.live = new LiveFeed({
      url: "/dashboard/api/events",
      onEvents: (events) => this.#queue(events),
      onLink: (link) => {
        this.link.value = link;
      },
    });
  }

  /** Tells of finished requests; returns what ends that. */
  onRows(listener: (rows: RequestRow[]) => void): () => void {
    this.#rowListeners.add(listener);
    return () => this.#rowListeners.delete(listener);
  }

  /** Tells of snapshots after the first: what happened in between is in no event. Returns what ends that. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    this.#snapshotListeners.add(listener);
    return () => this.#snapshotListeners.delete(listener);
  }

  start(): void {
    this.keyboard.listen(document);
    this.clock.start();
    this.live.connect();
    const retry = () => {
      if (document.visibilityState === "visible" && this.link.peek().state === "lost") this.live.connect();
    };
    window.addEventListener("online", retry);
    document.addEventListener("visibilitychange", retry);
    // The frame that was asked for does not come any more once the tab is hidden.
    document.addEventListener("visibilitychange", () => this.#apply());
    effect(() => {
      const isGone = this.link.value.state === "lost";
      const { title, tone } = tabTitle(isGone ? null : this.model.value);
      showTabState(document, this.model.value === null && !isGone ? "Claude Failover" : title, tone);
    });
  }

  /** Gathered until the next frame: a burst of events is one change of the page. */
  #queue(events: LiveEvent[]): void {
    const isFirst = this.#waiting.length === 0;
    this.#waiting.push(...events);
    if (!isFirst) return;
    // No frames come while the tab is hidden.
    if (document.visibilityState === "visible") requestAnimationFrame(() => this.#apply());
    else setTimeout(() => this.#apply(), 200);
  }

  #apply(): void {
    const events = this.#waiting.splice(0);
    if (events.length === 0) return;
    const rows = events.flatMap((event) => (event.type === "finished" ? [event.row] : []));
    const snapshots = events.flatMap((event) => (event.type === "snapshot" ? [event.snapshot] : []));
    const isFirst = this.model.peek() === null;
    batch(() => {
      for (const snapshot of snapshots) this.clock.adjust(snapshot.now);
      this.model.value = events.reduce(reduce, this.model.peek());
      if (rows.length > 0) for (const listener of this.#rowListeners) listener(rows);
      const last = snapshots.at(-1);
      if (last !== undefined && !isFirst) for (const listener of this.#snapshotListeners) listener(last);
    });
  }
}

const PageContext = createContext<Page | null>(null);
export const PageProvider = PageContext.Provider;

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error("usePage outside of PageProvider");
  return page;
}
