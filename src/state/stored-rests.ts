// Cooldowns in the form in which they outlive the process: absolute times, and a hash in place of what makes a key itself.
import type { Scope, Timestamp } from "../engine/types";
import { redact } from "../redact";
import type { Entry } from "./cooldown-book";
import type { KeyHealth } from "./key-health";

export interface StoredRests {
  key: string;
  /** Another token, type or address is another key. */
  identity: string;
  /** JSON; "" when nothing rests. */
  entries: string;
}

interface Rests {
  own: Entry[];
  shared: Entry[];
}

export function storeRests(health: KeyHealth, now: Timestamp): StoredRests {
  const rests: Rests = {
    own: health.own.allActive(now).map(hideSecrets),
    shared: health.shared.allActive(now).map(hideSecrets),
  };
  const entries = rests.own.length + rests.shared.length === 0 ? "" : JSON.stringify(rests);
  return { key: health.id, identity: entries === "" ? "" : hashOf(health.identity), entries };
}

/** A client may have pasted a token where the model belongs. */
function hideSecrets(entry: Entry): Entry {
  return { ...entry, scope: hideInScope(entry.scope), words: redact(entry.words) };
}

function hideInScope(scope: Scope): Scope {
  switch (scope.kind) {
    case "model":
      return { ...scope, model: redact(scope.model) };
    case "family":
      return { ...scope, family: redact(scope.family) };
    default:
      return scope;
  }
}

/** Takes over what still rests; nothing if the key is another one by now. */
export function restoreRests(health: KeyHealth, stored: StoredRests, now: Timestamp): void {
  if (stored.entries === "" || stored.identity !== hashOf(health.identity)) return;
  const { own, shared } = readRests(stored.entries);
  const active = (entries: Entry[]) => entries.filter((entry) => isEntry(entry) && entry.until > now);
  health.own.restore(active(own));
  health.shared.restore(active(shared));
}

function readRests(text: string): Rests {
  try {
    const { own, shared }: Partial<Rests> = JSON.parse(text);
    return { own: Array.isArray(own) ? own : [], shared: Array.isArray(shared) ? shared : [] };
  } catch {
    // Somebody has edited the file: a key that rests too short learns it again from its first answer.
    return { own: [], shared: [] };
  }
}

function isEntry(entry: Partial<Entry> | null): boolean {
  const { scope, until, setAt, words, reason } = entry ?? {};
  const isTimed = Number.isFinite(until) && Number.isFinite(setAt);
  return (
    isTimed && typeof scope?.kind === "string" && typeof words === "string" && typeof reason === "string"
  );
}

function hashOf(identity: string): string {
  return Bun.CryptoHasher.hash("sha256", identity, "hex").slice(0, 32);
}
