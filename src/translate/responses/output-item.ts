// One item of a Responses answer: takes deltas and final texts of its parts, and never says anything twice.
import type { Answer } from "../answer";
import { type JsonObject, readObjects, readString } from "../json-value";
import type { ProseBlock, ToolBlock } from "../queued-blocks";

export interface OutputItem {
  /** A piece of the part `part` of the item. */
  addDelta(part: string, piece: unknown): void;
  /** The whole of that part: what the deltas did not carry is taken from it. */
  fill(part: string, whole: unknown): void;
  /** The item as the server finally has it. Nothing comes after that. */
  finish(item: JsonObject): void;
}

/** Text that has come so far: deltas first, then the whole text, which adds only what is missing. */
class PartText {
  #text = "";

  add(piece: unknown): string {
    if (typeof piece !== "string") return "";
    this.#text += piece;
    return piece;
  }

  missing(whole: unknown): string {
    if (typeof whole !== "string" || !whole.startsWith(this.#text)) return "";
    return this.add(whole.slice(this.#text.length));
  }
}

/** Text and refusals: a block for each part of the content. */
export class MessageItem implements OutputItem {
  readonly #answer: Answer;
  readonly #parts = new Map<string, { block: ProseBlock; text: PartText }>();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  addDelta(part: string, piece: unknown): void {
    const { block, text } = this.#part(part);
    this.#answer.push(block, text.add(piece));
  }

  fill(part: string, whole: unknown): void {
    const { block, text } = this.#part(part);
    this.#answer.push(block, text.missing(whole));
    block.over = true;
    this.#answer.advance();
  }

  finish(item: JsonObject): void {
    for (const [index, part] of readObjects(item.content).entries()) {
      if (part.type === "refusal") this.#answer.noteRefusal();
      this.fill(String(index), part.text ?? part.refusal);
      for (const annotation of readObjects(part.annotations)) this.#answer.sources.addAnnotation(annotation);
    }
    for (const { block } of this.#parts.values()) block.over = true;
    this.#answer.advance();
  }

  #part(name: string): { block: ProseBlock; text: PartText } {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    const part = { block: this.#answer.addProse("text", false), text: new PartText() };
    this.#parts.set(name, part);
    return part;
  }
}

/** All parts of one reasoning item are one thinking block, with a blank line between them. */
export class ReasoningItem implements OutputItem {
  readonly #answer: Answer;
  readonly #block: ProseBlock;
  readonly #parts = new Map<string, PartText>();
  /** The part that was said last; "" before the first. */
  #current = "";

  constructor(answer: Answer) {
    this.#answer = answer;
    this.#block = answer.addProse("thinking", false);
  }

  addDelta(part: string, piece: unknown): void {
    this.#say(part, this.#part(part).add(piece));
  }

  fill(part: string, whole: unknown): void {
    this.#say(part, this.#part(part).missing(whole));
  }

  /** A server that shows the reasoning itself and a summary of it says the same twice: the kind that came first stays. */
  finish(item: JsonObject): void {
    for (const [index, part] of readObjects(item.summary).entries()) this.fill(`summary ${index}`, part.text);
    for (const [index, part] of readObjects(item.content).entries()) this.fill(`text ${index}`, part.text);
    this.#block.over = true;
    this.#answer.advance();
  }

  #say(part: string, piece: string): void {
    if (piece === "") return;
    const kind = part.split(" ")[0] ?? "";
    if (this.#current !== "" && !this.#current.startsWith(kind)) return;
    const separator = this.#current === "" || this.#current === part ? "" : "\n\n";
    this.#current = part;
    this.#answer.push(this.#block, separator + piece);
  }

  #part(name: string): PartText {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    const text = new PartText();
    this.#parts.set(name, text);
    return text;
  }
}

export class FunctionCallItem implements OutputItem {
  readonly #answer: Answer;
  readonly #block: ToolBlock;

  constructor(answer: Answer, item: JsonObject) {
    this.#answer = answer;
    this.#block = answer.addTool();
    this.#name(item);
  }

  addDelta(_part: string, piece: unknown): void {
    this.#answer.pushInput(this.#block, piece);
    this.#answer.advance();
  }

  fill(_part: string, whole: unknown): void {
    this.#answer.fillInput(this.#block, whole);
    this.#answer.advance();
  }

  finish(item: JsonObject): void {
    this.#name(item);
    this.fill("", item.arguments);
    // What is not whole may have been cut off with the answer. Its end will say so; until then the block stays open.
    const { whole, blank } = this.#block.input;
    this.#block.over = item.status !== "incomplete" && (whole || blank);
    this.#answer.advance();
  }

  #name(item: JsonObject): void {
    const name = readString(item.name);
    if (name === null || name === "") return;
    this.#answer.nameTool(this.#block, name, readString(item.call_id) ?? readString(item.id));
  }
}

/** A search that the server made; its pages and query are complete when it is over. */
export class WebSearchItem implements OutputItem {
  readonly #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  addDelta(): void {
    // A search has no parts.
  }

  fill(): void {
    // A search has no parts.
  }

  finish({ action, status }: JsonObject): void {
    const [search] = readObjects([action]);
    if (search?.type !== "search" || (status !== undefined && status !== "completed")) return;
    const queries = Array.isArray(search.queries) ? search.queries : [];
    const query = [search.query, ...queries].find((text) => typeof text === "string" && text !== "");
    if (typeof query !== "string") return;
    const urls = readObjects(search.sources).map((source) => source.url);
    this.#answer.sources.addSearch(
      query,
      urls.filter((url) => typeof url === "string"),
    );
    this.#answer.saySearches();
  }
}
