// The streams of both OpenAI dialects, event for event as its servers send them: the same words as in Anthropic's.

const word = " seven wo";
const created = 1_767_225_600;
const model = "gpt-5.4-2026-03-05";

/** `count` events of Chat Completions, from the role to `[DONE]`. */
export function chatEvents(count: number): string[] {
  const usage = {
    prompt_tokens: 250,
    completion_tokens: count,
    total_tokens: 250 + count,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
  const opening = [chatChunk([choice({ role: "assistant", content: "", refusal: null })])];
  const closing = [chatChunk([choice({}, "stop")]), chatChunk([], usage), "data: [DONE]\n\n"];
  const delta = chatChunk([choice({ content: word })]);
  return [...opening, ...fill(count - opening.length - closing.length, () => delta), ...closing];
}

function choice(delta: Record<string, unknown>, finishReason: string | null = null): Record<string, unknown> {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason };
}

function chatChunk(choices: unknown[], usage: unknown = null): string {
  const head = { id: "chatcmpl-BenchBenchBenchBenchBenchBenchB", object: "chat.completion.chunk", created };
  const chunk = { ...head, model, service_tier: "default", system_fingerprint: null, choices, usage };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** `count` events of the Responses API, from `created` to `completed`. */
export function responsesEvents(count: number): string[] {
  const outer = 8;
  const item = "msg_0benchbenchbenchbenchbenchbenchbenchbenchbenchbe";
  const at = { item_id: item, output_index: 0, content_index: 0 };
  const text = word.repeat(count - outer);
  const part = (words: string) => ({ type: "output_text", annotations: [], logprobs: [], text: words });
  const message = (status: string, content: unknown[]) => {
    return { id: item, type: "message", status, content, role: "assistant" };
  };
  const whole = message("completed", [part(text)]);
  const usage = {
    input_tokens: 250,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: count,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 250 + count,
  };
  const events: [string, Record<string, unknown>][] = [
    ["created", { response: response("in_progress", [], null) }],
    ["in_progress", { response: response("in_progress", [], null) }],
    ["output_item.added", { output_index: 0, item: message("in_progress", []) }],
    ["content_part.added", { ...at, part: part("") }],
    ...fill(count - outer, (): [string, Record<string, unknown>] => {
      return ["output_text.delta", { ...at, delta: word, logprobs: [] }];
    }),
    ["output_text.done", { ...at, text, logprobs: [] }],
    ["content_part.done", { ...at, part: part(text) }],
    ["output_item.done", { output_index: 0, item: whole }],
    ["completed", { response: response("completed", [whole], usage) }],
  ];
  return events.map(([type, data], sequence_number) => {
    const body = { type: `response.${type}`, sequence_number, ...data };
    return `event: response.${type}\ndata: ${JSON.stringify(body)}\n\n`;
  });
}

function response(status: string, output: unknown[], usage: unknown): Record<string, unknown> {
  const id = "resp_0benchbenchbenchbenchbenchbenchbenchbenchbenchb";
  return { id, object: "response", created_at: created, status, error: null, model, output, usage };
}

function fill<Value>(count: number, make: () => Value): Value[] {
  return Array.from({ length: count }, make);
}
