// Reads the chunks of a Chat Completions answer, streamed or in one piece.
import type { Answer, AnswerOptions } from "../answer";
import { AnswerStream, type DialectReader } from "../answer-stream";
import { isObject, type JsonObject, readObjects, readString } from "../json-value";
import { type Finish, readFinish } from "../stop-reason";
import type { EmitEvent } from "../stream-event";
import { ToolCalls } from "./tool-calls";

/** Translates a streamed answer; see `AnswerStream` for its life. */
export function createChatStream(options: AnswerOptions, emit: EmitEvent): AnswerStream {
  return new AnswerStream(options, emit, (answer) => new ChatReader(answer));
}

/** Of an answer that is not whole: an error in the middle (OpenRouter), a server that had no room left (DeepSeek). */
const brokenFinishes: ReadonlySet<string> = new Set(["error", "insufficient_system_resource"]);

/** Chunks: https://platform.openai.com/docs/api-reference/chat-streaming, and what compatible servers make of them. */
export class ChatReader implements DialectReader {
  readonly #answer: Answer;
  readonly #calls: ToolCalls;
  #finish: Finish | null = null;

  constructor(answer: Answer) {
    this.#answer = answer;
    this.#calls = new ToolCalls(answer);
  }

  get finishHeld(): boolean {
    return this.#finish !== null;
  }

  read(chunk: JsonObject, name?: string): void {
    if (saysError(chunk, name)) {
      this.#answer.failUpstream(chunk);
      return;
    }
    this.#answer.note(chunk);
    const choice = readObjects(chunk.choices).find(({ index }) => (index ?? 0) === 0);
    if (choice !== undefined) this.#readChoice(choice);
    // Usage on its own comes behind everything else; beside a choice it may be a count of the moment.
    else if (this.#finish !== null && isObject(chunk.usage)) this.finish();
  }

  readDone(): void {
    if (this.#finish === null && this.#answer.first === null) {
      this.#answer.failBroken("cut", 502, "the upstream ended the stream without an answer");
    } else this.finish();
  }

  readWhole(body: JsonObject): void {
    this.read(body);
    if (readObjects(body.choices).length > 0) this.finish();
  }

  end(): boolean {
    if (this.#finish !== null) this.finish();
    return this.#finish !== null;
  }

  /** The answer is whole. */
  finish(): void {
    this.#calls.end();
    this.#answer.complete(this.#finish ?? "stop");
  }

  #readChoice(choice: JsonObject): void {
    const reason = readString(choice.finish_reason) ?? "";
    if (isObject(choice.error) || brokenFinishes.has(reason)) {
      const words = { message: `the server broke the answer off (${reason})` };
      this.#answer.failUpstream(isObject(choice.error) ? choice : words);
      return;
    }
    // A server that does not stream what it was asked to stream sends the whole message in one chunk.
    const whole = this.#answer.first === null ? choice.message : undefined;
    const delta = isObject(choice.delta) ? choice.delta : whole;
    if (isObject(delta)) this.#readDelta(delta);
    if (reason !== "") this.#finish = readFinish(reason);
  }

  #readDelta(delta: JsonObject): void {
    this.#say("thinking", readReasoning(delta));
    if (typeof delta.content === "string") this.#say("text", delta.content);
    else this.#readParts(delta.content);
    this.#refuse(delta.refusal);
    for (const annotation of readObjects(delta.annotations)) this.#answer.sources.addAnnotation(annotation);
    for (const [position, call] of readObjects(delta.tool_calls).entries()) this.#calls.read(call, position);
    if (isObject(delta.function_call)) this.#calls.read({ function: delta.function_call }, 0);
  }

  /** What some servers send in place of a string. */
  #readParts(content: unknown): void {
    for (const part of readObjects(content)) {
      if (part.type === "thinking") this.#say("thinking", joinTexts(part.thinking));
      else if (part.type === "refusal") this.#refuse(part.refusal);
      else this.#say("text", readString(part.text) ?? "");
    }
  }

  #refuse(refusal: unknown): void {
    if (typeof refusal !== "string" || refusal === "") return;
    this.#answer.noteRefusal();
    this.#say("text", refusal);
  }

  #say(kind: "text" | "thinking", piece: string): void {
    if (piece !== "") this.#answer.say(kind, piece);
  }
}

/** The same reasoning comes under several names, from some servers under more than one at a time. */
function readReasoning(delta: JsonObject): string {
  return (
    readString(delta.reasoning_content) || readString(delta.reasoning) || joinTexts(delta.reasoning_details)
  );
}

function joinTexts(parts: unknown): string {
  if (parts === undefined || parts === null) return "";
  if (typeof parts === "string") return parts;
  return readObjects(parts)
    .map((part) => readString(part.text) ?? readString(part.summary) ?? "")
    .join("");
}

function saysError(chunk: JsonObject, name: string | undefined): boolean {
  const { error } = chunk;
  if (isObject(error) || (typeof error === "string" && error !== "")) return true;
  if (chunk.choices !== undefined) return false;
  return name === "error" || chunk.object === "error" || chunk.type === "error" || chunk.detail !== undefined;
}
