// Reads the secrets of all keys once, before the first request needs them.
import { resolveSecret } from "../config/secrets";
import type { Config } from "../config/types";
import type { ResolvedToken } from "../server/runtime";

/** By key id. */
export async function resolveTokens(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Map<string, ResolvedToken>> {
  const entries = await Promise.all(
    [...config.keys.values()].map(async (key): Promise<[string, ResolvedToken]> => {
      const secret = await resolveSecret(key.token, env);
      return [key.id, secret.ok ? { token: secret.token } : { missing: secret.reason }];
    }),
  );
  return new Map(entries);
}
