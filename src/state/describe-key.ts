// The state of a key as `/health`, `cf status` and the dashboard show it.
import type { KeyId, KeyType, Provider, RestReason, Timestamp } from "../engine/types";
import type { Entry } from "./cooldown-book";
import type { KeyHealth } from "./key-health";
import { showName } from "./show-name";

export type KeyStateName = "serving" | "ready" | "cooling" | "rejected" | "no_credit" | "disabled";

export interface KeyState {
  id: KeyId;
  label: string;
  provider: Provider;
  /** `oauth` of an OpenAI key is a ChatGPT subscription. */
  type: KeyType;
  state: KeyStateName;
  /** In words; null while the key is serving or ready. */
  reason: string | null;
  /** ISO 8601, UTC. */
  until: string | null;
  cooldowns: KeyCooldown[];
}

export interface KeyCooldown {
  /** "*" for the whole key, a family ("opus"), "count_tokens", or a model. */
  model: string;
  scope: "key" | "model" | "family" | "count_tokens";
  until: string;
  reason: string;
  code: RestReason;
  /** When the rest was last set. */
  since: string;
  /** Whether the upstream named the time; otherwise it is our guess. */
  stated: boolean;
}

export interface DescribedKey {
  id: KeyId;
  label: string;
  provider: Provider;
  type: KeyType;
  enabled: boolean;
}

/** What keeps a key out wins over what it is doing; a rest of one model shows too, a badge "ready" would hide it. */
export function describeKey(key: DescribedKey, health: KeyHealth, now: Timestamp): KeyState {
  const { id, label, provider, type } = key;
  const active = health.active(now);
  const cooldowns = active.map(describeCooldown);
  const out = (state: KeyStateName, reason: string, until: Timestamp | null): KeyState => {
    return {
      id,
      label,
      provider,
      type,
      state,
      reason,
      until: until === null ? null : isoTime(until),
      cooldowns,
    };
  };
  if (!key.enabled) return out("disabled", "paused", null);
  if (health.tokenMissing !== null) return out("disabled", health.tokenMissing, null);
  const wholeKey = longest(active.filter((entry) => entry.scope.kind === "key" && !entry.lastResort));
  if (wholeKey !== null) return out(stateOf(wholeKey), wholeKey.words, wholeKey.until);
  if (health.inFlight > 0)
    return { id, label, provider, type, state: "serving", reason: null, until: null, cooldowns };
  const refused = longest(active.filter((entry) => isUnanswered(entry, health)));
  if (refused !== null) return out("rejected", refused.words, refused.until);
  const resting = longest(active.filter((entry) => restsKey(entry)));
  if (resting !== null) return out("cooling", resting.words, resting.until);
  return { id, label, provider, type, state: "ready", reason: null, until: null, cooldowns };
}

function stateOf(entry: Entry): KeyStateName {
  switch (entry.reason) {
    case "rejected":
    case "no_permission":
      return "rejected";
    case "no_credit":
      return "no_credit";
    case "disabled_upstream":
      return "disabled";
    default:
      return "cooling";
  }
}

/** A missing permission for one model says little about a key that has served another one since. */
function isUnanswered(entry: Entry, health: KeyHealth): boolean {
  return (
    entry.reason === "no_permission" && (health.lastSuccessAt === null || health.lastSuccessAt < entry.setAt)
  );
}

/** A model that does not exist for a key, or its counting of tokens, does not make the key a resting one. */
function restsKey(entry: Entry): boolean {
  return (
    entry.scope.kind !== "count_tokens" && entry.reason !== "no_access" && entry.reason !== "no_permission"
  );
}

function longest(entries: readonly Entry[]): Entry | null {
  return entries.reduce<Entry | null>((one, other) => (one && one.until >= other.until ? one : other), null);
}

function describeCooldown(entry: Entry): KeyCooldown {
  const { scope, words, reason } = entry;
  return {
    model: nameOf(scope),
    scope: scope.kind,
    until: isoTime(entry.until),
    reason: words,
    code: reason,
    since: isoTime(entry.setAt),
    stated: entry.stated,
  };
}

function nameOf(scope: Entry["scope"]): string {
  switch (scope.kind) {
    case "key":
      return "*";
    case "model":
      return showName(scope.model);
    case "family":
      return scope.family;
    case "count_tokens":
      return "count_tokens";
  }
}

function isoTime(at: Timestamp): string {
  return new Date(at).toISOString();
}
