// The blocks of an answer while they wait for their turn and while they are open: text, thinking, tool calls, whole blocks.
import type { AnswerBlock } from "./anthropic";
import { StopFilter } from "./enforce-stop";
import { isBlank } from "./json-value";
import { ToolInput } from "./tool-input";

/** What the queue asks of a block. A block that never has a `head` leaves no trace. */
export interface QueuedBlock {
  /** Nothing more will come for it. */
  over: boolean;
  /** Something more could come, but where another block waits it need not be waited for. */
  readonly yields: boolean;
  /** The block as it starts; null as long as it has no content or no name. */
  readonly head: AnswerBlock | null;
  /** The stop sequence that ended the text, and with it the answer. */
  readonly stop: string | null;
  /** What may go out now and has not yet. */
  take(): string;
  /** The rest. `cut`: the answer was cut off. */
  close(cut: boolean): string;
}

/** Text or thinking. Text that is only white space never becomes a block: no provider takes it back. */
export class ProseBlock implements QueuedBlock {
  over = false;
  readonly yields: boolean;
  readonly kind: "text" | "thinking";
  stop: string | null = null;
  readonly #filter: StopFilter | null;
  #arrived = "";
  /** Behind the filter; waits while it is only white space. */
  #passed = "";
  #begun = false;

  /** `yields`: text that comes later can have a block of its own. */
  constructor(kind: "text" | "thinking", yields: boolean, stopSequences: readonly string[]) {
    this.kind = kind;
    this.yields = yields;
    this.#filter = kind === "text" && stopSequences.length > 0 ? new StopFilter(stopSequences) : null;
  }

  get head(): AnswerBlock | null {
    if (!this.#begun) return null;
    return this.kind === "text"
      ? { type: "text", text: "" }
      : { type: "thinking", thinking: "", signature: "" };
  }

  push(piece: string): void {
    this.#arrived += piece;
  }

  take(): string {
    const arrived = this.#arrived;
    this.#arrived = "";
    if (this.#filter === null) return this.#pass(arrived);
    const { text, stop } = this.#filter.push(arrived);
    this.stop ??= stop;
    return this.#pass(text);
  }

  close(): string {
    return this.#pass(this.#filter?.flush() ?? "");
  }

  #pass(text: string): string {
    const passed = this.#passed + text;
    this.#begun ||= !isBlank(passed);
    this.#passed = this.#begun ? "" : passed;
    return this.#begun ? passed : "";
  }
}

/** One tool call. It starts when its name is known. */
export class ToolBlock implements QueuedBlock {
  over = false;
  readonly stop = null;
  /** What the client knows the call by; null as long as the tool's name is not known. */
  #identity: { id: string; name: string } | null = null;
  readonly input = new ToolInput();
  /** The answer was cut off before the input was whole. */
  cut = false;

  get named(): boolean {
    return this.#identity !== null;
  }

  /** The block may start. What came first stays: a client can not rename a block that has started. */
  identify(identity: { id: string; name: string }): void {
    this.#identity ??= identity;
  }

  get yields(): boolean {
    return this.named && this.input.whole;
  }

  get head(): AnswerBlock | null {
    return this.#identity === null ? null : { type: "tool_use", ...this.#identity, input: {} };
  }

  take(): string {
    return this.named ? this.input.take() : "";
  }

  close(cut: boolean): string {
    this.cut = cut && !this.input.whole;
    return this.input.close(cut);
  }
}

/** A block that is complete from the start. */
export class WholeBlock implements QueuedBlock {
  readonly over = true;
  readonly yields = true;
  readonly stop = null;
  readonly head: AnswerBlock;
  #json: string;

  /** `json`: the input of a server tool, which streams even where it is known at once. */
  constructor(head: AnswerBlock, json = "") {
    this.head = head;
    this.#json = json;
  }

  take(): string {
    const json = this.#json;
    this.#json = "";
    return json;
  }

  close(): string {
    return "";
  }
}
