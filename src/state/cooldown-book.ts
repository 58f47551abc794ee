// The cooldowns of one key, or of the keys that share their rate limits: one entry a scope, bounded.
import { type CoolDownEvent, type Cooldown, coolDown } from "../engine/cooldown";
import type { Reason, Scope, Timestamp } from "../engine/types";

/** Why a scope rests, as shown to people. */
export interface Cause {
  reason: Reason;
  words: string;
  /** HTTP status of the outcome that caused the rest. */
  status: number | null;
  /** The key may be used all the same when no other can serve. */
  lastResort: boolean;
}

export interface Entry extends Cooldown, Cause {
  scope: Scope;
  /** The upstream named the end; otherwise it is our guess. */
  stated: boolean;
  /** When a real request last tried this scope although it rests. */
  probedAt: Timestamp | null;
}

/** Model names come from clients: without bounds, invented names would fill the memory. */
const capacity = 256;
const longestName = 256;

export class CooldownBook {
  readonly #entries = new Map<string, Entry>();

  /** Nothing rests and nothing escalates, which is how it is nearly always. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Adds a rest. An end never moves earlier, and the cause that lasts longest is the one that shows. */
  add(scope: Scope, event: CoolDownEvent, cause: Cause): void {
    const id = entryId(scope, cause.lastResort);
    const previous = this.#entries.get(id) ?? null;
    const next = coolDown(previous, event);
    const keepsCause = previous !== null && previous.until > event.now && next.until === previous.until;
    const { reason, words, status, lastResort } = keepsCause ? previous : cause;
    const stated = keepsCause ? previous.stated : "until" in event.duration;
    const probedAt = previous?.probedAt ?? null;
    this.#entries.delete(id);
    this.#entries.set(id, {
      ...next,
      scope: shorten(scope),
      reason,
      words,
      status,
      lastResort,
      stated,
      probedAt,
    });
    if (this.#entries.size > capacity) this.#evict(event.now);
  }

  /**
   * Ends the rest of a scope and its escalation because an attempt that began at `startedAt` succeeded. An attempt that
   * began before the rest was set knows nothing of it. Returns whether a running rest ended.
   */
  succeed(scope: Scope, startedAt: Timestamp, now: Timestamp): boolean {
    const ended = this.#find(scope).filter((entry) => startedAt > entry.setAt);
    for (const entry of ended) this.#entries.delete(entryId(scope, entry.lastResort));
    return ended.some((entry) => entry.until > now);
  }

  active(scopes: readonly Scope[], now: Timestamp): Entry[] {
    if (this.#entries.size === 0) return [];
    return scopes.flatMap((scope) => this.#find(scope)).filter((entry) => entry.until > now);
  }

  allActive(now: Timestamp): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.until > now);
  }

  markProbed(scopes: readonly Scope[], now: Timestamp): void {
    for (const entry of this.active(scopes, now)) entry.probedAt = now;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Takes over entries of an earlier process where they end later than its own. */
  restore(entries: readonly Entry[]): void {
    for (const entry of entries.slice(0, capacity)) {
      const id = entryId(entry.scope, entry.lastResort);
      const own = this.#entries.get(id);
      if (own === undefined || own.until < entry.until) this.#entries.set(id, entry);
    }
  }

  /** Takes over the entries of another book where they end later than its own. */
  absorb(other: CooldownBook): void {
    for (const [id, entry] of other.#entries) {
      const own = this.#entries.get(id);
      if (own === undefined || own.until < entry.until) this.#entries.set(id, { ...entry });
    }
  }

  #find(scope: Scope): Entry[] {
    return [false, true].flatMap((lastResort) => this.#entries.get(entryId(scope, lastResort)) ?? []);
  }

  /** What is over goes first, then what a client can invent (models nobody has access to), then what ends soonest. */
  #evict(now: Timestamp): void {
    for (const [id, entry] of this.#entries) if (entry.until <= now) this.#entries.delete(id);
    while (this.#entries.size > capacity) {
      const entries = [...this.#entries];
      const invented = entries.find(
        ([, entry]) => entry.reason === "no_access" || entry.reason === "no_permission",
      );
      const soonest = entries.reduce((one, other) => (other[1].until < one[1].until ? other : one));
      this.#entries.delete((invented ?? soonest)[0]);
    }
  }
}

/** A rest of last resort stands beside a rest in earnest: neither may hide or lengthen the other. */
function entryId(scope: Scope, lastResort: boolean): string {
  return `${lastResort ? "last resort " : ""}${scope.kind} ${nameOf(scope).slice(0, longestName)}`;
}

function nameOf(scope: Scope): string {
  if (scope.kind === "model") return scope.model;
  return scope.kind === "family" ? scope.family : "";
}

function shorten(scope: Scope): Scope {
  if (scope.kind === "model") return { ...scope, model: scope.model.slice(0, longestName) };
  if (scope.kind === "family") return { ...scope, family: scope.family.slice(0, longestName) };
  return scope;
}
