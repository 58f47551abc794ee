// Keeps a new token in the system's keychain; the config then only names its place.
import type { ConfigDocument } from "../config/document";
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
  const provider = newKey.provider ?? providerOf(after, id);
  return {
    key: { ...newKey, id, provider, token: `keychain:${name}` },
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

function providerOf(document: ConfigDocument, id: string): "anthropic" | "openai" {
  const keys = document.get("keys");
  const key = keys instanceof Map ? keys.get(id) : undefined;
  return key instanceof Map && key.get("provider") === "openai" ? "openai" : "anthropic";
}
