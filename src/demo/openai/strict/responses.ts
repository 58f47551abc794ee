// The Responses API as unforgiving as the real one, and its variant for ChatGPT tokens.

import { isObject, type JsonObject } from "../../json-value";
import { findStrictModel } from "./models";
import {
  checkEffort,
  checkLimit,
  checkModel,
  checkShared,
  readToolNames,
  refuseParameter,
} from "./parameters";
import { type Check, checkFields, checkName, checkOneOf, firstOf, refuse } from "./refusal";
import { checkInput } from "./responses-input";
import { checkFormat, checkParameters, checkUniqueNames, isClosed } from "./schema";

const fields = (
  "model input instructions max_output_tokens reasoning include store stream stream_options text tools tool_choice " +
  "parallel_tool_calls max_tool_calls temperature top_p top_logprobs metadata prompt_cache_key safety_identifier " +
  "service_tier previous_response_id truncation user"
).split(" ");
const refusedByChatGpt = (
  "max_output_tokens temperature top_p previous_response_id prompt_cache_retention safety_identifier stream_options " +
  "metadata user"
).split(" ");

const includable = (
  "reasoning.encrypted_content web_search_call.action.sources web_search_call.results file_search_call.results " +
  "message.input_image.image_url message.output_text.logprobs computer_call_output.output.image_url " +
  "code_interpreter_call.outputs"
).split(" ");

export function checkResponses(body: JsonObject, chatgpt: boolean): Check {
  return (
    checkFields(body, fields, "") ??
    checkModel(body.model) ??
    (chatgpt ? checkChatGpt(body) : null) ??
    checkInput(body.input, chatgpt) ??
    checkTools(body) ??
    checkShared(body) ??
    checkResponsesParameters(body)
  );
}

function checkChatGpt(body: JsonObject): Check {
  const refused = refusedByChatGpt.find((param) => body[param] !== undefined);
  if (refused !== undefined) return refuse(refused, `Unsupported parameter: ${refused}`);
  if (typeof body.instructions !== "string") return refuse("instructions", "Instructions are required");
  if (body.store !== false) return refuse("store", "Store must be set to false");
  if (body.stream !== true) return refuse("stream", "Stream must be set to true");
  return Array.isArray(body.input) ? null : refuse("input", "Input must be a list");
}

function checkTools(body: JsonObject): Check {
  const tools: unknown[] = Array.isArray(body.tools) ? body.tools : [];
  const names = readToolNames(body.tools, (tool) => tool.name);
  return (
    firstOf(tools, (tool, index) => checkTool(tool, `tools[${index}]`)) ??
    checkUniqueNames(names, "tools") ??
    checkChoice(body.tool_choice, names, tools)
  );
}

function checkTool(tool: unknown, at: string): Check {
  if (!isObject(tool)) return refuse(at, `Invalid type for '${at}'.`, "invalid_type");
  if (tool.type === "web_search") {
    return checkFields(tool, ["type", "filters", "user_location", "search_context_size"], at);
  }
  if (tool.type !== "function")
    return refuse(`${at}.type`, `Invalid value: '${String(tool.type)}'.`, "invalid_value");
  const { name, parameters, strict } = tool;
  const param = `${at}.parameters`;
  return (
    checkFields(tool, ["type", "name", "description", "parameters", "strict"], at) ??
    checkName(name, `${at}.name`) ??
    checkParameters(parameters, String(name), param) ??
    // Strict is the default here, unlike in Chat Completions.
    (strict === false || isClosed(parameters)
      ? null
      : refuse(
          param,
          `Invalid schema for function '${String(name)}': not strict.`,
          "invalid_function_parameters",
        ))
  );
}

function checkChoice(choice: unknown, names: unknown[], tools: unknown[]): Check {
  if (!isObject(choice)) return checkOneOf(choice, ["none", "auto", "required"], "tool_choice");
  if (choice.type === "function" && names.includes(choice.name)) return null;
  const searches = tools.some((tool) => isObject(tool) && tool.type === "web_search");
  if (
    choice.type === "allowed_tools" &&
    choice.mode === "required" &&
    Array.isArray(choice.tools) &&
    searches
  )
    return null;
  return refuse("tool_choice", "Tool choice not found in 'tools' parameter.", "invalid_value");
}

function checkResponsesParameters(body: JsonObject): Check {
  const model = String(body.model);
  const reasoning = isObject(body.reasoning) ? body.reasoning : {};
  const reasons = (findStrictModel(model)?.efforts.length ?? 1) > 0;
  const include: unknown[] = Array.isArray(body.include) ? body.include : [];
  if (!reasons && body.reasoning !== undefined) return refuseParameter("reasoning.effort");
  if (!reasons && include.includes("reasoning.encrypted_content")) {
    return refuse("include", "Encrypted content is not supported with this model.");
  }
  if (include.includes("reasoning.encrypted_content") && body.store !== false) {
    return refuse("include", "Encrypted reasoning needs store: false.");
  }
  const searches =
    Array.isArray(body.tools) && body.tools.some((tool) => isObject(tool) && tool.type === "web_search");
  if (searches && reasoning.effort === "minimal") {
    return refuse("tools", "The following tools cannot be used with reasoning.effort 'minimal': web_search.");
  }
  return (
    firstOf(include, (value, index) => checkOneOf(value, includable, `include[${index}]`)) ??
    checkLimit(body, "max_output_tokens", 16) ??
    checkFields(reasoning, ["effort", "summary"], "reasoning") ??
    checkOneOf(reasoning.summary, ["auto", "concise", "detailed"], "reasoning.summary") ??
    checkEffort(reasoning.effort, model, "reasoning.effort") ??
    (isObject(body.stream_options)
      ? checkFields(body.stream_options, ["include_obfuscation"], "stream_options")
      : null) ??
    checkTextFormat(body.text)
  );
}

function checkTextFormat(text: unknown): Check {
  if (text === undefined) return null;
  if (!isObject(text) || !isObject(text.format))
    return refuse("text.format", "Invalid 'text.format'.", "invalid_type");
  const known = checkFields(text.format, ["type", "name", "schema", "strict"], "text.format");
  if (known !== null) return known;
  return text.format.type === "json_schema" ? checkFormat(text.format, "text.format") : null;
}
