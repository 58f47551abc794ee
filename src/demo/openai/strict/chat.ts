// Chat Completions as unforgiving as the real one.

import { isObject, type JsonObject } from "../../json-value";
import { checkMessages } from "./chat-messages";
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
import { checkFormat, checkParameters, checkUniqueNames } from "./schema";

const fields = (
  "model messages tools tool_choice parallel_tool_calls max_tokens max_completion_tokens reasoning_effort verbosity " +
  "temperature top_p stop response_format stream stream_options service_tier store metadata prompt_cache_key " +
  "safety_identifier seed n user web_search_options"
).split(" ");

export function checkChat(body: JsonObject): Check {
  return (
    checkFields(body, fields, "") ??
    checkModel(body.model) ??
    checkMessages(body.messages) ??
    checkTools(body) ??
    checkShared(body) ??
    checkChatParameters(body)
  );
}

function checkTools(body: JsonObject): Check {
  const tools: unknown[] = Array.isArray(body.tools) ? body.tools : [];
  const names = readToolNames(body.tools, (tool) =>
    isObject(tool.function) ? tool.function.name : undefined,
  );
  return (
    firstOf(tools, (tool, index) => checkTool(tool, `tools[${index}]`)) ??
    checkUniqueNames(names, "tools") ??
    checkChoice(body.tool_choice, names)
  );
}

function checkTool(tool: unknown, at: string): Check {
  if (!isObject(tool) || tool.type !== "function" || !isObject(tool.function)) {
    return refuse(at, `Missing required parameter: '${at}.function'.`, "missing_required_parameter");
  }
  const { description, name, parameters } = tool.function;
  return (
    checkFields(tool, ["type", "function"], at) ??
    checkFields(tool.function, ["name", "description", "parameters", "strict"], `${at}.function`) ??
    checkName(name, `${at}.function.name`) ??
    (description === undefined || typeof description === "string"
      ? null
      : refuse(`${at}.function.description`, "Invalid type.", "invalid_type")) ??
    checkParameters(parameters, String(name), `${at}.function.parameters`)
  );
}

function checkChoice(choice: unknown, names: unknown[]): Check {
  if (!isObject(choice)) return checkOneOf(choice, ["none", "auto", "required"], "tool_choice");
  const name = isObject(choice.function) ? choice.function.name : undefined;
  if (choice.type === "function" && names.includes(name)) return null;
  return refuse(
    "tool_choice",
    `Tool choice '${String(name)}' not found in 'tools' parameter.`,
    "invalid_value",
  );
}

function checkChatParameters(body: JsonObject): Check {
  const model = findStrictModel(String(body.model));
  const reasons = (model?.efforts.length ?? 0) > 0;
  if (model?.responsesOnly) {
    return refuse("model", "This model is only supported in v1/responses and not in v1/chat/completions.");
  }
  if (reasons && body.max_tokens !== undefined) {
    const words = "Unsupported parameter: 'max_tokens' is not supported with this model.";
    return refuse("max_tokens", `${words} Use 'max_completion_tokens' instead.`, "unsupported_parameter");
  }
  if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined) {
    return refuse(
      "max_tokens",
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    );
  }
  if (reasons && body.stop !== undefined) return refuseParameter("stop");
  if (body.web_search_options !== undefined && model?.search === false)
    return refuseParameter("web_search_options");
  return (
    checkLimit(body, "max_tokens", 1) ??
    checkLimit(body, "max_completion_tokens", 1) ??
    checkStop(body.stop) ??
    checkChatEffort(body) ??
    checkResponseFormat(body.response_format) ??
    (isObject(body.stream_options)
      ? checkFields(body.stream_options, ["include_usage", "include_obfuscation"], "stream_options")
      : null)
  );
}

function checkStop(stop: unknown): Check {
  if (stop === undefined || (typeof stop === "string" && stop !== "")) return null;
  const isList = Array.isArray(stop) && stop.length > 0 && stop.length <= 4;
  const isFilled = isList && stop.every((each) => typeof each === "string" && each !== "");
  return isFilled
    ? null
    : refuse("stop", "Invalid 'stop': array of one to four strings expected.", "invalid_value");
}

function checkChatEffort(body: JsonObject): Check {
  const effort = body.reasoning_effort;
  const model = String(body.model);
  if (effort === "max") {
    return refuse(
      "reasoning_effort",
      "Unsupported value: 'reasoning_effort' does not support 'max'.",
      "unsupported_value",
    );
  }
  if (body.tools !== undefined && findStrictModel(model)?.chatToolsNeedNone && effort !== "none") {
    const words = `Function tools with reasoning_effort are not supported for ${model} in /v1/chat/completions.`;
    return refuse(
      "reasoning_effort",
      `${words} To use function tools, use /v1/responses or set reasoning_effort to 'none'.`,
    );
  }
  return checkEffort(effort, model, "reasoning_effort");
}

function checkResponseFormat(format: unknown): Check {
  if (format === undefined) return null;
  if (!isObject(format))
    return refuse("response_format", "Invalid type for 'response_format'.", "invalid_type");
  if (format.type !== "json_schema")
    return checkOneOf(format.type, ["text", "json_object"], "response_format.type");
  return (
    checkFields(format, ["type", "json_schema"], "response_format") ??
    checkFormat(format.json_schema, "response_format.json_schema")
  );
}
