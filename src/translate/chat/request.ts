// Writes a prepared request for Chat Completions.
import type { JsonObject } from "../json-value";
import { isRefused } from "../lessons";
import { chooseLimitField } from "../request/limits";
import type { PreparedRequest } from "../request/prepare-request";
import type { PreparedTools, ToolChoice } from "../request/tools";
import { readUserLocation } from "../request/user-location";
import type { Target } from "../target";
import { writeMessages } from "./messages";
import type { ChatRequest, ChatTool, ChatToolChoice } from "./request-types";

/** `POST {base}/chat/completions`. Fields that a server has refused before are not sent again. */
export function writeChatRequest(prepared: PreparedRequest, target: Target): ChatRequest {
  const { effort, format, sampling, service, stops, system, tools, turns } = prepared;
  const { learnt } = target;
  return {
    model: prepared.model,
    messages: writeMessages(system, turns, learnt),
    ...writeTools(tools),
    ...writeLimit(prepared, target),
    ...(effort === null ? {} : { reasoning_effort: effort }),
    ...sampling,
    ...(stops.sent.length === 0 ? {} : { stop: stops.sent }),
    ...(format === null ? {} : { response_format: { type: "json_schema", json_schema: format } }),
    ...service,
    ...(prepared.streams ? writeStream(target) : {}),
  };
}

function writeTools(tools: PreparedTools): Partial<ChatRequest> {
  const fields: Partial<ChatRequest> = {};
  if (tools.webSearch !== null) fields.web_search_options = writeSearch(tools.webSearch);
  if (tools.functions.length === 0) return fields;
  fields.tools = tools.functions.map((tool): ChatTool => ({ type: "function", function: tool }));
  const choice = writeChoice(tools.choice);
  if (choice !== null) fields.tool_choice = choice;
  if (tools.oneAtATime) fields.parallel_tool_calls = false;
  return fields;
}

/** The search models search whenever they like: there is no way to force them. */
function writeChoice(choice: ToolChoice): ChatToolChoice | null {
  if (choice === "web_search") return "auto";
  if (choice === null || typeof choice === "string") return choice;
  return { type: "function", function: { name: choice.name } };
}

function writeSearch(tool: JsonObject): NonNullable<ChatRequest["web_search_options"]> {
  const location = readUserLocation(tool);
  return location === null ? {} : { user_location: { type: "approximate", approximate: location } };
}

function writeLimit({ maxTokens }: PreparedRequest, target: Target): Partial<ChatRequest> {
  const field = chooseLimitField(target);
  return maxTokens === null || field === null ? {} : { [field]: maxTokens };
}

/** Without usage in the stream the client would not know how full its context is. */
function writeStream({ isOpenAi, learnt }: Target): Partial<ChatRequest> {
  if (isRefused(learnt, "stream_options")) return { stream: true };
  const isPlain = isOpenAi && !isRefused(learnt, "include_obfuscation");
  return {
    stream: true,
    stream_options: { include_usage: true, ...(isPlain ? { include_obfuscation: false } : {}) },
  };
}
