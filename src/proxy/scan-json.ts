// Finds what routing needs in a request body in one checking pass over its bytes; nothing is built but the result.
import { type JsonFault, type MemberListener, scanText } from "./scan-text";
import { JsonReader, type Span } from "./scan-values";

export interface RequestScan {
  /** The Messages API takes only an object; the caller refuses anything else, every other field is then empty. */
  kind: "object" | "array" | "string" | "number" | "boolean" | "null";
  /** null: there is no `model`, or it is not a string. */
  model: string | null;
  /** The bytes of the model value with its quotes; null when `model` is. */
  modelSpan: Span | null;
  /** True only for a literal `true`. */
  stream: boolean;
  system: Span | null;
  /** The first element of `messages` whose role is `user`. */
  firstUserMessage: Span | null;
  /** `metadata.user_id`, decoded. */
  userId: string | null;
  /** Some block asks for a cache of one hour (`"ttl": "1h"`). */
  oneHourCache: boolean;
  held: HeldState;
}

/** What the request refers to that lives on the server under the key that made it. */
export interface HeldState {
  /** `previous_message_id` of a thread that is continued; "" if the id itself is missing. */
  thread: string | null;
  container: string | null;
  /** Without duplicates, at most `MAX_FILE_IDS`. */
  fileIds: string[];
}

/** A request that names more files is tied to their key by the first ones already. */
export const MAX_FILE_IDS = 100;

const WANTED = ["model", "stream", "system", "messages", "metadata", "thread", "container"] as const;
type Wanted = (typeof WANTED)[number];

const encoder = new TextEncoder();
const wantedBytes = WANTED.map((name) => ({ name, bytes: encoder.encode(name) }));
const ttl = encoder.encode("ttl");
const fileId = encoder.encode("file_id");
const oneHour = encoder.encode('"1h"');
/** Without any of these no block names a file or a cache's life; the last one could hide a name in an escaped key. */
const deepMarks = ['"ttl"', '"file_id"', "\\u00"].map((mark) => Buffer.from(mark));
/** Values that hold a tool's own data and schemas, in which `ttl` and `file_id` mean nothing to Anthropic. */
const foreignData = ["input", "input_schema", "input_examples"].map((name) => encoder.encode(name));
/** `input` of a tool call or `input_schema` of a tool is never further out than this. */
const FOREIGN_DATA_DEPTH = 3;

/**
 * Checks the whole text (`error` exactly when `JSON.parse` would throw, with the byte offset) and reads the facts above.
 * Among duplicate keys the last one counts, and keys may be written with escapes, as for `JSON.parse`.
 */
export function scanRequest(body: Uint8Array): RequestScan | { error: JsonFault } {
  const reader = new JsonReader(body);
  const found = new FoundMembers(reader);
  const text = scanText(body, found.listen);
  if ("error" in text) return text;
  return describeRequest(reader, text.valueAt, found);
}

/** Collects offsets only: while the pass runs, the values behind them are not checked yet. */
class FoundMembers {
  readonly topLevel: Partial<Record<Wanted, number>> = {};
  readonly fileIdsAt: number[] = [];
  oneHourCache = false;
  readonly #reader: JsonReader;
  /** Depth of the member whose value is a tool's own data, while the pass is inside it. */
  #foreignDepth = Number.POSITIVE_INFINITY;

  /** Some member below the top level may be of interest; a native search rules that out for most requests. */
  readonly #deep: boolean;

  constructor(reader: JsonReader) {
    this.#reader = reader;
    const { bytes } = reader;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#deep = deepMarks.some((mark) => text.includes(mark));
  }

  readonly listen: MemberListener = (depth, keyStart, keyEnd, escaped, valueAt) => {
    if (depth > 1 && !this.#deep) return;
    if (depth > this.#foreignDepth) return;
    this.#foreignDepth = Number.POSITIVE_INFINITY;
    if (!escaped) {
      this.#note(depth, this.#reader.bytes, keyStart, keyEnd, valueAt);
      return;
    }
    const key = encoder.encode(this.#reader.stringAt(keyStart - 1) ?? "");
    this.#note(depth, key, 0, key.length, valueAt);
  };

  #note(depth: number, source: Uint8Array, start: number, end: number, valueAt: number): void {
    if (depth === 1) {
      const wanted = wantedBytes.find((entry) => equals(source, start, end, entry.bytes));
      if (wanted !== undefined) this.topLevel[wanted.name] = valueAt;
    }
    if (equals(source, start, end, ttl)) {
      if (equals(this.#reader.bytes, valueAt, valueAt + oneHour.length, oneHour)) this.oneHourCache = true;
    } else if (equals(source, start, end, fileId)) {
      if (this.fileIdsAt.length < MAX_FILE_IDS) this.fileIdsAt.push(valueAt);
    } else if (depth >= FOREIGN_DATA_DEPTH && source[start] === 0x69) {
      if (foreignData.some((name) => equals(source, start, end, name))) this.#foreignDepth = depth;
    }
  }
}

function describeRequest(reader: JsonReader, valueAt: number, found: FoundMembers): RequestScan {
  const { model: modelAt, stream, system, messages, metadata, thread, container } = found.topLevel;
  const model = modelAt === undefined ? null : reader.stringAt(modelAt);
  const fileIds = found.fileIdsAt.map((at) => reader.stringAt(at)).filter((id) => id !== null);
  return {
    kind: kindAt(reader.bytes, valueAt),
    model,
    modelSpan: model === null || modelAt === undefined ? null : reader.spanAt(modelAt),
    stream: stream !== undefined && reader.bytes[stream] === 0x74,
    system: system === undefined ? null : reader.spanAt(system),
    firstUserMessage: messages === undefined ? null : findUserMessage(reader, messages),
    userId: metadata === undefined ? null : reader.stringMemberAt(metadata, "user_id"),
    oneHourCache: found.oneHourCache,
    held: {
      thread: thread === undefined ? null : readThread(reader, thread),
      container: container === undefined ? null : readContainer(reader, container),
      fileIds: [...new Set(fileIds)],
    },
  };
}

function findUserMessage(reader: JsonReader, messages: number): Span | null {
  return reader.findElement(messages, (message) => reader.stringMemberAt(message.start, "role") === "user");
}

/** `{type: "continue", previous_message_id}`; a thread that is only created ties the request to no key. */
function readThread(reader: JsonReader, at: number): string | null {
  const previous = reader.stringMemberAt(at, "previous_message_id");
  return previous ?? (reader.stringMemberAt(at, "type") === "continue" ? "" : null);
}

/** The id itself, or an object with it. */
function readContainer(reader: JsonReader, at: number): string | null {
  return reader.isObject(at) ? reader.stringMemberAt(at, "id") : reader.stringAt(at);
}

function kindAt(bytes: Uint8Array, at: number): RequestScan["kind"] {
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case "{":
      return "object";
    case "[":
      return "array";
    case '"':
      return "string";
    case "t":
    case "f":
      return "boolean";
    case "n":
      return "null";
    default:
      return "number";
  }
}

function equals(source: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start !== wanted.length) return false;
  for (let index = 0; index < wanted.length; index++) {
    if (source[start + index] !== wanted[index]) return false;
  }
  return true;
}
