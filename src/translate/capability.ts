// Tells beforehand whether a target can take a request at all: better no answer from it than a crippled one.
import { isObject, type JsonObject, readObjects, readString } from "./json-value";
import { findOpenAiModel } from "./openai-models";
import { listEfforts, mustNotReason } from "./request/effort";
import { estimateInputTokens } from "./request/estimate-input";
import { isNestedTooDeep } from "./request/nesting";
import { readBlocks } from "./request/parts";
import { maxTools, type SortedTools, sortTools } from "./request/sort-tools";
import type { Target } from "./target";

/** `reason` is for people and follows the target's name: "… cannot read files by id". */
export type Capability = { ok: true } | { ok: false; reason: string; overflow?: Overflow };

/** Tokens of the prompt, as estimated, and the most that the model takes. */
interface Overflow {
  tokens: number;
  limit: number;
}

/** `inputTokens`: as counted by the caller; without it a rough estimate that rather lets a request through. */
export function checkCapability(request: unknown, target: Target, inputTokens?: number): Capability {
  if (isNestedTooDeep(request)) return { ok: false, reason: "the request is nested too deeply" };
  const fields = isObject(request) ? request : {};
  const reason =
    findServerState(fields) ??
    findUnreadable(fields, target) ??
    findMissingTool(fields, sortTools(fields, target)) ??
    findModelLimit(fields, target);
  if (reason !== null) return { ok: false, reason };
  const overflow = findOverflow(fields, target, inputTokens);
  return overflow === null ? { ok: true } : { ok: false, reason: describe(overflow, target), overflow };
}

function describe({ tokens, limit }: Overflow, { model }: Target): string {
  return `about ${tokens} tokens do not fit into the ${limit} of ${model}`;
}

/** What lives on Anthropic's servers is nowhere else. */
function findServerState(request: JsonObject): string | null {
  // A thread that only begins with this request comes with everything that was said.
  const begins = isObject(request.thread) && request.thread.type === "create";
  if (isSet(request.thread) && !begins) return "the conversation is held by Anthropic (thread)";
  if (isSet(request.compaction)) return "only Anthropic can compact a conversation (compaction)";
  const { container } = request;
  const isContainer = typeof container === "string" || (isObject(container) && holdsContainer(container));
  return isContainer ? "the request uses a container at Anthropic" : null;
}

function holdsContainer(container: JsonObject): boolean {
  return isSet(container.id) || readObjects(container.skills).length > 0;
}

function findUnreadable(request: JsonObject, target: Target): string | null {
  const takesImages = findOpenAiModel(target.model).takesImages;
  for (const block of listBlocks(request)) {
    const source = isObject(block.source) ? block.source : {};
    if (block.type === "container_upload" || source.type === "file" || isSet(source.file_id)) {
      return "the request names a file that only Anthropic has (file id)";
    }
    if (block.type === "compaction" && readString(block.content) === null) {
      return "the history is compacted in a form that only Anthropic can read";
    }
    if (block.type === "document" && source.type === "url" && target.api === "chat") {
      return "Chat Completions does not take documents by URL";
    }
    if (block.type === "image" && !takesImages) return `${target.model} does not take images`;
  }
  return null;
}

function findMissingTool(request: JsonObject, tools: SortedTools): string | null {
  const offered = tools.functions.length + (tools.webSearch === null ? 0 : 1);
  if (offered > maxTools) return `${offered} tools are more than the ${maxTools} that OpenAI takes`;
  const choice = isObject(request.tool_choice) ? request.tool_choice : {};
  const forced = choice.type === "tool" ? tools.hosted.find((tool) => isNamed(tool, choice.name)) : undefined;
  const [missing = null] = forced === undefined ? tools.hosted : [forced];
  if (forced === undefined && offered > 0) return null;
  if (missing !== null) return `${readString(missing.type) ?? "a tool"} runs at Anthropic only`;
  return readObjects(request.mcp_servers).length > 0 && offered === 0
    ? "MCP servers run at Anthropic only"
    : null;
}

/** Hosted tools often go by their type without the date. */
function isNamed(tool: JsonObject, name: unknown): boolean {
  return (
    tool.name === name || (typeof name === "string" && (readString(tool.type) ?? "").startsWith(`${name}_`))
  );
}

function findModelLimit(request: JsonObject, target: Target): string | null {
  const { api, isChatGptToken, isOpenAi, model } = target;
  if (api !== "chat") return null;
  if (isChatGptToken) return "ChatGPT tokens speak the Responses API only";
  if (!isOpenAi) return null;
  if (findOpenAiModel(model).responsesOnly) return `${model} speaks the Responses API only`;
  const hasFunctions = sortTools(request, target).functions.length > 0;
  return mustNotReason(target, hasFunctions) && !listEfforts(target).includes("none")
    ? `${model} takes tools in the Responses API only`
    : null;
}

function findOverflow(request: JsonObject, target: Target, counted: number | undefined): Overflow | null {
  const { maxInputTokens: limit } = findOpenAiModel(target.model);
  if (limit === null) return null;
  const tokens = counted ?? estimateInputTokens(request);
  return tokens > limit ? { tokens, limit } : null;
}

/** Also those inside tool results and documents. */
function listBlocks(request: JsonObject): JsonObject[] {
  const blocks = readObjects(request.messages).flatMap((message) => readBlocks(message.content));
  return blocks.flatMap((block) => {
    if (block.type === "tool_result") return [block, ...readBlocks(block.content).flatMap(withInner)];
    return withInner(block);
  });
}

function withInner(block: JsonObject): JsonObject[] {
  const source = block.type === "document" && isObject(block.source) ? block.source : {};
  return [block, ...(source.type === "content" ? readBlocks(source.content) : [])];
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
