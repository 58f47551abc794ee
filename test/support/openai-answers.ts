// Legal answers of an OpenAI server in both dialects: whole, streamed, and as errors.
import { json, type Part, type Response, respond, sse } from "./replies";
import type { Reply } from "./scripted-upstream";

export interface OpenAiCall {
  id: string;
  name: string;
  /** JSON text, as on the wire. */
  arguments: string;
}

export interface OpenAiContent {
  id?: string;
  model?: string;
  reasoning?: string;
  text?: string;
  calls?: OpenAiCall[];
  refusal?: string;
  /** The answer was cut at the limit or by a filter; default: it is whole. */
  cutBy?: "length" | "content_filter";
  usage?: Partial<OpenAiUsage>;
}

export interface OpenAiUsage {
  /** The whole prompt, cached tokens included. */
  input: number;
  cached: number;
  /** Reasoning included. */
  output: number;
  reasoning: number;
}

export type Dialect = "chat" | "responses";

const created = 1_790_000_000;

/** Answers in the dialect and the form (streamed or not) that the request asks for. */
export function openAiAnswer(content: OpenAiContent = {}, options: Omit<Response, "sse"> = {}): Reply {
  return (exchange) => {
    const asked = JSON.parse(exchange.request.body.toString("utf8"));
    const said = { model: String(asked.model), ...content };
    const dialect = dialectOf(exchange.request.path);
    if (asked.stream === true) return sse(openAiEvents(dialect, said, withUsage(asked)), options)(exchange);
    return respond({ ...options, json: openAiBody(dialect, said) })(exchange);
  };
}

/** Streams these parts, whatever the content; for answers that break off, stall or go wrong. */
export function openAiStream(parts: Part[], options: Omit<Response, "sse"> = {}): Reply {
  return sse(parts, options);
}

export function dialectOf(path: string): Dialect {
  return path.endsWith("/chat/completions") ? "chat" : "responses";
}

/** The events of a whole streamed answer, one string each. */
export function openAiEvents(dialect: Dialect, content: OpenAiContent = {}, usage = true): string[] {
  return dialect === "chat" ? chatEvents(content, usage) : responsesEvents(content);
}

export function openAiBody(dialect: Dialect, content: OpenAiContent = {}): Record<string, unknown> {
  return dialect === "chat" ? chatBody(content) : responsesBody(content, "response");
}

/** `{"error": {…}}` as OpenAI writes it. */
export function openAiErrorBody(
  message: string,
  error: { type?: string; code?: string | null; param?: string | null } = {},
): Record<string, unknown> {
  return { error: { message, type: "invalid_request_error", param: null, code: null, ...error } };
}

export function openAiError(
  status: number,
  message: string,
  error: { type?: string; code?: string | null; param?: string | null } = {},
  headers: Record<string, string> = {},
): Reply {
  return json(status, openAiErrorBody(message, error), { "x-request-id": "req_openai", ...headers });
}

/** A piece of a chat stream. */
export function chatChunk(delta: Record<string, unknown>, finish: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  const chunk = { id: "chatcmpl-T1", object: "chat.completion.chunk", created, model: "gpt-5.4", choices };
  return `data: ${JSON.stringify({ ...chunk, usage: null })}\n\n`;
}

export function chatUsageChunk(usage: Partial<OpenAiUsage> = {}): string {
  return `data: ${JSON.stringify({
    id: "chatcmpl-T1",
    object: "chat.completion.chunk",
    created,
    model: "gpt-5.4",
    choices: [],
    usage: chatUsage(usage),
  })}\n\n`;
}

export const chatDone = "data: [DONE]\n\n";

/** An event of a Responses stream. */
export function responsesEvent(type: string, data: Record<string, unknown> = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, ...data })}\n\n`;
}

function withUsage(asked: Record<string, unknown>): boolean {
  const options = asked.stream_options;
  return typeof options === "object" && options !== null && "include_usage" in options;
}

function chatBody(content: OpenAiContent): Record<string, unknown> {
  const { text, calls = [], reasoning, refusal } = content;
  const message = {
    role: "assistant",
    content: text ?? null,
    refusal: refusal ?? null,
    annotations: [],
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(chatCall) }),
  };
  return {
    id: content.id ?? "chatcmpl-T1",
    object: "chat.completion",
    created,
    model: content.model ?? "gpt-5.4",
    choices: [{ index: 0, message, logprobs: null, finish_reason: chatFinish(content) }],
    usage: chatUsage(content.usage),
    service_tier: "default",
  };
}

function chatCall({ id, name, arguments: text }: OpenAiCall): Record<string, unknown> {
  return { id, type: "function", function: { name, arguments: text } };
}

function chatFinish({ calls = [], cutBy }: OpenAiContent): string {
  if (cutBy !== undefined) return cutBy;
  return calls.length > 0 ? "tool_calls" : "stop";
}

function chatUsage(usage: Partial<OpenAiUsage> = {}): Record<string, unknown> {
  const { input, cached, output, reasoning } = filled(usage);
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
  };
}

function chatEvents(content: OpenAiContent, usage: boolean): string[] {
  const { text, calls = [], reasoning, refusal } = content;
  return [
    chatChunk({ role: "assistant", content: "", refusal: null }),
    ...pieces(reasoning).map((piece) => chatChunk({ reasoning_content: piece })),
    ...pieces(text).map((piece) => chatChunk({ content: piece })),
    ...pieces(refusal).map((piece) => chatChunk({ refusal: piece })),
    ...calls.flatMap((call, index) => [
      chatChunk({ tool_calls: [{ index, ...chatCall({ ...call, arguments: "" }) }] }),
      ...halves(call.arguments).map((piece) =>
        chatChunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    chatChunk({}, chatFinish(content)),
    ...(usage ? [chatUsageChunk(content.usage)] : []),
    chatDone,
  ];
}

function responsesBody(content: OpenAiContent, object: string): Record<string, unknown> {
  const { input, cached, output, reasoning } = filled(content.usage);
  const reasons = { length: "max_output_tokens", content_filter: "content_filter" };
  return {
    id: content.id ?? "resp_T1",
    object,
    created_at: created,
    status: content.cutBy === undefined ? "completed" : "incomplete",
    error: null,
    incomplete_details: content.cutBy === undefined ? null : { reason: reasons[content.cutBy] },
    model: content.model ?? "gpt-5.4",
    output: responsesItems(content),
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
  };
}

function responsesItems({ reasoning, text, refusal, calls = [] }: OpenAiContent): Record<string, unknown>[] {
  const items: Record<string, unknown>[] = [];
  if (reasoning !== undefined) {
    items.push({ id: "rs_1", type: "reasoning", summary: [{ type: "summary_text", text: reasoning }] });
  }
  if (text !== undefined || refusal !== undefined) {
    const part =
      refusal === undefined
        ? { type: "output_text", text, annotations: [], logprobs: [] }
        : { type: "refusal", refusal };
    items.push({ id: "msg_1", type: "message", status: "completed", role: "assistant", content: [part] });
  }
  for (const [index, call] of calls.entries()) {
    const { id, name, arguments: text } = call;
    const status = "completed";
    items.push({ id: `fc_${index}`, type: "function_call", status, call_id: id, name, arguments: text });
  }
  return items;
}

function responsesEvents(content: OpenAiContent): string[] {
  const begun = { ...responsesBody(content, "response"), status: "in_progress", output: [], usage: null };
  const end = content.cutBy === undefined ? "response.completed" : "response.incomplete";
  return [
    responsesEvent("response.created", { response: begun }),
    responsesEvent("response.in_progress", { response: begun }),
    ...responsesItems(content).flatMap(itemEvents),
    responsesEvent(end, { response: responsesBody(content, "response") }),
  ];
}

function itemEvents(item: Record<string, unknown>, output_index: number): string[] {
  const at = { output_index, item_id: item.id };
  const added = (fields: Record<string, unknown>) =>
    responsesEvent("response.output_item.added", {
      output_index,
      item: { ...item, ...fields, status: "in_progress" },
    });
  const done = responsesEvent("response.output_item.done", { output_index, item });
  if (item.type === "function_call") {
    const text = String(item.arguments);
    return [
      added({ arguments: "" }),
      ...halves(text).map((delta) =>
        responsesEvent("response.function_call_arguments.delta", { ...at, delta }),
      ),
      responsesEvent("response.function_call_arguments.done", { ...at, arguments: text }),
      done,
    ];
  }
  if (item.type === "reasoning") {
    const [{ text } = { text: "" }] = item.summary as { text: string }[];
    const where = { ...at, summary_index: 0 };
    return [
      added({ summary: [] }),
      responsesEvent("response.reasoning_summary_part.added", { ...where, part: { type: "summary_text" } }),
      ...pieces(text).map((delta) =>
        responsesEvent("response.reasoning_summary_text.delta", { ...where, delta }),
      ),
      responsesEvent("response.reasoning_summary_text.done", { ...where, text }),
      done,
    ];
  }
  const [part = {}] = item.content as Record<string, unknown>[];
  const where = { ...at, content_index: 0 };
  const kind = part.type === "refusal" ? "refusal" : "output_text";
  const field = part.type === "refusal" ? "refusal" : "text";
  return [
    added({ content: [] }),
    responsesEvent("response.content_part.added", { ...where, part: { ...part, [field]: "" } }),
    ...pieces(String(part[field])).map((delta) =>
      responsesEvent(`response.${kind}.delta`, { ...where, delta }),
    ),
    responsesEvent(`response.${kind}.done`, { ...where, [field]: part[field] }),
    responsesEvent("response.content_part.done", { ...where, part }),
    done,
  ];
}

function filled(usage: Partial<OpenAiUsage> = {}): OpenAiUsage {
  return { input: 1200, cached: 1000, output: 50, reasoning: 0, ...usage };
}

/** Word by word. */
function pieces(text: string | undefined): string[] {
  return text === undefined || text === "" ? [] : text.split(/(?<= )/);
}

function halves(text: string): string[] {
  const half = Math.ceil(text.length / 2);
  return [text.slice(0, half), text.slice(half)].filter((piece) => piece !== "");
}

/** What an OpenAI upstream does when a test says nothing; the text names the key that served. */
export const answerOpenAiLegally: Reply = (exchange) => {
  const { key, model, path } = exchange.request;
  return openAiAnswer({ text: `served by ${key} with ${model} through ${dialectOf(path)}` })(exchange);
};
