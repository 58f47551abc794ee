// One request on its way: what it asked, what was tried, how long it took, and how to stop it.
import type { Attempt, KeyId, Outcome, Provider, Timestamp } from "../engine/types";
import type { CapturedExchange, HeaderPairs } from "../state/body-capture";
import type {
  FinalState,
  Progress,
  RequestKind,
  RequestRecord,
  RequestUnderWay,
  Usage,
} from "../state/record";
import type { AnswerSource } from "./answer-source";
import { ClientStream } from "./client-stream";
import { clientTimeoutMs } from "./client-timeout";
import type { ProxyContext } from "./context";
import { freeBytes } from "./free-bytes";
import type { AskedRequest } from "./read-request";
import { newRequestId } from "./request-id";
import { noUsage } from "./usage";

/** What an answer told about itself. */
export interface AnswerSummary {
  status: number;
  state: FinalState;
  usage: Usage;
  stopReason: string | null;
  /** null: nothing served. */
  served: (Omit<Served, "model"> & { model: string | null }) | null;
  /** The words of an error of our own. */
  refusal?: string;
}

/** Until the first byte of an answer; SDK clients give up after ten minutes as well. */
const longestJourneyMs = 600_000;

export interface Served {
  key: KeyId;
  model: string;
  provider: Provider;
}

/** What a request is about, as far as its route says. */
export interface Route {
  endpoint: RequestKind;
  /** Path and query, as the client sent them. */
  target: string;
}

export class Journey implements RequestUnderWay {
  readonly id = newRequestId();
  readonly startedAt: Timestamp;
  readonly attempts: Attempt[] = [];
  /** Attempts, and between them the keys that were passed over because they rest. */
  readonly #trail: Attempt[] = [];
  /** When the present pass began; null: nobody was asked before it. */
  passBegan: Timestamp | null = null;
  /** Attempts, retries and waits share this deadline. */
  readonly deadline: Timestamp;
  /** Waiting for a key ends then. */
  readonly queueUntil: Timestamp;
  queuedMs = 0;
  progress: Progress = { phase: "trying", key: null, model: null, until: null };
  /** Set by whoever can begin a stream before its answer is there. */
  onLongWait = () => {};
  /** The client left, or we are shutting down. */
  stopped = false;
  /** Set once an answer flows: what is known of it if the client leaves now. */
  describeSoFar: (() => Omit<AnswerSummary, "state">) | null = null;
  /** Where the exchange is kept for debugging; null unless somebody switched that on. */
  captured: CapturedExchange | null = null;
  readonly #kept = new Map<number, AnswerSource>();
  readonly #context: ProxyContext;
  readonly #client: Request;
  readonly #route: Route;
  readonly #started = performance.now();
  #asked: AskedRequest | null = null;
  #source: AnswerSource | null = null;
  #controller: AbortController | null = null;
  #firstByteMs: number | null = null;
  /** Where the attempts of the present pass begin. */
  #passStart = 0;
  #searching = true;
  #over = false;

  constructor(context: ProxyContext, client: Request, route: Route) {
    this.#context = context;
    this.#client = client;
    this.#route = route;
    this.startedAt = context.clock.now();
    const { timeouts, queueWaitMs } = context.config;
    const patienceMs = Math.min(
      Math.max(longestJourneyMs, timeouts.firstByteMs),
      clientTimeoutMs(client.headers),
    );
    this.deadline = this.startedAt + patienceMs;
    this.queueUntil = Math.min(this.deadline, this.startedAt + queueWaitMs);
    context.journeys.add(this);
    client.signal.addEventListener("abort", () => this.stop());
  }

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }

  get tried(): readonly Attempt[] {
    return this.attempts.slice(this.#passStart);
  }

  /** A wait is over: every key may be asked once more. */
  beginPass(now: Timestamp): void {
    this.#passStart = this.attempts.length;
    if (this.#passStart > 0) this.passBegan = now;
  }

  /** Aborts what waits: the queue and pauses before a retry. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.stopped) this.#controller.abort();
    return this.#controller.signal;
  }

  begin(asked: AskedRequest): void {
    this.#asked = asked;
    this.captured = this.#context.capture.begin(this.id, asked.headers, asked.body);
    const { profile, bus } = this.#context;
    const { id, startedAt: at } = this;
    bus.steps.audience?.emit({
      type: "started",
      id,
      at,
      profile: profile.name,
      model: asked.model,
      request: this,
    });
  }

  get profile(): string {
    return this.#context.profile.name;
  }

  get client(): string {
    return this.#client.headers.get("user-agent") ?? "";
  }

  get modelAsked(): string {
    return this.#asked?.scan.model ?? "";
  }

  get stream(): boolean {
    return this.#asked?.stream ?? false;
  }

  /** Begins an attempt. */
  ask(key: KeyId, model: string): void {
    this.progress = { phase: "trying", key, model, until: null };
    this.#context.bus.steps.audience?.emit({ type: "trying", id: this.id, key, model });
  }

  /** Waits for a key, or behind others who do (null). */
  queue(awaited: { key: KeyId; model: string; until: Timestamp } | null): void {
    if (awaited === null) {
      this.progress = { phase: "queued", key: null, model: null, until: null };
      return;
    }
    this.progress = { phase: "queued", ...awaited };
    this.#context.bus.steps.audience?.emit({ type: "queued", id: this.id, ...awaited });
  }

  /** A body for the client, which is kept as it passes if somebody wants that. */
  openClientStream(status: number, headers: HeaderPairs): ClientStream {
    const { captured } = this;
    if (captured === null) return new ClientStream();
    captured.begin(status, headers);
    return new ClientStream((chunk) => captured.append(chunk));
  }

  /** The source that `stop` has to abort from now on. */
  follow(source: AnswerSource): void {
    this.#source = source;
    if (this.stopped) source.abort();
  }

  note(attempt: Attempt): void {
    this.attempts.push(attempt);
    this.#trail.push(attempt);
    this.#context.bus.steps.audience?.emit({ type: "attempt", id: this.id, attempt });
  }

  /** Keys that would have been asked before the one that is, did they not rest; once for each model, and not if they were asked before. */
  noteSkipped(skipped: readonly Attempt[]): void {
    for (const attempt of skipped) {
      const isKnown = this.#trail.some(({ key, model }) => key === attempt.key && model === attempt.model);
      if (isKnown) continue;
      this.#trail.push(attempt);
      this.#context.bus.steps.audience?.emit({ type: "attempt", id: this.id, attempt });
    }
  }

  /** Holds an error answer of the last attempt, should it turn out to be what the client has to see. */
  keep(source: AnswerSource, outcome: Outcome): void {
    if (outcome.kind === "error") this.#kept.set(this.attempts.length - 1, source);
    else source.abort();
  }

  /** The answer kept of an attempt; the others are let go. */
  takeKept(attempt: number): AnswerSource | null {
    const wanted = this.#kept.get(attempt) ?? null;
    for (const source of this.#kept.values()) if (source !== wanted) source.abort();
    this.#kept.clear();
    return wanted;
  }

  /** The first byte of an answer goes to the client; `served`: an upstream's. */
  markFirstByte(served?: Served): void {
    this.#firstByteMs ??= this.elapsedMs;
    if (served === undefined) return;
    const { key, model } = served;
    this.progress = { phase: "streaming", key, model, until: null };
    this.#context.bus.steps.audience?.emit({ type: "serving", id: this.id, key, model });
  }

  /** The client went away, or the proxy stops for good. Not after the end. */
  stop(): void {
    if (this.#over || this.stopped) return;
    this.stopped = true;
    this.#controller?.abort();
    this.#source?.abort();
    if (this.describeSoFar !== null) this.finish({ ...this.describeSoFar(), state: "cancelled" });
  }

  /** No key is asked any more. */
  endSearch(): void {
    this.#searching = false;
    this.#freeBody();
  }

  /** Closes a request that no upstream answer was delivered to. */
  finishWithout(status: number, state: FinalState, refusal?: string): void {
    const told = refusal === undefined ? {} : { refusal };
    this.finish({ status, state, usage: noUsage(), stopReason: null, served: null, ...told });
  }

  /** Closes the request and tells everybody what became of it. The first call counts. */
  finish(summary: AnswerSummary): void {
    if (this.#over) return;
    this.#over = true;
    this.takeKept(-1);
    this.#context.journeys.delete(this);
    this.#context.bus.ends.emit({ type: "finished", record: this.#record(summary) });
    this.#freeBody();
  }

  /** A client may leave in the midst of the search, and an answer begin before the whole request is sent. */
  #freeBody(): void {
    if (this.#asked === null || this.#searching || !this.#over) return;
    freeBytes(this.#asked.body);
    freeBytes(this.#asked.sent);
  }

  /** Without the query, which is as private as a body. */
  get #target(): string | null {
    const { endpoint, target } = this.#route;
    if (endpoint === "messages" || endpoint === "count_tokens") return null;
    return `${this.#client.method} ${target.replace(/\?.*/s, "")}`;
  }

  #record(summary: AnswerSummary): RequestRecord {
    const asked = this.#asked;
    return {
      id: this.id,
      at: this.startedAt,
      profile: this.profile,
      endpoint: this.#route.endpoint,
      target: this.#target,
      session: asked?.conversation ?? null,
      client: this.client,
      stream: this.stream,
      modelAsked: this.modelAsked,
      modelServed: summary.served?.model ?? null,
      provider: summary.served?.provider ?? null,
      key: summary.served?.key ?? null,
      status: summary.status,
      state: summary.state,
      stopReason: summary.stopReason,
      usage: usageOf(summary),
      queuedMs: this.queuedMs,
      firstByteMs: this.#firstByteMs,
      totalMs: this.elapsedMs,
      attempts: this.#trail,
      ...(summary.refusal === undefined ? {} : { refusal: summary.refusal }),
    };
  }
}

/** A stream tells what it has used at its end: of one that was cut before, only the beginning is known. */
function usageOf({ usage, state, stopReason }: AnswerSummary): Usage {
  const wasCut = (state === "truncated" || state === "cancelled") && stopReason === null;
  return wasCut && usage.outputTokens !== null ? { ...usage, estimated: true } : usage;
}
