// Reads a stream of Anthropic events strictly: any departure from the documented order or shape is an error.

export interface AnthropicEvent {
  type: string;
  [field: string]: unknown;
}

/** Parses the text of an SSE body; each event must be an `event:` line, a `data:` line of the same type, and a blank. */
export function parseStrictEvents(text: string): AnthropicEvent[] {
  const blocks = text.split("\n\n");
  if (blocks.pop() !== "") throw new Error("the stream does not end with a blank line");
  return blocks.map((block) => {
    const match = /^event: (\w+)\ndata: (\{.*\})$/.exec(block);
    if (match === null) throw new Error(`not an event: ${block}`);
    const event = JSON.parse(match[2] ?? "") as AnthropicEvent;
    if (event.type !== match[1]) throw new Error(`event ${match[1]} carries ${event.type}`);
    return event;
  });
}

/** Throws at the first event that may not stand where it stands, or if the stream is not finished. */
export function validateEvents(events: readonly AnthropicEvent[]): void {
  const end = readEnd(events);
  if (end !== "complete") throw new Error(`the stream ends with ${end}`);
}

/** The same, for streams that may also end with one error event. */
export function readEnd(events: readonly AnthropicEvent[]): "complete" | "error" {
  const validator = new Validator();
  for (const event of events) validator.step(event);
  if (validator.phase === "done") return "complete";
  if (validator.phase === "failed") return "error";
  throw new Error(`the stream ends ${validator.phase}`);
}

const stopReasons = ["end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"];
const deltaFields: Record<string, [string, string]> = {
  text: ["text_delta", "text"],
  thinking: ["thinking_delta", "thinking"],
  tool_use: ["input_json_delta", "partial_json"],
  server_tool_use: ["input_json_delta", "partial_json"],
};

class Validator {
  phase: "before" | "between" | "in a block" | "ending" | "done" | "failed" = "before";
  #next = 0;
  #block = "";
  readonly #toolIds = new Set<unknown>();

  step(event: AnthropicEvent): void {
    const require = (holds: boolean, what: string) => {
      if (!holds) throw new Error(`${what}: ${JSON.stringify(event)} ${this.phase}, block ${this.#next}`);
    };
    require(this.phase !== "done" && this.phase !== "failed", "nothing may follow the end");
    switch (event.type) {
      case "ping":
        return;
      case "error":
        requireError(event, require);
        this.phase = "failed";
        return;
      case "message_start":
        require(this.phase === "before", "order");
        requireMessage(record(event.message), require);
        this.phase = "between";
        return;
      case "content_block_start":
        require(this.phase === "between" && event.index === this.#next, "order");
        this.#startBlock(record(event.content_block), require);
        this.phase = "in a block";
        return;
      case "content_block_delta":
        require(this.phase === "in a block" && event.index === this.#next, "order");
        requireDelta(this.#block, record(event.delta), require);
        return;
      case "content_block_stop":
        require(this.phase === "in a block" && event.index === this.#next, "order");
        this.phase = "between";
        this.#next++;
        return;
      case "message_delta":
        require(this.phase === "between", "order");
        require(stopReasons.includes(String(record(event.delta).stop_reason)), "stop reason");
        requireUsage(record(event.usage), require);
        this.phase = "ending";
        return;
      case "message_stop":
        require(this.phase === "ending", "order");
        this.phase = "done";
        return;
      default:
        require(false, "unknown event");
    }
  }

  #startBlock(block: Record<string, unknown>, require: Require): void {
    this.#block = String(block.type);
    if (block.type === "text") require(block.text === "", "start of text");
    if (block.type === "thinking") {
      require(block.thinking === "" && typeof block.signature === "string", "start of thinking");
    }
    if (block.type === "tool_use" || block.type === "server_tool_use") {
      require(/^[a-zA-Z0-9_-]+$/.test(String(block.id)) && !this.#toolIds.has(block.id), "id of a tool");
      require(typeof block.name === "string" && block.name !== "", "name of a tool");
      require(JSON.stringify(block.input) === "{}", "start of a tool's input");
      this.#toolIds.add(block.id);
    }
    if (block.type === "web_search_tool_result") require(Array.isArray(block.content), "search results");
  }
}

type Require = (holds: boolean, what: string) => void;

function requireMessage(message: Record<string, unknown>, require: Require): void {
  require(typeof message.id === "string" && message.id.startsWith("msg_"), "id");
  require(message.type === "message" && message.role === "assistant", "type and role");
  require(typeof message.model === "string" && message.model !== "", "model");
  require(Array.isArray(message.content) && message.content.length === 0, "no content yet");
  require(message.stop_reason === null && message.stop_sequence === null, "no stop reason yet");
  const usage = record(message.usage);
  requireUsage(usage, require);
  const prompt = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"];
  require(prompt.reduce((sum, name) => sum + Number(usage[name] ?? 0), 0) >
    0, "input tokens of the whole prompt");
}

function requireDelta(block: string, delta: Record<string, unknown>, require: Require): void {
  if (block === "thinking" && delta.type === "signature_delta") return;
  const [type, field] = deltaFields[block] ?? ["none", "none"];
  require(delta.type === type && typeof delta[field] === "string", `delta of a ${block} block`);
}

function requireUsage(usage: Record<string, unknown>, require: Require): void {
  require(typeof usage.input_tokens === "number" && typeof usage.output_tokens === "number", "usage");
  for (const [name, value] of Object.entries(usage)) {
    if (typeof value === "number") require(Number.isInteger(value) && value >= 0, `usage.${name}`);
  }
}

function requireError(event: AnthropicEvent, require: Require): void {
  const { type, message } = record(event.error);
  require(typeof type === "string" && /^(\w+_error|request_too_large)$/.test(type), "type of an error");
  require(typeof message === "string" && message !== "", "message of an error");
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return { ...value };
}
