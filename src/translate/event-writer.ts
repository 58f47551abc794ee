// The one place that emits the events of an Anthropic answer, in the documented order and no other.
import type { AnswerBlock, AnthropicErrorBody, AnthropicUsage, StopReason } from "./anthropic";
import type { BlockDelta, EmitEvent } from "./stream-event";

export interface MessageHead {
  id: string;
  model: string;
  /** Estimated tokens of the whole prompt; what is below 1 counts as 1, because clients take 0 for "unknown". */
  inputTokens: number;
}

export interface MessageEnd {
  stopReason: StopReason;
  stopSequence: string | null;
  usage: AnthropicUsage;
}

type DeltaKind = "text" | "thinking" | "tool_use" | "server_tool_use";

const makeDelta: Record<DeltaKind, (piece: string) => BlockDelta> = {
  text: (text) => ({ type: "text_delta", text }),
  thinking: (thinking) => ({ type: "thinking_delta", thinking }),
  tool_use: (partial_json) => ({ type: "input_json_delta", partial_json }),
  server_tool_use: (partial_json) => ({ type: "input_json_delta", partial_json }),
};

/**
 * Order: https://docs.claude.com/en/docs/build-with-claude/streaming. Indexes, the kinds of deltas and the ends of blocks are
 * not the caller's choice; a call at a wrong time throws, since what it would write is an illegal stream. After `finish` or
 * `fail` nothing more can be written.
 */
export class EventWriter {
  readonly #emit: EmitEvent;
  #phase: "before" | "content" | "over" = "before";
  /** Of the open block, else of the next one. */
  #index = 0;
  #open: DeltaKind | "whole" | null = null;

  constructor(emit: EmitEvent) {
    this.#emit = emit;
  }

  get started(): boolean {
    return this.#phase !== "before";
  }

  get over(): boolean {
    return this.#phase === "over";
  }

  start(head: MessageHead): void {
    this.#require("before");
    this.#phase = "content";
    const input_tokens = Math.max(1, Math.round(head.inputTokens));
    this.#emit({
      type: "message_start",
      message: {
        id: head.id,
        type: "message",
        role: "assistant",
        model: head.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: {
          input_tokens,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
          output_tokens: 1,
        },
      },
    });
  }

  /** Opens a block, and closes the one that is open. `block` is as it stands before its first delta. */
  open(block: AnswerBlock): void {
    this.#require("content");
    this.close();
    this.#open = block.type === "web_search_tool_result" ? "whole" : block.type;
    this.#emit({ type: "content_block_start", index: this.#index, content_block: block });
  }

  /** A piece of the open block: text, thinking or JSON of a tool's input, by the kind of the block. */
  append(piece: string): void {
    this.#require("content");
    if (this.#open === null || this.#open === "whole") throw new Error("No block is open for a delta.");
    this.#emit({ type: "content_block_delta", index: this.#index, delta: makeDelta[this.#open](piece) });
  }

  /** Closes the open block, if there is one. */
  close(): void {
    if (this.#open === null) return;
    this.#emit({ type: "content_block_stop", index: this.#index });
    this.#open = null;
    this.#index++;
  }

  finish({ stopReason, stopSequence, usage }: MessageEnd): void {
    this.#require("content");
    this.close();
    this.#phase = "over";
    const delta = { stop_reason: stopReason, stop_sequence: stopSequence };
    this.#emit({ type: "message_delta", delta, usage });
    this.#emit({ type: "message_stop" });
  }

  ping(): void {
    if (this.#phase !== "over") this.#emit({ type: "ping" });
  }

  /** Ends the stream with an error; legal at any time before the end. */
  fail(error: AnthropicErrorBody): void {
    if (this.#phase === "over") throw new Error("The stream is over.");
    this.#phase = "over";
    this.#open = null;
    this.#emit(error);
  }

  #require(phase: "before" | "content"): void {
    if (this.#phase !== phase) throw new Error(`An event for "${phase}" came in "${this.#phase}".`);
  }
}
