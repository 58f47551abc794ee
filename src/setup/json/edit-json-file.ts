// Plans the edit of some properties of a JSON settings file, and takes such an edit back out of a file that changed since.
import { applyEdits } from "jsonc-parser";
import { decodeText, type TargetFile } from "../files/read-target";
import { hashOf } from "../journal";
import type { FileEdit, OwnKey } from "../types";
import { type JsonText, parseJson, propertyAt, sourceOf } from "./parse-json";
import { removeProperty } from "./remove-property";
import { setProperty } from "./set-property";

export interface Setting {
  readonly path: readonly string[];
  readonly value: string;
}

/** Reads the file as JSON; no file is as good as an empty one. Throws a CfError that names the line. */
export function readJson(file: TargetFile): JsonText {
  return parseJson(file.path, file.bytes === null ? "" : decodeText(file.path, file.bytes).text);
}

/**
 * The edit that gives every setting its value; null if they all have it. `read` is what `readJson` said about the file,
 * `mode` chooses its mode from the current one (null: the file is made).
 */
export function editJsonFile(
  file: TargetFile,
  read: JsonText,
  settings: readonly Setting[],
  mode: (current: number | null) => number,
): FileEdit | null {
  const { mark } = file.bytes === null ? { mark: "" } : decodeText(file.path, file.bytes);
  let json = read;
  const keys: OwnKey[] = [];
  for (const { path, value } of settings) {
    const property = propertyAt(json.root, path);
    if (property?.value.type === "string" && property.value.value === value) continue;
    const source = JSON.stringify(value);
    json = parseJson(file.path, applyEdits(json.text, setProperty(json, path, source)));
    keys.push({ path, wrote: hashOf(source) });
  }
  const modeAfter = mode(file.mode);
  if (keys.length === 0 && modeAfter === file.mode) return null;
  return {
    path: file.path,
    target: file.target,
    before: file.bytes,
    after: keys.length === 0 && file.bytes !== null ? file.bytes : Buffer.from(mark + json.text),
    modeBefore: file.mode,
    modeAfter,
    ours: { kind: "json", keys },
  };
}

/**
 * The file without our settings, each with the value that it had before (`backup`; null: there was no file). A setting that
 * has another value by now is somebody else's: it stays, with a note.
 */
export function takeBackJson(
  path: string,
  now: Buffer,
  backup: Buffer | null,
  keys: readonly OwnKey[],
): { bytes: Buffer; notes: string[] } {
  const { mark, text } = decodeText(path, now);
  const before = parseJson(path, backup === null ? "" : decodeText(path, backup).text);
  const notes: string[] = [];
  let json = parseJson(path, text);
  for (const key of keys.toReversed()) {
    const property = propertyAt(json.root, key.path);
    if (property === undefined) continue;
    if (hashOf(sourceOf(json, property.value)) !== key.wrote) {
      notes.push(`${key.path.join(".")} was changed since: it stays as it is.`);
      continue;
    }
    json = parseJson(path, restoreProperty(json, before, key.path));
  }
  return { bytes: Buffer.from(mark + json.text), notes };
}

function restoreProperty(json: JsonText, before: JsonText, path: readonly string[]): string {
  const previous = propertyAt(before.root, path);
  if (previous !== undefined) return replaceValue(json, path, sourceOf(before, previous.value));
  const text = withoutProperty(json, path);
  const around = path.slice(0, -1);
  if (around.length === 0) return text;
  const rest = parseJson("", text);
  const container = propertyAt(rest.root, around);
  const previousContainer = propertyAt(before.root, around);
  if (container === undefined || previousContainer?.value.type === "object") return text;
  // We made the object around it, and nobody has put anything into it since, not even a comment.
  const isEmpty = /^\{\s*\}$/.test(sourceOf(rest, container.value));
  return isEmpty ? restoreProperty(rest, before, around) : text;
}

function replaceValue(json: JsonText, path: readonly string[], content: string): string {
  const property = propertyAt(json.root, path);
  if (property === undefined) return json.text;
  const { offset, length } = property.value;
  return applyEdits(json.text, [{ offset, length, content }]);
}

function withoutProperty(json: JsonText, path: readonly string[]): string {
  const property = propertyAt(json.root, path);
  const object = property?.node.parent;
  if (property === undefined || object === undefined) return json.text;
  return applyEdits(json.text, removeProperty(json, object, property.node));
}
