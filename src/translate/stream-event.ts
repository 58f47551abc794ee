// The events of an Anthropic answer stream, and their form on the wire.
import type {
  AnswerBlock,
  AnthropicErrorBody,
  AnthropicMessage,
  AnthropicUsage,
  StopReason,
} from "./anthropic";

export type BlockDelta =
  | { type: "text_delta"; text: string }
  | { type: "thinking_delta"; thinking: string }
  | { type: "input_json_delta"; partial_json: string };

export type StreamEvent =
  | { type: "message_start"; message: AnthropicMessage }
  | { type: "content_block_start"; index: number; content_block: AnswerBlock }
  | { type: "content_block_delta"; index: number; delta: BlockDelta }
  | { type: "content_block_stop"; index: number }
  | {
      type: "message_delta";
      delta: { stop_reason: StopReason; stop_sequence: string | null };
      usage: AnthropicUsage;
    }
  | { type: "message_stop" }
  | { type: "ping" }
  | AnthropicErrorBody;

export type EmitEvent = (event: StreamEvent) => void;

/** One server-sent event, with the `event:` line without which the official SDKs see nothing. */
export function formatEvent(event: StreamEvent): string {
  if (event.type === "content_block_delta") return formatDelta(event.index, event.delta);
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Nearly all events are deltas: only their text has to be escaped. */
function formatDelta(index: number, delta: BlockDelta): string {
  const start = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${delta.type}",`;
  switch (delta.type) {
    case "text_delta":
      return `${start}"text":${JSON.stringify(delta.text)}}}\n\n`;
    case "thinking_delta":
      return `${start}"thinking":${JSON.stringify(delta.thinking)}}}\n\n`;
    case "input_json_delta":
      return `${start}"partial_json":${JSON.stringify(delta.partial_json)}}}\n\n`;
  }
}
