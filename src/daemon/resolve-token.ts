// Reads the secret of a key where its config says that it is.
import { resolveSecret } from "../config/secrets";
import type { Key } from "../config/types";
import type { ResolvedToken } from "../server/runtime";

export async function resolveToken(
  key: Pick<Key, "token">,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ResolvedToken> {
  const secret = await resolveSecret(key.token, env);
  return secret.ok ? { token: secret.token } : { missing: secret.reason };
}
