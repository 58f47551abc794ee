// Tells which of a request's tools another provider can offer, and which only Anthropic has.
import { type JsonObject, readObjects, readString } from "../json-value";
import { isRefused } from "../lessons";
import { findOpenAiModel } from "../openai-models";
import type { Target } from "../target";
import { knownTools } from "./known-tools";
import { readBlocks } from "./parts";
import { listAddedTools } from "./tool-changes";

/** More than these OpenAI refuses. */
export const maxTools = 128;

/** Claude Code's marker for "more tools can be searched"; no tool at all. */
const placeholderName = "DeferredToolPlaceholder";

export interface SortedTools {
  /** Tools that the client runs. */
  functions: JsonObject[];
  /** Anthropic's hosted web search, where the target has one of its own. */
  webSearch: JsonObject | null;
  /** Hosted by Anthropic, and nothing like it at the target. */
  hosted: JsonObject[];
  /** Not offered: markers, nameless ones, doubles, and deferred tools over the limit. */
  dropped: JsonObject[];
}

export function sortTools(request: JsonObject, target: Target): SortedTools {
  const sorted: SortedTools = { functions: [], webSearch: null, hosted: [], dropped: [] };
  const names = new Set<string>();
  for (const tool of [...readObjects(request.tools), ...listAddedTools(request.messages)]) {
    const name = readString(tool.name);
    const type = readString(tool.type) ?? "custom";
    const isFunction = type === "custom" || knownTools.some(({ pattern }) => pattern.test(type));
    if (!isFunction) {
      if (type.startsWith("web_search_") && sorted.webSearch === null && searchesWeb(target)) {
        sorted.webSearch = tool;
      } else sorted.hosted.push(tool);
    } else if (name === null || names.has(name) || isPlaceholder(tool)) sorted.dropped.push(tool);
    else {
      names.add(name);
      sorted.functions.push(tool);
    }
  }
  return dropDeferred(sorted, request);
}

function isPlaceholder(tool: JsonObject): boolean {
  return tool.name === placeholderName && tool.defer_loading === true;
}

function searchesWeb({ api, model, learnt }: Target): boolean {
  if (api === "responses") return !isRefused(learnt, "web_search");
  return findOpenAiModel(model).searchesInChat && !isRefused(learnt, "web_search_options");
}

/** Over the limit the last deferred tools go first that the conversation has not come across. */
function dropDeferred(sorted: SortedTools, request: JsonObject): SortedTools {
  let excess = sorted.functions.length + (sorted.webSearch === null ? 0 : 1) - maxTools;
  if (excess <= 0) return sorted;
  const mentioned = listMentionedTools(request);
  const functions = sorted.functions.toReversed().filter((tool) => {
    const isSpare = tool.defer_loading === true && !mentioned.has(readString(tool.name) ?? "");
    if (!isSpare || excess <= 0) return true;
    excess--;
    sorted.dropped.push(tool);
    return false;
  });
  return { ...sorted, functions: functions.reverse() };
}

function listMentionedTools(request: JsonObject): Set<string> {
  const blocks = readObjects(request.messages).flatMap((message) => readBlocks(message.content));
  const inner = blocks.flatMap((block) => (block.type === "tool_result" ? readBlocks(block.content) : []));
  const names = [...blocks, ...inner].flatMap((block) => {
    const name =
      block.type === "tool_use" ? block.name : block.type === "tool_reference" ? block.tool_name : null;
    return readString(name) ?? [];
  });
  return new Set(names);
}
