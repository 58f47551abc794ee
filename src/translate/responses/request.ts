// Writes a prepared request for the Responses API, also in the form that ChatGPT tokens need.
import type { JsonObject } from "../json-value";
import { isRefused } from "../lessons";
import type { PreparedRequest } from "../request/prepare-request";
import type { PreparedTools, ToolChoice } from "../request/tools";
import { readUserLocation } from "../request/user-location";
import type { Target } from "../target";
import { writeInput } from "./input";
import type { ResponsesRequest, ResponsesTool, ResponsesToolChoice } from "./request-types";

/** `POST {base}/responses`. Nothing is stored upstream: the client sends the whole history each time. */
export function writeResponsesRequest(prepared: PreparedRequest, target: Target): ResponsesRequest {
  const { format, maxTokens, sampling, service, system, tools, turns } = prepared;
  const { isChatGptToken, learnt } = target;
  // The backend of ChatGPT tokens insists on instructions and refuses a limit.
  const takesLimit = !isChatGptToken && !isRefused(learnt, "max_output_tokens");
  return {
    model: prepared.model,
    ...(system === "" && !isChatGptToken ? {} : { instructions: system }),
    input: writeInput(turns, learnt),
    ...writeTools(tools),
    ...(maxTokens === null || !takesLimit ? {} : { max_output_tokens: maxTokens }),
    ...writeReasoning(prepared, target),
    ...(format === null ? {} : { text: { format: { type: "json_schema", ...format } } }),
    ...sampling,
    ...service,
    ...(isRefused(learnt, "store") ? {} : { store: false }),
    ...(prepared.streams ? writeStream(target) : {}),
  };
}

function writeTools(tools: PreparedTools): Partial<ResponsesRequest> {
  const functions = tools.functions.map((tool): ResponsesTool => {
    // Strict is the default here and would make every optional parameter a required one.
    return { type: "function", ...tool, strict: false };
  });
  const search = tools.webSearch === null ? [] : [writeSearch(tools.webSearch)];
  if (functions.length + search.length === 0) return {};
  const choice = writeChoice(tools.choice);
  return {
    tools: [...functions, ...search],
    ...(choice === null ? {} : { tool_choice: choice }),
    ...(tools.oneAtATime ? { parallel_tool_calls: false } : {}),
  };
}

function writeChoice(choice: ToolChoice): ResponsesToolChoice | null {
  if (choice === "web_search") {
    return { type: "allowed_tools", mode: "required", tools: [{ type: "web_search" }] };
  }
  if (choice === null || typeof choice === "string") return choice;
  return { type: "function", name: choice.name };
}

function writeSearch(tool: JsonObject): ResponsesTool {
  const domains = Array.isArray(tool.allowed_domains)
    ? tool.allowed_domains.filter((domain) => typeof domain === "string")
    : [];
  const location = readUserLocation(tool);
  return {
    type: "web_search",
    ...(domains.length === 0 ? {} : { filters: { allowed_domains: domains } }),
    ...(location === null ? {} : { user_location: { ...location, type: "approximate" } }),
  };
}

function writeReasoning(prepared: PreparedRequest, { learnt }: Target): Partial<ResponsesRequest> {
  const { effort, showsReasoning, tools } = prepared;
  const summarises = showsReasoning && effort !== "none" && !isRefused(learnt, "reasoning.summary");
  const include: NonNullable<ResponsesRequest["include"]> = [];
  if (effort !== null) include.push("reasoning.encrypted_content");
  if (tools.webSearch !== null) include.push("web_search_call.action.sources");
  return {
    ...(effort === null ? {} : { reasoning: { effort, ...(summarises ? { summary: "auto" } : {}) } }),
    ...(include.length === 0 || isRefused(learnt, "include") ? {} : { include }),
  };
}

/** Obfuscation would double the bytes of a stream; only OpenAI itself pads, and ChatGPT's backend refuses the option. */
function writeStream({ isChatGptToken, isOpenAi, learnt }: Target): Partial<ResponsesRequest> {
  const isKnown = isOpenAi && !isChatGptToken;
  if (!isKnown || isRefused(learnt, "stream_options") || isRefused(learnt, "include_obfuscation")) {
    return { stream: true };
  }
  return { stream: true, stream_options: { include_obfuscation: false } };
}
