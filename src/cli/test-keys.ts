// Tests keys for `cf test-key` and `cf doctor`: all at once, each at its own upstream.
import { resolveSecret } from "../config/secrets";
import type { Config, Key } from "../config/types";
import { ConnectionPool } from "../proxy/http1/connection-pool";
import { testKey } from "../proxy/test-key";
import { type KeyReport, nothingTested } from "./print/key-test";

export interface TestKeysOptions {
  /** A person asked for these keys, so they are tested even if they are disabled. */
  readonly named: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Never rejects for what an upstream does. */
export async function testKeys(
  keys: readonly Key[],
  config: Config,
  { named, env }: TestKeysOptions,
): Promise<KeyReport[]> {
  const connections = new ConnectionPool();
  const test = async (key: Key): Promise<KeyReport> => {
    if (!key.enabled && !named) return { key, test: nothingTested("disabled", "") };
    const secret = await resolveSecret(key.token, env);
    if (!secret.ok) return { key, test: nothingTested("token_missing", secret.reason) };
    return { key, test: await testKey(key, secret.token, config, { connections, now: Date.now }) };
  };
  try {
    return await Promise.all(keys.map(test));
  } finally {
    connections.close();
  }
}
