// Adds, removes and pauses keys in a document.
import { CfError, exitCode } from "../errors";
import { redact } from "../redact";
import { defaults } from "./defaults";
import {
  type ConfigDocument,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectIn,
  withoutKey,
  withValue,
} from "./document";
import { slugify, uniqueId } from "./key-id";
import { recognizeToken } from "./recognize-token";
import { suggest } from "./suggest";

export interface NewKey {
  /** As pasted; `env:NAME` and `keychain:NAME` are taken too. */
  readonly token: string;
  readonly label?: string | undefined;
  /** Absent: made from the label. */
  readonly id?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly group?: string | undefined;
  /** Absent: told from the token. */
  readonly provider?: "anthropic" | "openai" | undefined;
  /** Only for a reference, which does not show it; absent: told from the token when it is used. */
  readonly type?: "api-key" | "oauth" | undefined;
  readonly api?: "responses" | "chat" | undefined;
}

export interface AddedKey {
  readonly document: ConfigDocument;
  readonly id: string;
  /** Profiles whose explicit order the key was appended to; all others use every key anyway. */
  readonly appendedTo: readonly string[];
  /** True if `openaiModelFallback` was off and is on now. */
  readonly switchedFallbackOn: boolean;
}

/** Throws a CfError for an unusable token, a token or id that is already there. The result is still to be validated. */
export function addKey(document: ConfigDocument, key: NewKey): AddedKey {
  const { token, provider, type } = identify(document, key);
  const keys = objectIn(document, "keys");
  refuseSameToken(keys, { token, provider, baseUrl: key.baseUrl });
  const id = chooseId(keys, key, provider);
  const settings: [string, JsonValue | undefined][] = [
    ["token", token],
    ["label", key.label?.trim() || undefined],
    ["type", type],
    ["provider", provider === "openai" ? "openai" : undefined],
    ["baseUrl", key.baseUrl],
    ["api", key.api],
    ["group", key.group],
  ];
  const entry = new Map(
    settings.filter((setting): setting is [string, JsonValue] => setting[1] !== undefined),
  );
  const appended = editOrders(withValue(document, "keys", withValue(keys, id, entry)), (order) => [
    ...order,
    id,
  ]);
  const switchedFallbackOn = provider === "openai" && document.get("openaiModelFallback") !== true;
  return {
    document: switchedFallbackOn
      ? withValue(appended.document, "openaiModelFallback", true)
      : appended.document,
    id,
    appendedTo: appended.changed.map(({ profile }) => profile),
    switchedFallbackOn,
  };
}

export interface RemovedKey {
  readonly document: ConfigDocument;
  /** What else this changes, in words for the user. */
  readonly notices: readonly string[];
}

/** Takes the key out of `keys` and out of every order. Throws a CfError `unknown_key` if there is none. */
export function removeKey(document: ConfigDocument, id: string): RemovedKey {
  findKey(document, id);
  const remaining = withValue(document, "keys", withoutKey(objectIn(document, "keys"), id));
  const { document: edited, changed } = editOrders(remaining, (order) =>
    order.filter((other) => other !== id),
  );
  const emptied = changed.filter(({ order }) => order.length === 0);
  return {
    document: edited,
    notices: emptied.map(
      ({ profile }) => `The key order of profile "${profile}" is now empty: the profile uses every key.`,
    ),
  };
}

/** Pauses or resumes a key. Throws a CfError `unknown_key` if there is none. */
export function setEnabled(document: ConfigDocument, id: string, enabled: boolean): ConfigDocument {
  const key = findKey(document, id);
  const edited = enabled ? withoutKey(key, "enabled") : withValue(key, "enabled", false);
  return withValue(document, "keys", withValue(objectIn(document, "keys"), id, edited));
}

export interface Identity {
  readonly token: string;
  readonly provider: "anthropic" | "openai";
  /** undefined: not to be told from this token. */
  readonly type: "api-key" | "oauth" | undefined;
}

/** Which provider and type a token is of; throws a CfError `invalid_token` for one that cannot be the key's. */
export function identify(
  document: ConfigDocument,
  key: Pick<NewKey, "token" | "baseUrl" | "provider" | "type">,
): Identity {
  const recognized = recognizeToken(key.token);
  const ownServer = key.baseUrl !== undefined || usesOwnServer(document, key.provider ?? "anthropic");
  if (!recognized.ok) {
    // Gateways and local servers give out tokens of any shape.
    if (recognized.problem !== "unknown") throw invalidToken(recognized.reason);
    if (!ownServer) throw invalidToken(recognized.reason, "A key of another server needs its --base-url.");
    return { token: key.token.trim(), provider: key.provider ?? "anthropic", type: "api-key" };
  }
  const { token, type } = recognized;
  const provider = key.provider ?? recognized.provider;
  if (recognized.kind === "reference") return { token, provider, type: key.type };
  // Many servers issue JSON web tokens; only one that is for ChatGPT itself is a subscription's.
  if (recognized.kind === "chatgpt" && key.baseUrl !== undefined) return { token, provider, type: "api-key" };
  if (provider === recognized.provider) return { token, provider, type };
  if (!ownServer) {
    const [kind, command] =
      recognized.provider === "openai" ? ["an OpenAI", "cf add-openai-key"] : ["an Anthropic", "cf add-key"];
    throw invalidToken(`this looks like ${kind} token`, `Use ${command} for it.`);
  }
  return { token, provider, type: "api-key" };
}

function usesOwnServer(document: ConfigDocument, provider: "anthropic" | "openai"): boolean {
  const name = provider === "openai" ? "openaiBaseUrl" : "anthropicBaseUrl";
  const baseUrl = document.get(name);
  return baseUrl !== undefined && baseUrl !== defaults[name];
}

function invalidToken(reason: string, hint?: string): CfError {
  const options = hint === undefined ? {} : { hint };
  return new CfError("invalid_token", `The token is not valid: ${reason}.`, {
    ...options,
    exit: exitCode.usage,
  });
}

export interface Credentials {
  readonly token: string;
  readonly provider: "anthropic" | "openai";
  readonly baseUrl: string | undefined;
}

/** Throws a CfError `duplicate_token`. The same word may open several servers: many local ones take any, and a gateway may serve both providers. */
export function refuseSameToken(keys: JsonObject, added: Credentials): void {
  for (const [id, key] of keys) {
    if (!isJsonObject(key) || !isSame(credentialsOf(key), added)) continue;
    throw new CfError("duplicate_token", `This token is already there, as the key "${redact(id)}".`);
  }
}

function credentialsOf(key: JsonObject): Credentials {
  const token = key.get("token");
  const text = typeof token === "string" ? token.trim() : "";
  const recognized = recognizeToken(text);
  const provider = key.get("provider") ?? (recognized.ok ? recognized.provider : "anthropic");
  const baseUrl = key.get("baseUrl");
  return {
    token: text,
    provider: provider === "openai" ? "openai" : "anthropic",
    baseUrl: typeof baseUrl === "string" ? baseUrl : undefined,
  };
}

function isSame(one: Credentials, other: Credentials): boolean {
  const serverOf = ({ baseUrl }: Credentials) => baseUrl?.trim().replace(/\/+$/, "");
  return one.token === other.token && one.provider === other.provider && serverOf(one) === serverOf(other);
}

function chooseId(keys: JsonObject, key: NewKey, provider: "anthropic" | "openai"): string {
  if (key.id === undefined) {
    return uniqueId(slugify(key.label ?? "") || (provider === "openai" ? "openai" : "key"), keys);
  }
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(key.id)) {
    const message = "An id is made of ASCII letters, digits, dots, hyphens and underscores, 64 at most.";
    throw new CfError("invalid_id", message, { exit: exitCode.usage });
  }
  if (!keys.has(key.id)) return key.id;
  throw new CfError("duplicate_id", `There is already a key "${redact(key.id)}".`, { exit: exitCode.usage });
}

/** Throws a CfError `unknown_key` if there is none. */
export function findKey(document: ConfigDocument, id: string): JsonObject {
  const keys = objectIn(document, "keys");
  const key = keys.get(id);
  if (isJsonObject(key)) return key;
  throw unknownKey(id, keys.keys());
}

/** A CfError `unknown_key` with a suggestion out of `known`. */
export function unknownKey(id: string, known: Iterable<string>): CfError {
  const meant = suggest(id, [...known]);
  const hint = meant === null ? "cf list-keys shows all keys." : `Did you mean "${redact(meant)}"?`;
  return new CfError("unknown_key", `There is no key "${redact(id)}".`, { hint, exit: exitCode.usage });
}

interface ChangedOrder {
  readonly profile: string;
  readonly order: readonly string[];
}

/** Applies `edit` to the explicit orders; an absent or empty one stays as it is and goes on meaning every key. */
function editOrders(document: ConfigDocument, edit: (order: readonly string[]) => readonly string[]) {
  const changed: ChangedOrder[] = [];
  const profiles = [...objectIn(document, "profiles")].map(([name, profile]): [string, JsonValue] => {
    const order = isJsonObject(profile) ? profile.get("keyOrder") : undefined;
    if (!isJsonObject(profile) || !Array.isArray(order) || order.length === 0) return [name, profile];
    const edited = edit(order);
    if (edited.length === order.length) return [name, profile];
    changed.push({ profile: name, order: edited });
    return [name, withValue(profile, "keyOrder", edited)];
  });
  if (changed.length === 0) return { document, changed };
  return { document: withValue(document, "profiles", new Map(profiles)), changed };
}
