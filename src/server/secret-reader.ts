// Reads the secrets of keys without letting a slow keychain hold up a change of the config.
import type { Config, Key } from "../config/types";
import type { KeyId } from "../engine/types";
import { isReference } from "../redact";
import type { ResolvedToken } from "./runtime";

export type ResolveToken = (key: Key) => Promise<ResolvedToken>;
export type ResolvedTokens = ReadonlyMap<KeyId, ResolvedToken>;

export interface ReadSecrets {
  tokens: ResolvedTokens;
  /** What is known when everything has answered; null if that is so already. */
  late: Promise<ResolvedTokens> | null;
}

/** A keychain that is unlocked answers in milliseconds; one that asks its owner may take half a minute. */
const patienceMs = 300;

/**
 * The secrets of all keys of `config`. What does not answer in time keeps what `before` knows of the same reference, and
 * is out until it answers if nothing is known.
 */
export async function readSecrets(
  config: Config,
  resolve: ResolveToken,
  before: { config: Config; tokens: ResolvedTokens } | null = null,
): Promise<ReadSecrets> {
  const keys = [...config.keys.values()];
  const answered = new Map<KeyId, ResolvedToken>();
  const all = Promise.all(keys.map(async (key) => answered.set(key.id, await resolve(key))));
  const complete = () => inOrder(keys, (key) => answered.get(key.id));
  const isLate = await Promise.race([all.then(() => false), Bun.sleep(patienceMs).then(() => true)]);
  if (!isLate) return { tokens: complete(), late: null };
  const tokens = inOrder(keys, (key) => {
    const isSame = isReference(key.token) && before?.config.keys.get(key.id)?.token === key.token;
    return answered.get(key.id) ?? (isSame ? before?.tokens.get(key.id) : undefined);
  });
  return { tokens, late: all.then(complete) };
}

function inOrder(keys: readonly Key[], find: (key: Key) => ResolvedToken | undefined): ResolvedTokens {
  const waiting = { missing: "its keychain has not answered yet" };
  return new Map(keys.map((key) => [key.id, find(key) ?? waiting]));
}
