// Reads the streams of an OpenAI server strictly: any departure from the documented order or shape is an error.

export interface ResponsesEvent {
  type: string;
  [field: string]: unknown;
}

type Fields = Record<string, unknown>;

interface OpenItem {
  id: string;
  type: string;
  /** What the deltas of the open part carried. */
  text: string;
  /** What `done` said of each part. */
  parts: string[];
}

/** Throws at the first event that may not stand where it stands. Returns the finished response. */
export function readResponsesStream(body: string): ResponsesEvent {
  const events = parseResponsesEvents(body);
  const last = events.at(-1);
  const [created, progress, ...rest] = events.slice(0, -1);
  must(created?.type === "response.created" && progress?.type === "response.in_progress", "begins otherwise");
  const items: Fields[] = [];
  let open: OpenItem | null = null;
  for (const event of rest) {
    if (event.type === "response.output_item.added") {
      must(open === null && event.output_index === items.length, "an item inside another");
      const { id, type } = event.item as OpenItem;
      open = { id, type, text: "", parts: [] };
    } else if (event.type === "response.output_item.done") {
      const item = event.item as Fields;
      must(open !== null && item.id === open.id && event.output_index === items.length, "another item ends");
      must(JSON.stringify(textsOf(item)) === JSON.stringify(open?.parts), "the item is not what was said");
      items.push(item);
      open = null;
    } else {
      must(open !== null && event.item_id === open.id && event.output_index === items.length, "no such item");
      if (open !== null) readPart(event, open);
    }
  }
  must(open === null, "an item never ends");
  must(last?.type === "response.completed" || last?.type === "response.incomplete", "ends otherwise");
  const response = last?.response as ResponsesEvent;
  must(`response.${response.status}` === last?.type, "status and event differ");
  must(JSON.stringify(response.output) === JSON.stringify(items), "the response is not what was said");
  return response;
}

function readPart(event: ResponsesEvent, open: OpenItem): void {
  const kinds: Record<string, string[]> = {
    reasoning: ["reasoning_summary_part", "reasoning_summary_text"],
    message: ["content_part", "output_text"],
    function_call: ["", "function_call_arguments"],
  };
  const [part, text] = kinds[open.type] ?? [];
  if (event.type === `response.${text}.delta`) {
    must(typeof event.delta === "string" && event.delta !== "", "an empty delta");
    open.text += event.delta;
  } else if (event.type === `response.${text}.done`) {
    must((event.text ?? event.arguments) === open.text, "done differs from its deltas");
    open.parts.push(open.text);
    open.text = "";
  } else {
    must(part !== "" && [`response.${part}.added`, `response.${part}.done`].includes(event.type), event.type);
  }
}

function textsOf(item: Fields): unknown[] {
  if (item.type === "function_call") return [item.arguments];
  const parts = (item.type === "message" ? item.content : item.summary) as { text: string }[];
  return parts.map((part) => part.text);
}

function parseResponsesEvents(body: string): ResponsesEvent[] {
  const blocks = body.split("\n\n");
  must(blocks.pop() === "", "does not end with a blank line");
  return blocks.map((block, index) => {
    const match = /^event: ([\w.]+)\ndata: (\{.*\})$/.exec(block);
    must(match !== null, `not an event: ${block}`);
    const event = JSON.parse(match?.[2] ?? "") as ResponsesEvent;
    must(event.type === match?.[1] && event.sequence_number === index, `event ${index} is out of sequence`);
    return event;
  });
}

interface ChatChunk {
  id: string;
  object: string;
  choices: {
    delta: { role?: string; content?: string; tool_calls?: CallPiece[] };
    finish_reason: string | null;
  }[];
  usage?: Fields | null;
}

export interface ChatCall {
  name: string;
  arguments: string;
}

interface CallPiece {
  index: number;
  id?: string;
  function: { name?: string; arguments: string };
}

/** The same for chunks of Chat Completions. `usage`: null if no chunk carried it. */
export function readChatStream(body: string) {
  const blocks = body.split("\n\n");
  must(blocks.pop() === "" && blocks.pop() === "data: [DONE]", "does not end with [DONE]");
  const chunks = blocks.map((block): ChatChunk => JSON.parse(/^data: (\{.*\})$/.exec(block)?.[1] ?? ""));
  must(new Set(chunks.map((chunk) => `${chunk.id} ${chunk.object}`)).size === 1, "more than one id");
  const message = { content: "", calls: [] as ChatCall[] };
  let finish: string | null = null;
  let usage: Fields | null = null;
  for (const [index, chunk] of chunks.entries()) {
    must(usage === null, "something after the usage");
    usage = chunk.usage ?? null;
    const [choice] = chunk.choices;
    must((choice === undefined) === (usage !== null), "usage comes in a chunk of its own");
    if (choice === undefined) continue;
    must(finish === null, "something after the finish");
    must((choice.delta.role === "assistant") === (index === 0), "the role comes first and once");
    finish = choice.finish_reason;
    message.content += choice.delta.content ?? "";
    for (const piece of choice.delta.tool_calls ?? []) takeCall(piece, message.calls);
  }
  must(finish !== null, "never finishes");
  return { message, finish: finish ?? "", usage };
}

function takeCall(piece: CallPiece, calls: ChatCall[]): void {
  const isNew = piece.index === calls.length;
  must(
    isNew === (piece.id !== undefined && piece.function.name !== undefined),
    "id and name come once, and first",
  );
  if (isNew) calls.push({ name: piece.function.name ?? "", arguments: piece.function.arguments });
  else {
    const call = calls.at(-1);
    must(call !== undefined && piece.index === calls.length - 1, "a piece of another call");
    if (call !== undefined) call.arguments += piece.function.arguments;
  }
}

function must(holds: boolean, words: string): void {
  if (!holds) throw new Error(`illegal stream: ${words}`);
}
