// Folds the events of an answer into the message of an answer that is not streamed.
import type { AnswerBlock, AnthropicMessage } from "./anthropic";
import { parseArguments } from "./parse-arguments";
import type { BlockDelta, StreamEvent } from "./stream-event";

export class MessageFold {
  /** Null until the message starts; whole once `message_stop` has been added. */
  message: AnthropicMessage | null = null;
  #input = "";

  add(event: StreamEvent): void {
    if (event.type === "message_start") this.message = { ...event.message, content: [] };
    const { message } = this;
    if (message === null) return;
    switch (event.type) {
      case "content_block_start":
        this.#input = "";
        message.content.push({ ...event.content_block });
        break;
      case "content_block_delta":
        this.#addDelta(message.content.at(-1), event.delta);
        break;
      case "content_block_stop": {
        const block = message.content.at(-1);
        if (block?.type === "tool_use" || block?.type === "server_tool_use") {
          block.input = readInput(this.#input);
        }
        break;
      }
      case "message_delta":
        this.message = { ...message, ...event.delta, usage: event.usage };
        break;
    }
  }

  #addDelta(block: AnswerBlock | undefined, delta: BlockDelta): void {
    if (block?.type === "text" && delta.type === "text_delta") block.text += delta.text;
    if (block?.type === "thinking" && delta.type === "thinking_delta") block.thinking += delta.thinking;
    if (delta.type === "input_json_delta") this.#input += delta.partial_json;
  }
}

/** Input that was cut off with the answer is kept as it is: half of it must not look like all of it. */
function readInput(json: string): Record<string, unknown> {
  try {
    return parseArguments(JSON.parse(json === "" ? "{}" : json));
  } catch {
    return { _raw: json };
  }
}
