// Reads facts from the bytes of an Anthropic event stream as they pass, without changing, delaying or keeping them.
import { isRecord } from "./is-record";
import { QuietStretch } from "./stream-quiet";
import { type AnswerFacts, mergeUsage, noUsage, readContainerId } from "./usage";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const LETTER_A = 0x61;
const LETTER_E = 0x65;
const LETTER_M = 0x6d;

/** A line of an event that matters is kept up to this length; what is behind is not read. */
const MAX_LINE_BYTES = 256 * 1024;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const eventField = Buffer.from("event:");
/** In what is left of a smaller chunk, going from line to line is cheaper than searching for marks. */
const MIN_LEAP_BYTES = 1024;

/** Where the first event lies in the bytes fed so far; comments and blank lines before it belong to it. */
export interface EventPosition {
  start: number;
  end: number;
}

/**
 * Feed it each chunk of the response body (identity encoding, any split) with `push`, then look. Follows the WHATWG event
 * stream format (https://html.spec.whatwg.org/multipage/server-sent-events.html) apart from a lone CR as a line end, and takes
 * the type from the JSON where the `event:` line is missing. A fault in reading only sets `faulty`.
 */
export class StreamTap implements AnswerFacts {
  /** What the first complete event says about the attempt. Pings and comments say nothing: they come before errors, too. */
  first: "ok" | "error" | null = null;
  firstEvent: EventPosition | null = null;
  /** Data of an `error` event, wherever it came; at most `MAX_LINE_BYTES`. */
  errorData: string | null = null;
  usage = noUsage();
  stopReason: string | null = null;
  model: string | null = null;
  messageId: string | null = null;
  containerId: string | null = null;
  /** `message_stop` has been seen: the answer is whole. Without it a stream that ends was cut. */
  stopped = false;
  /** Some event could not be read; the facts may be incomplete. */
  faulty = false;
  /** Bytes fed so far. */
  bytes = 0;

  #type: string | null = null;
  #data: string | null = null;
  /** The rest of the current event is of no interest: its data need not be read. */
  #ignoring = false;
  /** The rest of the current line is of no interest. */
  #skippingLine = false;
  #betweenEvents = false;
  #eventStart = 0;
  #atStart = true;
  /** The beginning of a line whose end has not come yet. */
  #partial: Uint8Array[] = [];
  #partialBytes = 0;

  push(chunk: Uint8Array): void {
    try {
      this.#read(chunk);
    } catch {
      this.faulty = true; // Reading along must never hurt the stream itself.
    }
    this.bytes += chunk.length;
  }

  /**
   * The body is over. An unfinished event does not count, as for every client, unless it is an error and nothing came before
   * it: then it says why the attempt failed.
   */
  end(): void {
    if (this.first !== null) return;
    if (this.#partialBytes > 0) this.#readLine(this.#completeLine(new Uint8Array(0)), this.bytes);
    if (this.#data !== null && readType(this.#type, this.#data) === "error") this.#finishEvent(this.bytes);
  }

  #read(chunk: Uint8Array): void {
    let quiet: QuietStretch | null = null;
    let at = 0;
    while (at < chunk.length) {
      if (this.#betweenEvents && this.first !== null && chunk.length - at >= MIN_LEAP_BYTES) {
        quiet ??= new QuietStretch(chunk);
        const behind = quiet.leap(at);
        if (behind > at) {
          at = behind;
          continue;
        }
      }
      this.#betweenEvents = false;
      if (chunk[at] === LF && this.#partialBytes === 0 && !this.#skippingLine) {
        at++;
        this.#atStart = false;
        this.#finishEvent(this.bytes + at);
        continue;
      }
      if (this.#skippingLine || (this.#partialBytes === 0 && this.#canSkipLine(chunk, at))) {
        const end = chunk.indexOf(LF, at);
        this.#skippingLine = end < 0;
        if (end < 0) return;
        at = end + 1;
        continue;
      }
      const end = chunk.indexOf(LF, at);
      if (end < 0) {
        this.#keep(chunk.subarray(at));
        return;
      }
      const line = this.#completeLine(chunk.subarray(at, end));
      at = end + 1;
      this.#readLine(line, this.bytes + at);
    }
  }

  /**
   * Nearly all lines of a stream are those of `content_block_delta` events: they are told by their first bytes and never
   * copied. Types of interest begin with `m` or `e`. Until the first event is known, every line is read in full.
   */
  #canSkipLine(chunk: Uint8Array, at: number): boolean {
    const initial = chunk[at];
    if (initial === CR || this.first === null) return false;
    if (initial !== LETTER_E) return this.#ignoring;
    for (let index = 1; index < eventField.length; index++) {
      if (chunk[at + index] !== eventField[index]) return false;
    }
    const behind = at + eventField.length;
    const type = chunk[behind] === SPACE ? chunk[behind + 1] : chunk[behind];
    this.#ignoring = type !== undefined && type >= LETTER_A && type !== LETTER_M && type !== LETTER_E;
    return this.#ignoring;
  }

  #keep(bytes: Uint8Array): void {
    const room = MAX_LINE_BYTES - this.#partialBytes;
    if (room <= 0) return;
    // Not slice(): on a Buffer that is no copy, and the bytes are the sender's again once push() returns.
    this.#partial.push(new Uint8Array(bytes.subarray(0, room)));
    this.#partialBytes += Math.min(bytes.length, room);
  }

  #completeLine(end: Uint8Array): Uint8Array {
    if (this.#partialBytes === 0) return end.length > MAX_LINE_BYTES ? end.subarray(0, MAX_LINE_BYTES) : end;
    this.#keep(end);
    const line = Buffer.concat(this.#partial);
    this.#partial = [];
    this.#partialBytes = 0;
    return line;
  }

  #readLine(line: Uint8Array, behind: number): void {
    let start = 0;
    if (this.#atStart && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) start = 3;
    this.#atStart = false;
    const end = line.at(-1) === CR ? line.length - 1 : line.length;
    if (start === end) {
      this.#finishEvent(behind);
      return;
    }
    if (this.#ignoring && line[start] !== LETTER_E) return;
    const colon = line.indexOf(COLON, start);
    if (colon < 0) return;
    const field = decoder.decode(line.subarray(start, colon));
    const valueStart = line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    if (field === "event") {
      this.#type = decoder.decode(line.subarray(valueStart, end));
      this.#ignoring = this.first !== null && !/^[me]/.test(this.#type);
    }
    if (field === "data") {
      const value = decoder.decode(line.subarray(valueStart, end));
      this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    }
  }

  #finishEvent(behind: number): void {
    const { first } = this;
    if (this.#data !== null && !this.#ignoring) this.#readEvent(this.#type, this.#data);
    if (first !== this.first) this.firstEvent = { start: this.#eventStart, end: behind };
    this.#eventStart = behind;
    this.#type = null;
    this.#data = null;
    this.#ignoring = false;
    this.#betweenEvents = true;
  }

  #readEvent(name: string | null, data: string): void {
    const type = readType(name, data);
    if (type === "ping") return;
    this.first ??= type === "error" ? "error" : "ok";
    if (type === "error") this.errorData ??= data;
    if (type === "message_stop") this.stopped = true;
    if (type !== "message_start" && type !== "message_delta") return;
    const event = parseRecord(data);
    if (event === null) {
      this.faulty = true;
      return;
    }
    if (type === "message_delta") this.#readDelta(event);
    else if (isRecord(event.message)) this.#readMessage(event.message);
  }

  #readMessage(message: Record<string, unknown>): void {
    this.usage = mergeUsage(this.usage, message.usage);
    if (typeof message.model === "string") this.model = message.model;
    if (typeof message.id === "string") this.messageId = message.id;
    this.containerId ??= readContainerId(message.container);
  }

  #readDelta(event: Record<string, unknown>): void {
    this.usage = mergeUsage(this.usage, event.usage);
    if (!isRecord(event.delta)) return;
    if (typeof event.delta.stop_reason === "string") this.stopReason = event.delta.stop_reason;
    this.containerId ??= readContainerId(event.delta.container);
  }
}

/** The name on the `event:` line; where it is missing, the type in the data, which writers put first. */
function readType(name: string | null, data: string): string | null {
  if (name !== null && name !== "message") return name;
  const first = /^\s*\{\s*"type"\s*:\s*"(\w+)"/.exec(data)?.[1];
  if (first !== undefined) return first;
  const type = parseRecord(data)?.type;
  return typeof type === "string" ? type : null;
}

function parseRecord(data: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : null;
  } catch {
    return null; // The caller notes that the event could not be read.
  }
}
