// The keys of a profile in the order in which a request prefers them.
import type { Candidate, KeyId, Provider } from "./types";

/** What ordering needs to know of a key; the config's `Key` fits. */
export interface OrderedKey {
  readonly id: KeyId;
  readonly label: string;
  readonly provider: Provider;
}

/**
 * The candidates of a profile. An explicit order names exactly the keys that are used (unknown ids are left out);
 * without one it is every key, Anthropic before OpenAI. Disabled keys stay in: they are skipped with their reason.
 */
export function listCandidates(
  keyOrder: readonly KeyId[] | null,
  keys: ReadonlyMap<KeyId, OrderedKey>,
): Candidate[] {
  const ordered = keyOrder === null || keyOrder.length === 0 ? everyKey(keys) : namedKeys(keyOrder, keys);
  const lastAnthropic = ordered.findLastIndex((key) => key.provider === "anthropic");
  return ordered.map((key, index) => ({
    key: key.id,
    label: key.label,
    provider: key.provider,
    inPlace: index <= lastAnthropic,
  }));
}

/**
 * Puts the key that a conversation is bound to first. An OpenAI key of last resort is not promoted: the conversation
 * goes back to Claude as soon as it can.
 */
export function preferBound(candidates: readonly Candidate[], bound: KeyId | null): readonly Candidate[] {
  const index = candidates.findIndex((candidate) => candidate.key === bound);
  const first = candidates[index];
  if (first === undefined || index === 0 || !first.inPlace) return candidates;
  return [first, ...candidates.slice(0, index), ...candidates.slice(index + 1)];
}

function everyKey(keys: ReadonlyMap<KeyId, OrderedKey>): OrderedKey[] {
  const all = [...keys.values()];
  return [
    ...all.filter((key) => key.provider === "anthropic"),
    ...all.filter((key) => key.provider === "openai"),
  ];
}

function namedKeys(keyOrder: readonly KeyId[], keys: ReadonlyMap<KeyId, OrderedKey>): OrderedKey[] {
  return [...new Set(keyOrder)].flatMap((id) => keys.get(id) ?? []);
}
