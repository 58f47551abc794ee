// Numbers the dashboard's events, keeps the last of them, and brings every subscriber up to date at its own pace.
import { ClientStream } from "../../proxy/client-stream";
import type { IsoTime, LiveEvent, Snapshot } from "../contract";

/** An event without its number and time. */
export type LiveChange = LiveEvent extends infer Event
  ? Event extends LiveEvent
    ? Omit<Event, "seq" | "at">
    : never
  : never;

export interface LiveHubOptions {
  /** Tells processes apart: events of another one cannot be resumed. */
  instance: string;
  /** Everything as it is now. */
  snapshot: () => Omit<Snapshot, "seq">;
  /** Publishes what is held back, so that no snapshot is ahead of its number. */
  settle: () => void;
  now: () => number;
  reportBug: (error: unknown) => void;
  /** Called with true before the first subscriber is served, with false after the last one left. */
  onWatched: (watched: boolean) => void;
}

/** When a subscription ends. */
export interface SubscriptionEnd {
  /** The viewer left. */
  gone: AbortSignal;
  /** Its port closes. */
  closing: AbortSignal;
}

interface Subscriber {
  stream: ClientStream;
  /** Stops listening for its end. */
  release: () => void;
  /** The last event that it was sent; null: it needs a snapshot. */
  seen: number | null;
}

/** Bounds of what can be resumed; whoever missed more gets a snapshot. */
const mostEvents = 1000;
const mostChars = 1_000_000;
const heartbeatMs = 15_000;
/** More windows than anybody looks at. */
const mostSubscribers = 256;
const encoder = new TextEncoder();

export class LiveHub {
  readonly #options: LiveHubOptions;
  readonly #subscribers = new Set<Subscriber>();
  #events: { seq: number; text: string }[] = [];
  #chars = 0;
  #seq = 0;
  #heartbeat: ReturnType<typeof setInterval> | null = null;

  constructor(options: LiveHubOptions) {
    this.#options = options;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** Everything as it is now, as of the last event. */
  snapshot(): Snapshot {
    this.#options.settle();
    return this.#take();
  }

  /** Sends the changes, in order, to everybody who keeps up. */
  publish(changes: readonly LiveChange[]): void {
    if (changes.length === 0) return;
    const at = this.#time();
    for (const change of changes) {
      this.#seq += 1;
      const text = this.#format({ seq: this.#seq, at, ...change });
      this.#events.push({ seq: this.#seq, text });
      this.#chars += text.length;
    }
    this.#trim();
    this.#pumpAll();
  }

  /** Gives everybody a fresh snapshot: too much has changed to tell it one by one. */
  restart(): void {
    this.forget();
    this.#pumpAll();
  }

  /** Lets go of past events, so that nobody resumes over what follows untold. */
  forget(): void {
    this.#seq += 1;
    this.#events = [];
    this.#chars = 0;
  }

  /**
   * The body of an event stream: what came after `lastEventId` if it is still known, else a snapshot first. null: too
   * many watch already.
   */
  subscribe(lastEventId: string | null, end: SubscriptionEnd): ReadableStream<Uint8Array> | null {
    if (this.#subscribers.size >= mostSubscribers) return null;
    if (this.#subscribers.size === 0) this.#options.onWatched(true);
    const stream = new ClientStream();
    const subscriber: Subscriber = { stream, release: () => {}, seen: this.#resumable(lastEventId) };
    this.#subscribers.add(subscriber);
    this.#heartbeat ??= setInterval(() => this.#beat(), heartbeatMs);
    stream.attach({ pause: () => {}, resume: () => this.#catchUp(subscriber) });
    // A second after a break the browser is back.
    stream.write(encoder.encode("retry: 1000\n\n"));
    // First of all its end: whatever goes wrong from here on, it is let go.
    subscriber.release = onEnd(end, (closing) => {
      if (closing) stream.end();
      this.#leave(subscriber);
    });
    this.#catchUp(subscriber);
    return stream.body;
  }

  /** Ends every stream: the process is about to stop. */
  close(): void {
    for (const subscriber of [...this.#subscribers]) {
      subscriber.stream.end();
      this.#leave(subscriber);
    }
  }

  #leave(subscriber: Subscriber): void {
    if (!this.#subscribers.delete(subscriber)) return;
    subscriber.release();
    subscriber.stream.detach();
    if (this.#subscribers.size > 0) return;
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    this.#options.onWatched(false);
  }

  /** Keeps middlemen from taking the stream for dead. */
  #beat(): void {
    const comment = encoder.encode(": alive\n\n");
    for (const { stream } of this.#subscribers) if (!stream.full) stream.write(comment);
  }

  #catchUp(subscriber: Subscriber): void {
    if (subscriber.stream.full) return;
    this.#options.settle();
    this.#pump(subscriber, new Map());
  }

  #pumpAll(): void {
    // Those who keep up all need the same text.
    const texts = new Map<number | null, Uint8Array>();
    for (const subscriber of this.#subscribers) this.#pump(subscriber, texts);
  }

  /** The kept events are everybody's buffer: a slow subscriber is sent what it missed when it has room again. */
  #pump(subscriber: Subscriber, texts: Map<number | null, Uint8Array>): void {
    if (subscriber.stream.full || subscriber.seen === this.#seq) return;
    try {
      const bytes = texts.get(subscriber.seen) ?? encoder.encode(this.#textSince(subscriber.seen));
      texts.set(subscriber.seen, bytes);
      subscriber.seen = this.#seq;
      subscriber.stream.write(bytes);
    } catch (error) {
      this.#options.reportBug(error);
    }
  }

  #textSince(seen: number | null): string {
    const first = this.#events[0]?.seq;
    if (seen === null || first === undefined || seen < first - 1) {
      return this.#format({ type: "snapshot", seq: this.#seq, at: this.#time(), snapshot: this.#take() });
    }
    return this.#events
      .slice(seen + 1 - first)
      .map((event) => event.text)
      .join("");
  }

  #take(): Snapshot {
    return { seq: this.#seq, ...this.#options.snapshot() };
  }

  #resumable(lastEventId: string | null): number | null {
    const [instance, number] = lastEventId?.split(".") ?? [];
    if (instance !== this.#options.instance || number === undefined || !/^\d{1,15}$/.test(number))
      return null;
    const seen = Number(number);
    if (seen === this.#seq && this.#events.length > 0) return seen;
    const first = this.#events[0]?.seq;
    return first !== undefined && seen >= first - 1 && seen < this.#seq ? seen : null;
  }

  #format(event: LiveEvent): string {
    return `id: ${this.#options.instance}.${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;
  }

  #trim(): void {
    let gone = 0;
    while (this.#events.length - gone > mostEvents || this.#chars > mostChars) {
      this.#chars -= this.#events[gone]?.text.length ?? 0;
      gone += 1;
    }
    if (gone > 0) this.#events.splice(0, gone);
  }

  #time(): IsoTime {
    return new Date(this.#options.now()).toISOString();
  }
}

/** Calls once, at the first of the two ends; returns the function that stops listening. */
function onEnd({ gone, closing }: SubscriptionEnd, run: (closing: boolean) => void): () => void {
  const leave = () => run(false);
  const close = () => run(true);
  if (gone.aborted || closing.aborted) {
    run(closing.aborted);
    return () => {};
  }
  gone.addEventListener("abort", leave);
  closing.addEventListener("abort", close);
  return () => {
    gone.removeEventListener("abort", leave);
    closing.removeEventListener("abort", close);
  };
}
