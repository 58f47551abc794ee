// Keeps a new token in the system's keychain; the config then only names its place.
import { type ConfigDocument, objectIn } from "../config/document";
import { addKey, type NewKey } from "../config/edit-keys";
import {
  isInKeychain,
  type Keychain,
  removeFromKeychain,
  storeInKeychain,
  systemKeychain,
} from "../config/secrets";
import { isReference } from "../redact";
import { usageError } from "./usage-error";

export interface KeptKey {
  /** As it goes into the config: its token is `keychain:NAME`. */
  readonly key: NewKey;
  /** Takes the token out of the keychain again, if the config does not take the key. */
  undo(): Promise<void>;
}

/** Throws the CfError of a key that the config would refuse, or of a keychain that does not answer. */
export async function putInKeychain(
  newKey: NewKey,
  document: ConfigDocument,
  keychain: Keychain = systemKeychain,
): Promise<KeptKey> {
  if (isReference(newKey.token)) {
    throw usageError(
      "--keychain keeps a token; this one says where it is kept already.",
      "Leave --keychain out.",
    );
  }
  // Before anything is kept: a token that is no token has no place in a keychain.
  const { id, document: after } = addKey(document, newKey);
  const name = await chooseName(id, keychain);
  await storeInKeychain(name, newKey.token.trim(), keychain);
  return {
    key: { ...newKey, ...describeKind(after, id), id, token: `keychain:${name}` },
    undo: async () => {
      await removeFromKeychain(name, keychain);
    },
  };
}

/** The keys of another home folder may lie in the same keychain. */
async function chooseName(id: string, keychain: Keychain): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? id : `${id}-${number}`;
    if (!(await isInKeychain(name, keychain))) return name;
  }
}

/** What the config would say of the key, told from its token, which it will not hold. */
function describeKind(document: ConfigDocument, id: string): Pick<NewKey, "provider" | "type"> {
  const key = objectIn(objectIn(document, "keys"), id);
  return {
    provider: key.get("provider") === "openai" ? "openai" : "anthropic",
    type: key.get("type") === "oauth" ? "oauth" : "api-key",
  };
}
