// What is known of one key while the proxy runs: its rests, its limits, its organization, its running requests.
import { type Limits, readLimits } from "../engine/limits";
import { modelFamily } from "../engine/models";
import type {
  Availability,
  Endpoint,
  HeaderReader,
  KeyId,
  Reason,
  Scope,
  Timestamp,
  Verdict,
} from "../engine/types";
import { type Cause, CooldownBook, type Entry } from "./cooldown-book";

export interface KnownLimits extends Limits {
  model: string;
  at: Timestamp;
}

export interface VerdictEvent {
  verdict: Verdict;
  model: string;
  endpoint: Endpoint;
  status: number | null;
  startedAt: Timestamp;
  now: Timestamp;
  chance: number;
  cooldownMs: number;
}

/** What belongs to the organization and so to every key of a group; anything else is the key's own. */
const sharedReasons = new Set<Reason>(["ok", "rate_limited", "no_credit", "disabled_upstream"]);
/** What a successful count of tokens disproves for the whole key. */
const disprovedByCount = new Set<Reason>(["rejected", "network"]);
const fullyUsable: Availability = { usable: true, lastResort: false };
const longRestMs = 60_000;
const probeEveryMs = 5 * 60_000;
/** Model names come from clients. */
const limitsCapacity = 32;
const longestModelName = 256;

export class KeyHealth {
  readonly id: KeyId;
  /** Changes when the key becomes another one under the same id: token, type, provider or base URL. */
  readonly identity: string;
  readonly own = new CooldownBook();
  organization: string | null = null;
  /** Why the token cannot be read; null if it can. */
  tokenMissing: string | null = null;
  inFlight = 0;
  lastSuccessAt: Timestamp | null = null;
  lastUsedAt: Timestamp | null = null;
  #shared: CooldownBook;
  /** By model, unread: they are only looked at when somebody asks. */
  readonly #answers = new Map<string, { headers: HeaderReader; at: Timestamp }>();

  constructor(id: KeyId, identity: string, shared: CooldownBook) {
    this.id = id;
    this.identity = identity;
    this.#shared = shared;
  }

  /** The rests that every key of the group has in common. */
  get shared(): CooldownBook {
    return this.#shared;
  }

  availability(model: string, endpoint: Endpoint, now: Timestamp): Availability {
    if (this.own.isEmpty && this.shared.isEmpty) return fullyUsable;
    const active = this.#active(model, endpoint, now);
    const rests = active.filter((entry) => !entry.lastResort);
    const longest = rests.reduce<Entry | null>(
      (one, other) => (one && one.until >= other.until ? one : other),
      null,
    );
    if (longest === null) return { usable: true, lastResort: active.length > 0 };
    const { reason, words, status, until } = longest;
    return {
      usable: false,
      reason,
      words,
      status,
      until,
      probe: rests.every((entry) => mayProbe(entry, now)),
    };
  }

  markProbed(model: string, endpoint: Endpoint, now: Timestamp): void {
    const scopes = scopesOf(model, endpoint);
    this.own.markProbed(scopes, now);
    this.shared.markProbed(scopes, now);
  }

  /** Takes in a verdict. Returns whether a running rest ended. */
  note(event: VerdictEvent): boolean {
    const recovered = event.verdict.reason === "ok" && this.#succeed(event);
    for (const rest of event.verdict.rests) {
      const book = sharedReasons.has(event.verdict.reason) ? this.shared : this.own;
      book.add(rest.scope, { ...event, duration: rest.duration }, causeOf(event, rest.lastResort ?? false));
    }
    return recovered;
  }

  /** Keeps the headers of an answer for what they say is left. */
  noteAnswer(asked: string, headers: HeaderReader, at: Timestamp): void {
    const model = asked.slice(0, longestModelName);
    this.#answers.set(model, { headers, at });
    if (this.#answers.size <= limitsCapacity) return;
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest);
      break;
    }
  }

  /** What the last answers said is left, by model. */
  get limits(): KnownLimits[] {
    return [...this.#answers]
      .map(([model, { headers, at }]) => ({ ...readLimits(headers, at), model, at }))
      .filter((known) => known.windows.length > 0 || known.unified !== null);
  }

  active(now: Timestamp): Entry[] {
    return [...this.own.allActive(now), ...this.shared.allActive(now)];
  }

  /** Moves the key into another group (or out of one); what its old group knew still holds. */
  shareWith(book: CooldownBook): void {
    if (book === this.#shared) return;
    book.absorb(this.#shared);
    this.#shared = book;
  }

  #active(model: string, endpoint: Endpoint, now: Timestamp): Entry[] {
    const scopes = scopesOf(model, endpoint);
    return [...this.own.active(scopes, now), ...this.shared.active(scopes, now)];
  }

  #succeed({ model, endpoint, startedAt, now }: VerdictEvent): boolean {
    if (endpoint === "messages") this.lastSuccessAt = now;
    if (this.own.isEmpty && this.shared.isEmpty) return false;
    const scopes = scopesOf(model, endpoint);
    if (endpoint === "messages") {
      const ownEnded = endRests(this.own, scopes, startedAt, now);
      return endRests(this.shared, scopes, startedAt, now) || ownEnded;
    }
    // Counting is free and has limits of its own: it proves that the key is accepted, not that it may spend.
    const counting = scopes.filter((scope) => scope.kind !== "key");
    const accepted = this.own
      .active([{ kind: "key" }], now)
      .every((entry) => disprovedByCount.has(entry.reason));
    const ownEnded = endRests(this.own, accepted ? scopes : counting, startedAt, now);
    return endRests(this.shared, counting, startedAt, now) || ownEnded;
  }
}

function endRests(
  book: CooldownBook,
  scopes: readonly Scope[],
  startedAt: Timestamp,
  now: Timestamp,
): boolean {
  return scopes.map((scope) => book.succeed(scope, startedAt, now)).includes(true);
}

function scopesOf(model: string, endpoint: Endpoint): Scope[] {
  if (endpoint === "count_tokens") return [{ kind: "key" }, { kind: "count_tokens" }];
  return [{ kind: "key" }, { kind: "model", model }, { kind: "family", family: modelFamily(model) }];
}

function mayProbe(entry: Entry, now: Timestamp): boolean {
  const quietSince = Math.max(entry.setAt, entry.probedAt ?? entry.setAt);
  return entry.until - entry.setAt > longRestMs && now - quietSince >= probeEveryMs;
}

function causeOf({ verdict, status }: VerdictEvent, lastResort: boolean): Cause {
  if (verdict.reason !== "ok") return { reason: verdict.reason, words: verdict.words, status, lastResort };
  const words = lastResort ? "limit reached, paid overage is being spent" : "rate limit used up";
  return { reason: "rate_limited", words, status: null, lastResort };
}
