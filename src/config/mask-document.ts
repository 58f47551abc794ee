// The config for other people's eyes: as its file says it, without a secret. And back again, where it is sent back.
import { mask, redact } from "../redact";
import { type ConfigDocument, isJsonObject, type JsonObject, type JsonValue } from "./document";

/** Every token shows its last four characters at most; what looks like one elsewhere, in a label or a URL, is taken out. */
export function maskDocument(document: ConfigDocument): ConfigDocument {
  return maskObject(document, []);
}

/**
 * A patch in which every value that is just what `maskDocument` shows becomes what it stands for, so that a masked
 * document can be sent back without a secret being lost.
 */
export function unmaskPatch(patch: JsonObject, document: ConfigDocument): JsonObject {
  return unmaskObject(patch, document, maskDocument(document));
}

function maskObject(object: JsonObject, path: readonly string[]): JsonObject {
  return new Map([...object].map(([name, value]) => [redact(name), maskValue(value, [...path, name])]));
}

function maskValue(value: JsonValue, path: readonly string[]): JsonValue {
  if (isJsonObject(value)) return maskObject(value, path);
  if (Array.isArray(value)) return value.map((entry) => maskValue(entry, path));
  if (typeof value !== "string") return value;
  return isSecret(path) ? mask(value) : redact(value);
}

/** `clientToken` and `keys.<id>.token`. */
function isSecret(path: readonly string[]): boolean {
  const [first, , third] = path;
  if (path.length === 1) return first === "clientToken";
  return path.length === 3 && first === "keys" && third === "token";
}

function unmaskObject(patch: JsonObject, current: JsonObject, masked: JsonObject): JsonObject {
  return new Map(
    [...patch].map(([name, value]) => [name, unmaskValue(value, current.get(name), masked.get(name))]),
  );
}

function unmaskValue(
  value: JsonValue,
  current: JsonValue | undefined,
  masked: JsonValue | undefined,
): JsonValue {
  if (current === undefined || masked === undefined) return value;
  if (isJsonObject(value) && isJsonObject(current) && isJsonObject(masked))
    return unmaskObject(value, current, masked);
  return Bun.deepEquals(value, masked) ? current : value;
}
