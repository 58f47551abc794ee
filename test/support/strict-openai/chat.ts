// Chat Completions as unforgiving as the real one.
import { findStrictModel } from "./models";
import {
  checkEffort,
  checkFileData,
  checkImageUrl,
  checkLimit,
  checkModel,
  checkShared,
  readToolNames,
  refuseParameter,
} from "./parameters";
import {
  type Check,
  checkArguments,
  checkFields,
  checkId,
  checkName,
  checkOneOf,
  checkText,
  checkUnicode,
  firstOf,
  isObject,
  type JsonObject,
  refuse,
} from "./refusal";
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

function checkMessages(messages: unknown): Check {
  if (!Array.isArray(messages) || messages.length === 0) {
    return refuse("messages", "Invalid 'messages': empty array. Expected at least 1.", "empty_array");
  }
  const seen = new Set<string>();
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (!isObject(message)) return refuse(path, `Invalid type for '${path}'.`, "invalid_type");
    const refusal = checkMessage(message, path);
    if (refusal !== null) return refusal;
    if (message.role === "tool") {
      if (!open.includes(String(message.tool_call_id))) {
        const words =
          "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
        return refuse(`${path}.role`, `Invalid parameter: ${words}`);
      }
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (open.length > 0) return refuseUnanswered(open, path);
    if (!Array.isArray(message.tool_calls)) continue;
    open = message.tool_calls.map(({ id }) => id);
    const double = open.find((id, at) => seen.has(id) || open.indexOf(id) !== at);
    if (double !== undefined)
      return refuse(`${path}.tool_calls`, `Duplicate value for 'tool_call_id' of '${double}'.`);
    for (const id of open) seen.add(id);
  }
  return open.length > 0 ? refuseUnanswered(open, "messages") : null;
}

function refuseUnanswered(ids: string[], param: string): Check {
  const words =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.";
  const missing = `The following tool_call_ids did not have response messages: ${ids.join(", ")}`;
  return refuse(param, `${words} ${missing}`);
}

function checkMessage(message: JsonObject, path: string): Check {
  switch (message.role) {
    case "system":
    case "developer":
      return (
        checkFields(message, ["role", "content", "name"], path) ??
        checkContent(message.content, path, (part, at) => checkTextPart(part, at))
      );
    case "user":
      return (
        checkFields(message, ["role", "content", "name"], path) ??
        checkContent(message.content, path, checkPart)
      );
    case "assistant":
      return checkAssistant(message, path);
    case "tool":
      return (
        checkFields(message, ["role", "content", "tool_call_id"], path) ??
        checkId(message.tool_call_id, `${path}.tool_call_id`) ??
        checkToolContent(message.content, path)
      );
    default:
      return refuse(`${path}.role`, `Invalid value: '${String(message.role)}'.`, "invalid_value");
  }
}

function checkAssistant(message: JsonObject, path: string): Check {
  const known = checkFields(message, ["role", "content", "tool_calls", "refusal", "name"], path);
  if (known !== null) return known;
  const { tool_calls: calls } = message;
  if (calls === undefined) return checkContent(message.content, path, checkTextPart);
  if (!Array.isArray(calls) || calls.length === 0) {
    return refuse(`${path}.tool_calls`, `Invalid '${path}.tool_calls': empty array.`, "empty_array");
  }
  const isSilent = message.content === null || message.content === undefined;
  return (
    (isSilent ? null : checkContent(message.content, path, checkTextPart)) ?? firstOf(calls, checkCall(path))
  );
}

function checkCall(path: string): (call: unknown, index: number) => Check {
  return (call, index) => {
    const at = `${path}.tool_calls[${index}]`;
    if (!isObject(call) || call.type !== "function" || !isObject(call.function)) {
      return refuse(at, `Invalid value for '${at}'.`, "invalid_value");
    }
    return (
      checkFields(call, ["id", "type", "function"], at) ??
      checkFields(call.function, ["name", "arguments"], `${at}.function`) ??
      checkId(call.id, `${at}.id`) ??
      checkName(call.function.name, `${at}.function.name`) ??
      checkArguments(call.function.arguments, `${at}.function.arguments`)
    );
  };
}

function checkContent(
  content: unknown,
  path: string,
  checkEach: (part: unknown, at: string) => Check,
): Check {
  const at = `${path}.content`;
  if (!Array.isArray(content)) return checkText(content, at);
  if (content.length === 0) return refuse(at, `Invalid '${at}': empty array.`, "empty_array");
  return firstOf(content, (part, index) => checkEach(part, `${at}[${index}]`));
}

/** A tool may say nothing, but never with pictures. */
function checkToolContent(content: unknown, path: string): Check {
  if (typeof content === "string") return checkUnicode(content, `${path}.content`);
  return checkContent(content, path, checkTextPart);
}

function checkTextPart(part: unknown, at: string): Check {
  if (!isObject(part) || part.type !== "text") {
    return refuse(at, `Invalid '${at}': only text is allowed here.`, "invalid_value");
  }
  return checkFields(part, ["type", "text"], at) ?? checkText(part.text, `${at}.text`);
}

function checkPart(part: unknown, at: string): Check {
  if (!isObject(part)) return refuse(at, `Invalid type for '${at}'.`, "invalid_type");
  if (part.type === "image_url" && isObject(part.image_url)) {
    return (
      checkFields(part, ["type", "image_url"], at) ??
      checkFields(part.image_url, ["url", "detail"], `${at}.image_url`) ??
      checkImageUrl(part.image_url.url, `${at}.image_url.url`)
    );
  }
  if (part.type === "file" && isObject(part.file)) {
    return (
      checkFields(part, ["type", "file"], at) ??
      checkFields(part.file, ["filename", "file_data", "file_id"], `${at}.file`) ??
      checkFileData(part.file, `${at}.file`)
    );
  }
  return checkTextPart(part, at);
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
