// Reads the secrets of all keys once, before the first request needs them.
import { resolveSecret } from "../config/secrets";
import type { Config } from "../config/types";
import type { ResolvedToken } from "../server/runtime";

/** `known`: every secret that was found, to be kept out of logs and messages. */
export async function resolveTokens(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ tokens: Map<string, ResolvedToken>; known: string[] }> {
  const entries = await Promise.all(
    [...config.keys.values()].map(async (key): Promise<[string, ResolvedToken]> => {
      const secret = await resolveSecret(key.token, env);
      return [key.id, secret.ok ? { token: secret.token } : { missing: secret.reason }];
    }),
  );
  const known = entries.flatMap(([, resolved]) => ("token" in resolved ? resolved.token : []));
  if (config.clientToken !== null) known.push(config.clientToken);
  return { tokens: new Map(entries), known };
}
