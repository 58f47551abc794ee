// Writes a simulated answer as the Responses API would: whole, or as events in legal order.
import { isObject } from "../json-value";
import { splitText } from "../split-text";
import type { Frame } from "../stream-frames";
import type { OpenAiMessage } from "./openai-question";

type Fields = Record<string, unknown>;

/** A finished answer. */
export function responsesBody(message: OpenAiMessage): Fields {
  const { answer, usage } = message;
  const isCut = answer.stopReason === "max_tokens";
  return {
    ...responseHead(message),
    status: isCut ? "incomplete" : "completed",
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output: outputItems(message),
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cached },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning },
      total_tokens: usage.input + usage.output,
    },
  };
}

/** Events: https://platform.openai.com/docs/api-reference/responses-streaming */
export function* responsesFrames(message: OpenAiMessage): Generator<Frame> {
  const options = isObject(message.question.body.stream_options) ? message.question.body.stream_options : {};
  const padded = options.include_obfuscation !== false;
  let sequence = 0;
  for (const { type, ...fields } of responsesEvents(message)) {
    const { delta } = fields;
    const paced = typeof delta === "string";
    const padding = paced && padded ? { obfuscation: "x".repeat(16 - (delta.length % 16)) } : {};
    const data = { type, sequence_number: sequence++, ...fields, ...padding };
    yield { text: `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`, paced };
  }
}

interface ResponsesEvent extends Fields {
  type: string;
}

function* responsesEvents(message: OpenAiMessage): Generator<ResponsesEvent> {
  const begun = {
    ...responseHead(message),
    status: "in_progress",
    incomplete_details: null,
    output: [],
    usage: null,
  };
  yield { type: "response.created", response: begun };
  yield { type: "response.in_progress", response: begun };
  for (const [index, item] of outputItems(message).entries()) {
    const at = { item_id: item.id, output_index: index };
    yield { type: "response.output_item.added", output_index: index, item: emptyItem(item) };
    yield* itemEvents(item, at);
    yield { type: "response.output_item.done", output_index: index, item };
  }
  const whole = responsesBody(message);
  yield { type: `response.${whole.status}`, response: whole };
}

type OutputItem = ReasoningItem | MessageItem | CallItem;

interface ReasoningItem extends Fields {
  id: string;
  type: "reasoning";
  summary: { type: "summary_text"; text: string }[];
}

interface MessageItem extends Fields {
  id: string;
  type: "message";
  content: { type: "output_text"; text: string; annotations: []; logprobs: [] }[];
}

interface CallItem extends Fields {
  id: string;
  type: "function_call";
  arguments: string;
}

function* itemEvents(item: OutputItem, at: Fields): Generator<ResponsesEvent> {
  if (item.type === "function_call") {
    for (const delta of splitText(item.arguments)) {
      yield { type: "response.function_call_arguments.delta", ...at, delta };
    }
    yield {
      type: "response.function_call_arguments.done",
      ...at,
      name: item.name,
      arguments: item.arguments,
    };
    return;
  }
  const isMessage = item.type === "message";
  const [part, text] = isMessage
    ? ["content_part", "output_text"]
    : ["reasoning_summary_part", "reasoning_summary_text"];
  for (const [index, said] of (isMessage ? item.content : item.summary).entries()) {
    const where = { ...at, [isMessage ? "content_index" : "summary_index"]: index };
    const logprobs = isMessage ? { logprobs: [] } : {};
    yield { type: `response.${part}.added`, ...where, part: { ...said, text: "" } };
    for (const delta of splitText(said.text))
      yield { type: `response.${text}.delta`, ...where, delta, ...logprobs };
    yield { type: `response.${text}.done`, ...where, text: said.text, ...logprobs };
    yield { type: `response.${part}.done`, ...where, part: said };
  }
}

/** As an item is announced. */
function emptyItem(item: OutputItem): Fields {
  switch (item.type) {
    case "reasoning":
      return { ...item, summary: [] };
    case "message":
      return { ...item, status: "in_progress", content: [] };
    case "function_call":
      return { ...item, status: "in_progress", arguments: "" };
  }
}

function outputItems(message: OpenAiMessage): OutputItem[] {
  const { id, answer, usage } = message;
  const status = answer.stopReason === "max_tokens" ? "incomplete" : "completed";
  const said = answer.content.map((block, index): OutputItem => {
    if (block.type === "text") {
      const part = {
        type: "output_text" as const,
        text: block.text,
        annotations: [] as [],
        logprobs: [] as [],
      };
      return { id: `msg_${id}${index}`, type: "message", status, role: "assistant", content: [part] };
    }
    const { id: call_id, name, input } = block;
    const call = { call_id, name, arguments: JSON.stringify(input) };
    return { id: `fc_${id}${index}`, type: "function_call", status: "completed", ...call };
  });
  return usage.reasoning === 0 ? said : [reasoningItem(message), ...said];
}

/** Summarized and encrypted only where the request asks for it. */
function reasoningItem({ id, question }: OpenAiMessage): ReasoningItem {
  const { reasoning, include } = question.body;
  const summarizes = isObject(reasoning) && reasoning.summary !== undefined;
  const encrypts = Array.isArray(include) && include.includes("reasoning.encrypted_content");
  return {
    id: `rs_${id}`,
    type: "reasoning",
    summary: summarizes
      ? [{ type: "summary_text", text: "**Pretending to think**\n\nThe demo has its answers ready." }]
      : [],
    ...(encrypts ? { encrypted_content: Buffer.from(`demo ${id}`).toString("base64") } : {}),
  };
}

/** What every answer repeats of its request. */
function responseHead({ id, createdAt, question }: OpenAiMessage): Fields {
  const { body, effort } = question;
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: createdAt,
    background: false,
    error: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: question.model,
    parallel_tool_calls: question.parallel,
    previous_response_id: null,
    reasoning: { effort, summary: isObject(body.reasoning) ? (body.reasoning.summary ?? null) : null },
    service_tier: "default",
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: body.text ?? { format: { type: "text" } },
    tool_choice: body.tool_choice ?? "auto",
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: "disabled",
    user: null,
  };
}
