// The vocabulary of routing: what one attempt brought (Outcome), what that means (Verdict), what comes next (Step).

/** Milliseconds since the Unix epoch. */
export type Timestamp = number;
export type KeyId = string;
export type Provider = "anthropic" | "openai";
export type KeyType = "api-key" | "oauth";

/** Each endpoint has a rate-limit bucket of its own upstream. */
export type Endpoint = "messages" | "count_tokens";

/** Reads one response header by lower-case name; `Headers` fits. */
export interface HeaderReader {
  get(name: string): string | null;
}

/** What one HTTP attempt brought, before anything was sent to the client. */
export type Outcome =
  /** 2xx, and the first event or body byte shows that the answer works. */
  | { kind: "success"; status: number; headers: HeaderReader }
  /** An HTTP error, or a 200 whose first event was `event: error` (`inStream`; the body is that event's data). */
  | { kind: "error"; status: number; headers: HeaderReader; body: string; inStream: boolean }
  /** 2xx, but the body was empty or closed before its first event. */
  | { kind: "empty"; status: number; headers: HeaderReader }
  /** No usable answer at all. `stale` = a reused connection died before the first byte. */
  | { kind: "unreachable"; cause: UnreachableCause; message: string; stale: boolean }
  /** The client went away, or we are shutting down. */
  | { kind: "aborted" };

export type UnreachableCause =
  | "refused"
  | "dns"
  | "tls"
  | "connect-timeout"
  | "header-timeout"
  | "reset"
  | "protocol";

/** What `classify` must know beside the outcome. */
export interface ClassifyContext {
  now: Timestamp;
  /** 0..1, spreads the delays of retries. */
  chance: number;
  provider: Provider;
  keyType: KeyType;
  endpoint: Endpoint;
  model: string;
  /** Retries already done on this key and model in this pass. */
  retries: number;
  /** The request's deadline: a retry that would begin after it is not worth waiting for. */
  deadline: Timestamp;
  /** This proxy served the conversation with another key, model or provider before. */
  conversationMoved: boolean;
  /** This request was already sent again without its thinking blocks. */
  thinkingRemoved: boolean;
}

/** Why an attempt ended as it did; stable codes for records, `error.details.attempts[].reason` and the CLI. */
export type Reason =
  | "ok"
  | "rate_limited"
  | "overloaded"
  | "server_error"
  | "network"
  | "rejected"
  | "no_permission"
  | "no_credit"
  | "disabled_upstream"
  | "no_access"
  | "request_error"
  /** The target cannot take this request at all: it was not asked. */
  | "unsuitable"
  | "invalid_thinking"
  | "aborted";

/** Why a key is not asked: an outcome's reason, or something that only a person can change. */
export type RestReason = Reason | "disabled" | "token_missing";

/** What a cooldown covers. */
export type Scope =
  | { kind: "key" }
  | { kind: "model"; model: string }
  | { kind: "family"; family: string }
  | { kind: "count_tokens" };

/**
 * How long something rests. `until`: the upstream said so, it is never shortened. `ladder`: nobody said, so the pool
 * takes the next rung of that kind (see cooldown.ts), at most one rung per open window.
 */
export type Duration = { until: Timestamp } | { ladder: Ladder };
export type Ladder =
  | "rate"
  | "overload"
  | "server"
  | "network"
  | "challenge"
  | "rejected"
  | "no_credit"
  | "no_access";

export interface Rest {
  scope: Scope;
  duration: Duration;
  /** The key still answers, at a price (paid overage): it rests only as long as another key can serve. */
  lastResort?: boolean;
}

/** What an outcome means. Made only by `classify`. */
export interface Verdict {
  /** deliver: the client gets this answer. retry: same key and model again after `delayMs`. rotate: decide anew. */
  action: "deliver" | "retry" | "rotate" | "stop";
  reason: Reason;
  /** For people and `words` in error messages: "rate limited", "rejected (401): invalid x-api-key". No token in it. */
  words: string;
  rests: Rest[];
  delayMs?: number;
  /** Only with `retry`: send the history without its thinking blocks this time. */
  withoutThinking?: boolean;
}

/** One attempt or skipped key, as recorded and as listed in `error.details.attempts`. */
export interface Attempt {
  key: KeyId;
  model: string;
  provider: Provider;
  /** HTTP status of the upstream; null where none came or none was asked. */
  status: number | null;
  /** "disabled" and "token_missing" only on skipped keys. */
  reason: RestReason;
  words: string;
  /** When the key is usable again for this model; null if unknown or not applicable. */
  until: Timestamp | null;
  /** Start of the attempt in milliseconds after the request's; absent for a key that was skipped. */
  startMs?: number;
  /** Duration of the attempt in milliseconds; 0 for a key that was skipped because it already rests. */
  ms: number;
  skipped: boolean;
  /** What of the request was changed or left out for this target, in words. */
  adjusted?: readonly string[];
  /** Set where the target was not asked because the request is longer than its context window. */
  overflow?: Overflow;
}

/** Tokens of a prompt, as estimated, and the most that a model takes. */
export interface Overflow {
  tokens: number;
  limit: number;
}

/** Health of one key for one model as `decide` sees it. */
export type Availability =
  | {
      usable: true /** Overage is being spent: take it only when nothing else is usable. */;
      lastResort: boolean;
    }
  | {
      usable: false;
      reason: RestReason;
      words: string;
      /** Status of the outcome that caused the rest, if one did. */
      status: number | null;
      /** null: not before a person acts (disabled, token missing). */
      until: Timestamp | null;
      /** One real request may try it although it rests, when nothing else is usable. */
      probe: boolean;
    };

/** A key in the order in which this request prefers it. */
export interface Candidate {
  key: KeyId;
  label: string;
  provider: Provider;
  /** OpenAI only: an OpenAI key that stands before an Anthropic key is tried at its place, the others come last. */
  inPlace: boolean;
}

/** What `decide` answers. */
export type Step =
  | { do: "try"; key: KeyId; model: string; provider: Provider; probe: boolean }
  /** Nothing is usable now; `until` is the earliest return that can still help. */
  | { do: "wait"; until: Timestamp; key: KeyId; model: string }
  | { do: "finish" };
