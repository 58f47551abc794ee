// Legal Anthropic answers (wire shapes of SDK 1.12): message, stream, token count, model list, errors.
import { answerOpenAiLegally } from "./openai-answers";
import { respond } from "./replies";
import type { Exchange } from "./scripted-upstream";

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
}

export type Block =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "tool_use"; id: string; name: string; input: Record<string, unknown> };

export interface MessageContent {
  id?: string;
  model?: string;
  blocks?: Block[];
  stopReason?: string;
  usage?: Partial<Usage>;
}

const usage: Usage = {
  input_tokens: 12,
  output_tokens: 7,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

/** The body of a non-streaming answer. */
export function messageBody(content: MessageContent = {}): Record<string, unknown> {
  return {
    id: content.id ?? "msg_01TestTestTestTestTest",
    type: "message",
    role: "assistant",
    model: content.model ?? "claude-opus-4-6",
    content: content.blocks ?? [{ type: "text", text: "Hello there." }],
    stop_reason: content.stopReason ?? "end_turn",
    stop_sequence: null,
    usage: { ...usage, ...content.usage },
  };
}

/** One SSE event as it goes over the wire; `type` is put into the data too. */
export function sseEvent(type: string, data: Record<string, unknown> = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

/** The events of a whole streamed answer, in legal order, one string each. */
export function messageEvents(content: MessageContent = {}): string[] {
  const message = messageBody({ ...content, usage: { ...content.usage, output_tokens: 1 } });
  const blocks = content.blocks ?? [{ type: "text", text: "Hello there." }];
  return [
    sseEvent("message_start", { message: { ...message, content: [], stop_reason: null } }),
    ...blocks.flatMap((block, index) => blockEvents(block, index)),
    sseEvent("message_delta", {
      delta: { stop_reason: content.stopReason ?? "end_turn", stop_sequence: null },
      usage: { ...usage, ...content.usage },
    }),
    sseEvent("message_stop"),
  ];
}

function blockEvents(block: Block, index: number): string[] {
  const delta = (value: Record<string, unknown>) => sseEvent("content_block_delta", { index, delta: value });
  return [
    sseEvent("content_block_start", { index, content_block: emptied(block) }),
    ...blockDeltas(block).map(delta),
    sseEvent("content_block_stop", { index }),
  ];
}

function emptied(block: Block): Record<string, unknown> {
  if (block.type === "text") return { type: "text", text: "" };
  if (block.type === "thinking") return { type: "thinking", thinking: "", signature: "" };
  return { ...block, input: {} };
}

function blockDeltas(block: Block): Record<string, unknown>[] {
  if (block.type === "text") {
    const words = block.text.split(/(?<= )/);
    return words.map((text) => ({ type: "text_delta", text }));
  }
  if (block.type === "thinking") {
    return [
      { type: "thinking_delta", thinking: block.thinking },
      { type: "signature_delta", signature: block.signature },
    ];
  }
  const json = JSON.stringify(block.input);
  const half = Math.ceil(json.length / 2);
  return ["", json.slice(0, half), json.slice(half)].map((partial_json) => ({
    type: "input_json_delta",
    partial_json,
  }));
}

/** An error body in the upstream's shape. */
export function errorBody(
  type: string,
  message: string,
  details?: Record<string, unknown>,
): Record<string, unknown> {
  const error = details === undefined ? { type, message } : { type, message, details };
  return { type: "error", error, request_id: "req_011CTestTestTestTestTest" };
}

export const modelList = {
  data: [
    {
      id: "claude-opus-4-6",
      type: "model",
      display_name: "Claude Opus 4.6",
      created_at: "2026-02-01T00:00:00Z",
    },
    {
      id: "claude-sonnet-4-6",
      type: "model",
      display_name: "Claude Sonnet 4.6",
      created_at: "2026-02-01T00:00:00Z",
    },
  ],
  has_more: false,
  first_id: "claude-opus-4-6",
  last_id: "claude-sonnet-4-6",
};

/** What the upstream does when a test says nothing: the right answer, whose text names the key that served. */
export async function answerLegally(exchange: Exchange): Promise<void> {
  const { request } = exchange;
  if (request.path.endsWith("/v1/messages/count_tokens"))
    return respond({ json: { input_tokens: 42 } })(exchange);
  if (request.path.endsWith("/v1/models")) return respond({ json: modelList })(exchange);
  if (/\/(?:chat\/completions|responses)$/.test(request.path)) return answerOpenAiLegally(exchange);
  if (!request.path.endsWith("/v1/messages"))
    return respond({ json: { ok: true, key: request.key } })(exchange);
  const content: MessageContent = {
    model: request.model ?? "none",
    blocks: [{ type: "text", text: `served by ${request.key} with ${request.model}` }],
  };
  if (!isStreaming(request.body)) return respond({ json: messageBody(content) })(exchange);
  return respond({ sse: messageEvents(content) })(exchange);
}

function isStreaming(body: Buffer): boolean {
  return /"stream"\s*:\s*true/.test(body.toString("utf8"));
}
