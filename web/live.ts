// The stream of events from the proxy: resumes where it broke off, backs off when nobody answers, says what state it is in.
import { FrameReader } from "./event-frames";

export type Link =
  | { state: "connecting" }
  | { state: "live" }
  /** Nobody answers; `since` is when that began, `retryAt` when it is tried again. Milliseconds since the epoch. */
  | { state: "lost"; since: number; retryAt: number; attempts: number }
  /** The proxy asks for its client token. */
  | { state: "locked" };

export interface LiveOptions<Event> {
  url: string;
  onEvents: (events: Event[]) => void;
  onLink: (link: Link) => void;
}

/** What of the browser a feed needs; tests bring their own. */
export interface LiveTools {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  now: () => number;
  /** 0..1 */
  chance: () => number;
  setTimer: (run: () => void, ms: number) => number;
  clearTimer: (timer: number) => void;
}

const browserTools: LiveTools = {
  fetch: (url, init) => fetch(url, init),
  now: Date.now,
  chance: Math.random,
  setTimer: (run, ms) => window.setTimeout(run, ms),
  clearTimer: (timer) => window.clearTimeout(timer),
};

const backoffMs = [300, 700, 1500, 3000, 5000, 10_000];
/** The proxy sends a comment every 15 s: a connection that is silent for longer is dead. */
const silenceMs = 40_000;

export class LiveFeed<Event> {
  readonly #options: LiveOptions<Event>;
  readonly #tools: LiveTools;
  #stop: AbortController | null = null;
  #timer: number | null = null;
  #attempts = 0;
  #lostSince: number | null = null;
  #isLive = false;
  /** Sent when connecting again, so that the proxy goes on behind it. */
  #lastEventId: string | null = null;
  #ended = false;

  constructor(options: LiveOptions<Event>, tools: LiveTools = browserTools) {
    this.#options = options;
    this.#tools = tools;
  }

  /** Connects, or connects at once instead of waiting for the next attempt. */
  connect(): void {
    if (this.#ended || this.#stop !== null) return;
    this.#clearTimer();
    this.#stop = new AbortController();
    if (this.#lostSince === null) this.#options.onLink({ state: "connecting" });
    void this.#run(this.#stop);
  }

  close(): void {
    this.#ended = true;
    this.#clearTimer();
    this.#stop?.abort();
  }

  async #run(stop: AbortController): Promise<void> {
    const outcome = await this.#read(stop).catch(() => "broken" as const);
    stop.abort();
    this.#clearTimer();
    this.#stop = null;
    if (this.#ended) return;
    if (outcome === "locked") {
      this.#lostSince = null;
      this.#options.onLink({ state: "locked" });
      return;
    }
    this.#retryLater();
  }

  /** Reads until the connection ends. Rejects where none came about. */
  async #read(stop: AbortController): Promise<"locked" | "broken"> {
    this.#expectBytes(stop);
    const response = await this.#tools.fetch(this.#options.url, {
      headers: this.#headers(),
      cache: "no-store",
      signal: stop.signal,
    });
    if (response.status === 401) return "locked";
    if (!response.ok || response.body === null) throw new Error(`events answered ${response.status}`);
    const frames = new FrameReader();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "broken";
      this.#expectBytes(stop);
      this.#heard();
      const fresh = frames.push(decoder.decode(value, { stream: true }));
      this.#lastEventId = fresh.at(-1)?.id ?? this.#lastEventId;
      if (fresh.length > 0) this.#options.onEvents(fresh.map(({ data }) => JSON.parse(data) as Event));
    }
  }

  #headers(): Record<string, string> {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (this.#lastEventId !== null) headers["last-event-id"] = this.#lastEventId;
    return headers;
  }

  #heard(): void {
    if (this.#isLive) return;
    this.#isLive = true;
    this.#attempts = 0;
    this.#lostSince = null;
    this.#options.onLink({ state: "live" });
  }

  #retryLater(): void {
    this.#isLive = false;
    const { now, chance, setTimer } = this.#tools;
    this.#lostSince ??= now();
    const step = backoffMs[Math.min(this.#attempts, backoffMs.length - 1)] ?? 0;
    const delay = step * (0.75 + chance() / 2);
    this.#attempts += 1;
    this.#options.onLink({
      state: "lost",
      since: this.#lostSince,
      retryAt: now() + delay,
      attempts: this.#attempts,
    });
    this.#timer = setTimer(() => this.connect(), delay);
  }

  #expectBytes(stop: AbortController): void {
    this.#clearTimer();
    this.#timer = this.#tools.setTimer(() => stop.abort(), silenceMs);
  }

  #clearTimer(): void {
    if (this.#timer !== null) this.#tools.clearTimer(this.#timer);
    this.#timer = null;
  }
}
