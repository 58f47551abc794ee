// What the ledger keeps and tells: one row a request, totals, time series and breakdowns. Times are ISO 8601 in UTC.
import type { KeyId, Provider, RestReason } from "../../engine/types";
import type { FinalState, RequestKind } from "../record";

/** How a request was served: as it was asked at once, by another key, by another model or provider, or not at all. */
export type Service = "asked" | "rotated" | "fell_back" | "failed" | "cancelled";

/** One attempt of a request, or a key that was skipped because it rests. */
export interface AttemptRow {
  key: KeyId;
  model: string;
  provider: Provider;
  /** HTTP status of the upstream; null where none came or none was asked. */
  status: number | null;
  reason: RestReason;
  /** In words, redacted. */
  words: string;
  /** When the key is usable again for this model; null: unknown or not applicable. */
  until: string | null;
  /** Start of the attempt in milliseconds after the request's; null for a key that was skipped. */
  startMs: number | null;
  ms: number;
  skipped: boolean;
  /** What of the request was changed or left out for this target, in words. */
  adjusted: string[];
}

/** Tokens; the input counts are disjoint. null: not reported. */
export interface TokenCounts {
  input: number | null;
  output: number | null;
  cacheRead: number | null;
  /** Written to the cache for 5 minutes and for 1 hour. */
  cacheWrite5m: number | null;
  cacheWrite1h: number | null;
  /** Part of `output`. */
  reasoning: number | null;
  /** The counts are a local estimate, not the upstream's. */
  estimated: boolean;
}

/** A finished request. */
export interface RequestRow {
  id: string;
  at: string;
  profile: string;
  endpoint: RequestKind;
  /** `GET /v1/files/file_01`, of models and of what is passed through; null: the endpoint says it all. */
  target: string | null;
  /** The conversation's hash; null if the request showed none. */
  session: string | null;
  /** Product of the client's user agent, such as `claude-cli/2.1.0`. */
  client: string;
  stream: boolean;
  /** Empty: none was read, or there is none. */
  modelAsked: string;
  modelServed: string | null;
  provider: Provider | null;
  /** Whose answer it was; of models it may be one that was kept from before. */
  key: KeyId | null;
  service: Service;
  /** HTTP status that the client got. */
  status: number;
  state: FinalState;
  stopReason: string | null;
  tokens: TokenCounts;
  /** US dollars at the model that served; null: the price is unknown. */
  costUsd: number | null;
  /** What the tokens read from the cache would have cost more without it, less what writing them cost more. */
  cacheSavedUsd: number | null;
  queuedMs: number;
  firstByteMs: number | null;
  totalMs: number;
  attempts: AttemptRow[];
  /** What this proxy told the client itself where it had no answer of an upstream for it; redacted. */
  refusal: string | null;
}

/** Sums over messages: counts of tokens, models and what is passed through cost nothing and are served another way. */
export interface Totals {
  requests: number;
  asked: number;
  rotated: number;
  fellBack: number;
  failed: number;
  cancelled: number;
  /** Failed attempts of requests that were served all the same: errors that the client never saw. */
  hiddenErrors: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  reasoningTokens: number;
  /** Of the requests whose price is known. */
  costUsd: number;
  /** Those that cost something nobody knows: no price for the model, or no word about the tokens. */
  unpriced: number;
  cacheSavedUsd: number;
}

export interface Percentiles {
  p50: number;
  p90: number;
  p99: number;
}

/** null: no request with such a time. Milliseconds. */
export interface Latency {
  firstByteMs: Percentiles | null;
  totalMs: Percentiles | null;
}

export type Bucket = "minute" | "hour" | "day";
export type Dimension = "key" | "model" | "profile" | "provider" | "client" | "day";

/** Narrows figures and lists; absent: everything. */
export interface RequestFilter {
  profile?: string;
  key?: KeyId;
  /** Asked or served. */
  model?: string;
  provider?: Provider;
  client?: string;
  service?: Service;
  /** Only lists know it: figures are of messages. */
  endpoint?: RequestKind;
  session?: string;
  /** Found in id, target, model, key, client or the words of an attempt. */
  search?: string;
}

export interface Period {
  /** Milliseconds since the Unix epoch; `until` is exclusive. */
  since: number;
  until: number;
}

export interface SeriesPoint {
  /** Start of the bucket. */
  at: string;
  totals: Totals;
}

export interface BreakdownRow {
  /** The key's id, the model that served, the profile, the provider, the client's product or the day (`2026-11-26`). */
  name: string;
  totals: Totals;
  latency: Latency;
}

export interface Figures {
  since: string;
  until: string;
  totals: Totals;
  latency: Latency;
  bucket: Bucket;
  /** Every bucket of the period, empty ones included. */
  series: SeriesPoint[];
}

export interface RowPage {
  /** The newest first. */
  rows: RequestRow[];
  /** Goes into `before` for the next page; null: there is none. */
  next: string | null;
}

export interface FiguresQuery {
  period: Period;
  bucket: Bucket;
  filter?: RequestFilter;
}

export interface BreakdownQuery {
  period: Period;
  by: Dimension;
  filter?: RequestFilter;
}

export interface PageQuery {
  period?: Period;
  filter?: RequestFilter;
  /** `next` of the page before. */
  before?: string;
  limit: number;
}

/** How many requests began in each stretch of `bucketMs`, by how they were served. */
export interface HistogramBar {
  at: string;
  asked: number;
  rotated: number;
  fellBack: number;
  failed: number;
  cancelled: number;
}

export type BandState = "serving" | "ready" | "cooling" | "failing" | "paused" | "down";

/** What a key was doing over a stretch of time. */
export interface BandSpan {
  from: string;
  until: string;
  state: BandState;
  reason: string | null;
}

export interface KeyBand {
  key: KeyId;
  spans: BandSpan[];
}

export interface TimelineQuery {
  period: Period;
  bucketMs: number;
}

export interface TimelineData {
  bands: KeyBand[];
  histogram: HistogramBar[];
}

/** Answers questions about requests. Rejects with a CfError `ledger_unavailable` when the store cannot answer. */
export interface LedgerQueries {
  /** The row with this id; null if there is none (any more). */
  find(id: string): Promise<RequestRow | null>;
  page(query: PageQuery): Promise<RowPage>;
  figures(query: FiguresQuery): Promise<Figures>;
  breakdown(query: BreakdownQuery): Promise<BreakdownRow[]>;
  timeline(query: TimelineQuery): Promise<TimelineData>;
}
