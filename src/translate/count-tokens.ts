// Counts the tokens of a request as Claude would, for `count_tokens` where no Anthropic key can do it.
import { countImage, countPdf, type ImageLimits } from "./count-media";
import { countTexts } from "./count-texts";
import { isObject, type JsonObject, readObjects, readString } from "./json-value";
import type { TokenizeText } from "./load-tokenizer";

/** How a generation of models turns a prompt into tokens. */
interface Measure {
  /** Claude's tokens for one token of o200k. */
  scale: number;
  image: ImageLimits;
}

/**
 * Up to Claude 4.6: 4.1 to 4.3 characters of English prose a token where o200k has 4.6 to 4.9.
 * From 4.7 on 1.2 to 1.47 times as many again in measurements with Anthropic's own `count_tokens`.
 */
const earlier: Measure = { scale: 1.15, image: { edge: 1568, tokens: 1600 } };
const present: Measure = { scale: 1.4, image: { edge: 2576, tokens: 4784 } };
const earlierModels = /claude-(?:3\b|instant|[a-z]+-(?:3\b|4(?!\d)(?![-.][7-9](?!\d))))/i;

const tokensPerRequest = 1;
const tokensPerMessage = 3;
const tokensPerTool = 10;
/** The vendor's own instructions for the use of tools. */
const tokensForToolUse = 340;
/** A tool that the vendor defines comes with a description that is not in the request. */
const tokensPerServerTool = 500;
const maxDepth = 50;
/** Strings that are no text: base64, encrypted or signed. */
const opaqueKeys = ["data", "signature", "encrypted_content", "encrypted_index", "cache_control"];

/**
 * `request`: the parsed body of `/v1/messages` or `/v1/messages/count_tokens`, or anything else; `tokenize`: from
 * `loadTokenizer`. At least 1, never throws. Takes some 20 ms for a request of any length; long texts are sampled.
 */
export function countTokens(request: unknown, tokenize: TokenizeText): number {
  const counter = new RequestCounter(measureFor(isObject(request) ? readString(request.model) : null));
  if (isObject(request)) counter.addRequest(request);
  return Math.max(1, counter.total(tokenize));
}

function measureFor(model: string | null): Measure {
  return model !== null && earlierModels.test(model) ? earlier : present;
}

class RequestCounter {
  readonly #measure: Measure;
  readonly #texts: string[] = [];
  /** What is counted without the tokenizer, in Claude's tokens. */
  #tokens = tokensPerRequest;
  /** Tools that the history has loaded. */
  readonly #loaded = new Set<string>();

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  total(tokenize: TokenizeText): number {
    return this.#tokens + Math.ceil(countTexts(this.#texts, tokenize) * this.#measure.scale);
  }

  addRequest(request: JsonObject): void {
    this.#addContent(request.system, 0);
    for (const message of readObjects(request.messages)) {
      this.#tokens += tokensPerMessage;
      this.#addContent(message.content, 0);
    }
    this.#addTools(readObjects(request.tools));
    if (isObject(request.output_config)) this.#addJson(request.output_config.format);
  }

  #addContent(content: unknown, depth: number): void {
    if (typeof content === "string") this.#addText(content);
    if (depth > maxDepth) return;
    for (const block of readObjects(content)) this.#addBlock(block, depth);
  }

  #addBlock(block: JsonObject, depth: number): void {
    switch (block.type) {
      case "text":
        this.#addText(block.text);
        break;
      case "image":
        this.#tokens += countImage(readBase64(block.source), this.#measure.image);
        break;
      case "document":
        this.#addDocument(block, depth);
        break;
      case "tool_use":
      case "server_tool_use":
      case "mcp_tool_use":
        this.#tokens += tokensPerTool;
        this.#addText(block.name);
        this.#addJson(block.input);
        break;
      case "tool_result":
        this.#tokens += tokensPerTool;
        this.#addContent(block.content, depth + 1);
        break;
      case "tool_reference":
        if (typeof block.tool_name === "string") this.#loaded.add(block.tool_name);
        this.#addText(block.tool_name);
        break;
      default:
        this.#addStrings(block, depth);
    }
  }

  #addDocument(block: JsonObject, depth: number): void {
    this.#addText(block.title);
    this.#addText(block.context);
    const source = isObject(block.source) ? block.source : {};
    if (source.type === "text") this.#addText(source.data);
    else if (source.type === "content") this.#addContent(source.content, depth + 1);
    else this.#tokens += countPdf(readBase64(source));
  }

  #addTools(tools: readonly JsonObject[]): void {
    // The model does not see a deferred tool before it has been looked up.
    const seen = tools.filter((tool) => tool.defer_loading !== true || this.#loaded.has(String(tool.name)));
    if (seen.length > 0) this.#tokens += tokensForToolUse;
    for (const tool of seen) {
      this.#tokens += "input_schema" in tool ? tokensPerTool : tokensPerServerTool;
      this.#addText(tool.name);
      this.#addText(tool.description);
      this.#addJson(tool.input_schema);
    }
  }

  /** Whatever text there is in a block of a kind that is not known here. */
  #addStrings(value: unknown, depth: number): void {
    if (typeof value === "string") this.#addText(value);
    if (typeof value !== "object" || value === null || depth > maxDepth) return;
    for (const [key, member] of Object.entries(value)) {
      if (!opaqueKeys.includes(key)) this.#addStrings(member, depth + 1);
    }
  }

  #addJson(value: unknown): void {
    if (value === undefined || value === null) return;
    // Writing JSON takes seconds, or all of the stack, when it is nested thousands of times.
    if (isDeeperThan(value, maxDepth)) this.#addStrings(value, 0);
    else this.#addText(JSON.stringify(value));
  }

  #addText(text: unknown): void {
    if (typeof text === "string" && text !== "") this.#texts.push(text);
  }
}

function readBase64(source: unknown): string | null {
  return isObject(source) && source.type === "base64" ? readString(source.data) : null;
}

function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return limit === 0 || Object.values(value).some((member) => isDeeperThan(member, limit - 1));
}
