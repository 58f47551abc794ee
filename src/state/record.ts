// What one request leaves behind, and the events by which others watch it happen.
import type { Attempt, Endpoint, KeyId, Provider, Timestamp } from "../engine/types";

/** What an answer used beside the counts of its `usage`: billed like them, at the price of its own model. */
export interface UsageBeside {
  /** null: the model that served (a compaction). */
  model: string | null;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  /** For five minutes and for an hour together. */
  cacheWriteTokens: number;
  cacheWrite1hTokens: number;
}

/** What an answer used, as the upstream reported it; the three input counts are disjoint. null: not reported. */
export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
  cacheReadTokens: number | null;
  /** For five minutes and for an hour together. */
  cacheWriteTokens: number | null;
  /** Part of `cacheWriteTokens`. */
  cacheWrite1hTokens: number | null;
  /** Part of `outputTokens`. */
  reasoningTokens: number | null;
  /** Searches of the web that the provider ran, which cost by the piece. */
  webSearches: number | null;
  /** null: nothing was. */
  beside: readonly UsageBeside[] | null;
  /** What makes the tokens dearer or cheaper than the list price: `priority`, `batch`, `flex`, `fast`. */
  tier: string | null;
  /** Where inference had to run (`us`), for which some prices are higher. */
  geo: string | null;
  /** Some count is a local estimate, or what was known when the answer was cut off. */
  estimated: boolean;
}

/** What was asked for. models: a list of models, or one of them. other: any other route, which is passed through unread. */
export type RequestKind = Endpoint | "models" | "other";

/** complete: the whole answer went out. error: an error answer. truncated: cut after it began. cancelled: the client left. */
export type FinalState = "complete" | "error" | "truncated" | "cancelled";

export interface RequestRecord {
  id: string;
  at: Timestamp;
  profile: string;
  endpoint: RequestKind;
  /** Method and path, without the query, of what is passed through and of models; null otherwise. */
  target: string | null;
  session: string | null;
  /** The client's user agent. */
  client: string;
  /** The client asked for a stream. */
  stream: boolean;
  modelAsked: string;
  modelServed: string | null;
  provider: Provider | null;
  key: KeyId | null;
  /** HTTP status that the client got. */
  status: number;
  state: FinalState;
  stopReason: string | null;
  usage: Usage;
  queuedMs: number;
  /** Until the first byte of the answer went to the client; null if none did. */
  firstByteMs: number | null;
  totalMs: number;
  /** In the order in which they came up, with the keys that were passed over because they rested. */
  attempts: Attempt[];
  /** What this proxy told the client itself, where it refused the request or had nothing to deliver. */
  refusal?: string;
}

/** What a request is doing: asking a key, waiting for one (`until`: its expected return), or receiving its answer. */
export type Progress =
  | { phase: "trying"; key: KeyId | null; model: string | null; until: null }
  | { phase: "queued"; key: KeyId | null; model: string | null; until: Timestamp | null }
  | { phase: "streaming"; key: KeyId; model: string; until: null };

/** A request that is not finished, as it is now. */
export interface RequestUnderWay {
  readonly id: string;
  readonly startedAt: Timestamp;
  readonly profile: string;
  /** The client's user agent. */
  readonly client: string;
  readonly modelAsked: string;
  readonly stream: boolean;
  readonly progress: Progress;
  readonly attempts: readonly Attempt[];
}

/** What happens to a request on its way. */
export type RequestStep =
  | {
      type: "started";
      id: string;
      at: Timestamp;
      profile: string;
      model: string;
      request: RequestUnderWay;
    }
  | { type: "trying"; id: string; key: KeyId; model: string }
  | { type: "attempt"; id: string; attempt: Attempt }
  | { type: "queued"; id: string; until: Timestamp; key: KeyId; model: string }
  | { type: "serving"; id: string; key: KeyId; model: string };

/** What a request leaves behind. */
export type RequestEnd =
  /** A server refused parameters that it will not be sent any more, in words. */
  | { type: "learnt"; id: string; baseUrl: string; model: string; lessons: string[] }
  | { type: "finished"; record: RequestRecord };

export type RequestEvent = RequestStep | RequestEnd;
