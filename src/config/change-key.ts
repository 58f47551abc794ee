// Changes single settings of a key in a document.

import { mask } from "../redact";
import {
  type ConfigDocument,
  type JsonObject,
  type JsonValue,
  objectIn,
  withoutKey,
  withValue,
} from "./document";
import { findKey, identify, refuseSameToken } from "./edit-keys";
import { recognizeToken } from "./recognize-token";

/** What is absent stays; null takes the setting away, so that its default holds. */
export interface KeyChanges {
  readonly token?: string | undefined;
  readonly label?: string | null | undefined;
  readonly group?: string | null | undefined;
  readonly baseUrl?: string | null | undefined;
  readonly api?: "responses" | "chat" | null | undefined;
  readonly enabled?: boolean | undefined;
}

/** Throws a CfError for an unknown key, an unusable token, or one that another key has. The result is still to be validated. */
export function changeKey(document: ConfigDocument, id: string, changes: KeyChanges): ConfigDocument {
  const before = findKey(document, id);
  const { token, label, enabled, ...rest } = changes;
  const settings: [string, JsonValue | undefined][] = [
    ["label", label?.trim() === "" ? null : (label?.trim() ?? label)],
    // The default needs no words.
    ["enabled", enabled === true ? null : enabled],
    ...Object.entries(rest),
  ];
  const changed = settings.reduce<JsonObject>(
    (key, [name, value]) =>
      value === undefined ? key : value === null ? withoutKey(key, name) : withValue(key, name, value),
    before,
  );
  const keys = objectIn(document, "keys");
  if (token === undefined || isUnchanged(token, before))
    return withValue(document, "keys", withValue(keys, id, changed));
  return withValue(document, "keys", withValue(keys, id, withToken(document, id, changed, token)));
}

/** A masked token is what we have shown of it ourselves. */
function isUnchanged(token: string, key: JsonObject): boolean {
  const current = key.get("token");
  return typeof current === "string" && (token === current || token === mask(current));
}

function withToken(document: ConfigDocument, id: string, key: JsonObject, token: string): JsonObject {
  const baseUrl = key.get("baseUrl");
  const provider = providerOf(key);
  const identity = identify(document, {
    token,
    provider,
    ...(typeof baseUrl === "string" ? { baseUrl } : {}),
  });
  const others = withoutKey(objectIn(document, "keys"), id);
  refuseSameToken(others, { ...identity, baseUrl: typeof baseUrl === "string" ? baseUrl : undefined });
  // The type was told from the token, so that another token tells it anew; a reference tells none.
  const typed = identity.type === undefined ? withoutKey(key, "type") : withValue(key, "type", identity.type);
  // What was told from the old token alone must not turn into the other provider.
  const provided = provider === "openai" ? withValue(typed, "provider", "openai") : typed;
  return withValue(provided, "token", identity.token);
}

function providerOf(key: JsonObject): "anthropic" | "openai" {
  const provider = key.get("provider");
  if (provider === "openai" || provider === "anthropic") return provider;
  const token = key.get("token");
  const recognized = recognizeToken(typeof token === "string" ? token : "");
  return recognized.ok ? recognized.provider : "anthropic";
}
