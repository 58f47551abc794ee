// Finds the token that a key names: itself, in a variable of the environment, or in the system's keychain.
import { CfError } from "../errors";
import { checkToken } from "./check-text";

/** Under this name the tokens lie in the keychain. */
export const keychainService = "claude-failover";

/** A locked keychain may ask its owner for a password; a broken one may never answer. */
const keychainDeadlineMs = 30_000;

export type Secret =
  | { readonly ok: true; readonly token: string }
  /** `reason` is for people and names the variable or keychain entry, never a token. */
  | { readonly ok: false; readonly reason: string };

/**
 * Resolves what stands in `keys.<id>.token`. Asks anew each time: variables are cheap to read, a keychain is not, so
 * the caller keeps what it got from there.
 */
export async function resolveSecret(
  written: string,
  env: Readonly<Record<string, string | undefined>>,
  keychain: Keychain = systemKeychain,
): Promise<Secret> {
  const [, scheme, name] = /^(env|keychain):(.+)$/s.exec(written) ?? [];
  if (name === undefined) return { ok: true, token: written };
  if (scheme === "env") return checkSecret(env[name], `the variable ${name}`, "is not set");
  const found = await askKeychain(name, keychain);
  return found.ok ? checkSecret(found.token, `the keychain entry "${name}"`, "does not exist") : found;
}

/** Puts a token into the keychain, to be named `keychain:NAME` in the config. Throws a CfError if no keychain answers. */
export async function storeInKeychain(
  name: string,
  token: string,
  keychain: Keychain = systemKeychain,
): Promise<void> {
  try {
    await withDeadline(keychain.set({ service: keychainService, name, value: token }));
  } catch (error) {
    throw unavailable(error);
  }
}

/** Whether something lies in the keychain under that name. Throws a CfError if no keychain answers. */
export async function isInKeychain(name: string, keychain: Keychain = systemKeychain): Promise<boolean> {
  try {
    return (await withDeadline(keychain.get({ service: keychainService, name }))) !== null;
  } catch (error) {
    throw unavailable(error);
  }
}

/** Takes an entry out again; false if there was none, or no keychain answers. */
export async function removeFromKeychain(
  name: string,
  keychain: Keychain = systemKeychain,
): Promise<boolean> {
  try {
    return await withDeadline(keychain.delete({ service: keychainService, name }));
  } catch {
    // It stays where it is; whoever asked says so.
    return false;
  }
}

function unavailable(error: unknown): CfError {
  const message = explainKeychain(error);
  return new CfError("keychain_unavailable", `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, {
    hint: "Store the token in the config file, or name a variable with env:NAME.",
    cause: error,
  });
}

/** What of `Bun.secrets` is used. */
export interface Keychain {
  get(entry: { service: string; name: string }): Promise<string | null>;
  set(entry: { service: string; name: string; value: string }): Promise<void>;
  delete(entry: { service: string; name: string }): Promise<boolean>;
}

// Reads Bun.secrets only when called: looking for a keychain takes time, and most configs name none.
export const systemKeychain: Keychain = {
  get: (entry) => Bun.secrets.get(entry),
  set: (entry) => Bun.secrets.set(entry),
  delete: (entry) => Bun.secrets.delete(entry),
};

type Found = { ok: true; token: string | undefined } | { ok: false; reason: string };

async function askKeychain(name: string, keychain: Keychain): Promise<Found> {
  try {
    const token = await withDeadline(keychain.get({ service: keychainService, name }));
    return { ok: true, token: token ?? undefined };
  } catch (error) {
    return { ok: false, reason: explainKeychain(error) };
  }
}

function checkSecret(value: string | undefined, place: string, absence: string): Secret {
  if (value === undefined) return { ok: false, reason: `${place} ${absence}` };
  const token = value.trim();
  if (token === "") return { ok: false, reason: `${place} is empty` };
  const problem = checkToken(token);
  return problem === null ? { ok: true, token } : { ok: false, reason: `in ${place}, ${problem}` };
}

function explainKeychain(error: unknown): string {
  if (error instanceof CfError) return error.message;
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return `no keychain answers on this system${code}`;
}

async function withDeadline<Value>(answer: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new CfError("keychain_unavailable", "the keychain does not answer; it may be locked"));
  }, keychainDeadlineMs);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
