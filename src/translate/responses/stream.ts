// Reads the events of a Responses answer, streamed or in one piece.
import type { Answer, AnswerOptions } from "../answer";
import { AnswerStream, type DialectReader } from "../answer-stream";
import { isObject, type JsonObject, readObjects, readString } from "../json-value";
import { readFinish } from "../stop-reason";
import type { EmitEvent } from "../stream-event";
import { FunctionCallItem, MessageItem, type OutputItem, ReasoningItem, WebSearchItem } from "./output-item";

/** Translates a streamed answer; see `AnswerStream` for its life. */
export function createResponsesStream(options: AnswerOptions, emit: EmitEvent): AnswerStream {
  return new AnswerStream(options, emit, (answer) => new ResponsesReader(answer));
}

type ItemType = "message" | "reasoning" | "function_call" | "web_search_call";

interface KnownItem {
  item: OutputItem;
  type: ItemType;
  /** `output_item.done` has been read. */
  done: boolean;
}

/** Which item and which part of it an event speaks of, and how. */
interface PartEvent {
  type: ItemType;
  says: "delta" | "whole";
  /** The field that holds the text, and the one that counts the parts. */
  field: string;
  part?: PartField;
}

interface PartField {
  name: string;
  /** The name with the index 0. */
  first: string;
  index: string;
}

/** Nearly always there is one part only: its name is not put together for each of a thousand events. */
const content = { name: "", first: "0", index: "content_index" };
const summary = { name: "summary ", first: "summary 0", index: "summary_index" };
const reasoning = { name: "text ", first: "text 0", index: "content_index" };

const partEvents: ReadonlyMap<string, PartEvent> = new Map<string, PartEvent>([
  ["output_text.delta", { type: "message", says: "delta", field: "delta", part: content }],
  ["output_text.done", { type: "message", says: "whole", field: "text", part: content }],
  ["refusal.delta", { type: "message", says: "delta", field: "delta", part: content }],
  ["refusal.done", { type: "message", says: "whole", field: "refusal", part: content }],
  ["reasoning_summary_text.delta", { type: "reasoning", says: "delta", field: "delta", part: summary }],
  ["reasoning_summary_text.done", { type: "reasoning", says: "whole", field: "text", part: summary }],
  ["reasoning_text.delta", { type: "reasoning", says: "delta", field: "delta", part: reasoning }],
  ["reasoning_text.done", { type: "reasoning", says: "whole", field: "text", part: reasoning }],
  ["function_call_arguments.delta", { type: "function_call", says: "delta", field: "delta" }],
  ["function_call_arguments.done", { type: "function_call", says: "whole", field: "arguments" }],
]);

const prefix = "response.";

/** Events: https://platform.openai.com/docs/api-reference/responses-streaming, and what compatible servers leave out of them. */
export class ResponsesReader implements DialectReader {
  readonly #answer: Answer;
  readonly #byIndex = new Map<number, KnownItem>();
  readonly #byId = new Map<string, KnownItem>();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /** The last event carries the usage: there is nothing to wait for. */
  readonly finishHeld = false;

  read(event: JsonObject, name?: string): void {
    const fullType = readString(event.type) ?? name ?? "";
    const type = fullType.startsWith(prefix) ? fullType.slice(prefix.length) : fullType;
    const part = partEvents.get(type);
    if (part !== undefined) this.#readPart(event, part, type);
    else if (type === "output_item.added") this.#readAdded(event);
    else if (type === "output_item.done") this.#readItem(event.item, event.output_index);
    else if (type === "output_text.annotation.added") this.#annotate(event.annotation);
    else if (isObject(event.response)) this.#readResponse(event.response, type);
    else if (type === "error" || name === "error" || event.error || (type === "" && event.detail)) {
      this.#answer.failUpstream(event.error ?? event);
    }
  }

  /** Only some compatible servers say so, behind the event that ends the answer. */
  readDone(): void {
    this.#answer.failBroken("cut", 502, "the upstream ended the stream before the answer was complete");
  }

  /** Without its last event, an answer is not whole. */
  end(): boolean {
    return false;
  }

  readWhole(body: JsonObject): void {
    if (Array.isArray(body.output) || isObject(body.error)) this.#readEnd(body);
  }

  /** A finished response: what it holds that was not said yet, and why it ended. */
  #readEnd(response: JsonObject): void {
    const status = readString(response.status);
    if (isObject(response.error) || status === "failed" || status === "cancelled") {
      this.#answer.failUpstream(response.error ?? { message: `the response was ${status}` });
      return;
    }
    this.#answer.note(response);
    for (const [index, item] of readObjects(response.output).entries()) this.#readItem(item, index);
    const details = isObject(response.incomplete_details) ? response.incomplete_details : {};
    this.#answer.complete(readFinish(readString(details.reason) ?? "stop"));
  }

  #readResponse(response: JsonObject, type: string): void {
    if (["completed", "incomplete", "done"].includes(type)) this.#readEnd(response);
    else if (type === "failed" || type === "cancelled") this.#readEnd({ ...response, status: type });
    // Created, queued, in progress: nothing that shows that an answer will come.
    else this.#answer.note(response);
  }

  #readAdded({ item, output_index }: JsonObject): void {
    if (!isObject(item)) return;
    this.#answer.begin();
    const type = readItemType(item.type);
    if (type !== null) this.#add(type, item, readIndex(output_index));
    this.#answer.advance();
  }

  #readPart(event: JsonObject, { type, says, field, part }: PartEvent, eventType: string): void {
    const id = readString(event.item_id);
    const index = readIndex(event.output_index);
    const known = this.#find(id, index, type) ?? this.#add(type, { ...event, id }, index);
    if (eventType.startsWith("refusal.")) this.#answer.noteRefusal();
    const name = part === undefined ? "" : nameOf(part, readIndex(event[part.index]) ?? 0);
    if (says === "delta") known.item.addDelta(name, event[field]);
    else known.item.fill(name, event[field]);
  }

  /** An item as it finally is; also one that was never announced. */
  #readItem(item: unknown, outputIndex: unknown): void {
    if (!isObject(item)) return;
    const type = readItemType(item.type);
    if (type === null) return;
    const index = readIndex(outputIndex);
    const known = this.#find(readString(item.id), index, type) ?? this.#add(type, item, index);
    if (known.done) return;
    known.done = true;
    known.item.finish(item);
  }

  #annotate(annotation: unknown): void {
    if (isObject(annotation)) this.#answer.sources.addAnnotation(annotation);
  }

  /** By id first, since some servers give all items one index; by index for those that make up a new id each time. */
  #find(id: string | null, index: number | null, type: ItemType): KnownItem | undefined {
    const withId = this.#byId.get(id ?? "");
    if (withId?.type === type) return withId;
    const atIndex = this.#byIndex.get(index ?? -1);
    return atIndex?.type === type ? atIndex : undefined;
  }

  #add(type: ItemType, item: JsonObject, index: number | null): KnownItem {
    const known: KnownItem = { item: this.#makeItem(type, item), type, done: false };
    const id = readString(item.id);
    if (id !== null && id !== "") this.#byId.set(id, known);
    if (index !== null) this.#byIndex.set(index, known);
    return known;
  }

  #makeItem(type: ItemType, item: JsonObject): OutputItem {
    switch (type) {
      case "message":
        return new MessageItem(this.#answer);
      case "reasoning":
        return new ReasoningItem(this.#answer);
      case "function_call":
        return new FunctionCallItem(this.#answer, item);
      case "web_search_call":
        return new WebSearchItem(this.#answer);
    }
  }
}

function readItemType(type: unknown): ItemType | null {
  switch (type) {
    case "message":
    case "reasoning":
    case "function_call":
    case "web_search_call":
      return type;
    default:
      return null;
  }
}

function nameOf({ name, first }: PartField, index: number): string {
  return index === 0 ? first : `${name}${index}`;
}

function readIndex(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}
