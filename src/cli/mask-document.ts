// The config for other people's eyes: as its file says it, without a secret.
import {
  type ConfigDocument,
  formatDocument,
  isJsonObject,
  type JsonObject,
  objectIn,
  withValue,
} from "../config/document";
import { mask, redact } from "../redact";

/** JSON text in which every token shows its last four characters at most. */
export function maskDocument(document: ConfigDocument): string {
  const keys = [...objectIn(document, "keys")].map(([id, key]): [string, typeof key] => [
    id,
    isJsonObject(key) ? maskField(key, "token") : key,
  ]);
  const masked = document.has("keys") ? withValue(document, "keys", new Map(keys)) : document;
  // A token may also stand where none belongs: in a label, in a URL.
  return redact(formatDocument(maskField(masked, "clientToken")));
}

function maskField(object: JsonObject, name: string): JsonObject {
  const value = object.get(name);
  return typeof value === "string" ? withValue(object, name, mask(value)) : object;
}
