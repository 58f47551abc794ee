// The Responses API as unforgiving as the real one, and its variant for ChatGPT tokens.
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

function checkInput(input: unknown, chatgpt: boolean): Check {
  if (!Array.isArray(input)) return checkText(input, "input");
  if (input.length === 0) return refuse("input", "Invalid 'input': empty array.", "empty_array");
  const seen = new Set<string>();
  let open: string[] = [];
  for (const [index, item] of input.entries()) {
    const path = `input[${index}]`;
    if (!isObject(item)) return refuse(path, `Invalid type for '${path}'.`, "invalid_type");
    const refusal = checkItem(item, path, chatgpt);
    if (refusal !== null) return refusal;
    if (item.type === "function_call") {
      const id = String(item.call_id);
      if (seen.has(id)) return refuse(path, `Duplicate call_id '${id}'.`);
      seen.add(id);
      open.push(id);
    } else if (item.type === "function_call_output") {
      const id = String(item.call_id);
      if (!open.includes(id))
        return refuse("input", `No tool call found for function call output with call_id ${id}.`);
      open = open.filter((other) => other !== id);
      // An assistant may speak between its calls; nobody else may.
    } else if (open.length > 0 && item.role !== "assistant") return refuseUnanswered(open);
  }
  return open.length > 0 ? refuseUnanswered(open) : null;
}

function refuseUnanswered(ids: string[]): Check {
  return refuse("input", `No tool output found for function call ${ids[0]}.`);
}

function checkItem(item: JsonObject, path: string, chatgpt: boolean): Check {
  switch (item.type) {
    case undefined:
    case "message":
      return checkMessage(item, path, chatgpt);
    case "function_call":
      return (
        checkFields(item, ["type", "id", "call_id", "name", "arguments", "status"], path) ??
        checkId(item.call_id, `${path}.call_id`) ??
        checkName(item.name, `${path}.name`) ??
        checkArguments(item.arguments, `${path}.arguments`)
      );
    case "function_call_output":
      return (
        checkFields(item, ["type", "id", "call_id", "output", "status"], path) ??
        checkId(item.call_id, `${path}.call_id`) ??
        checkOutput(item.output, `${path}.output`)
      );
    default:
      return refuse(`${path}.type`, `Invalid value: '${String(item.type)}'.`, "invalid_value");
  }
}

function checkMessage(item: JsonObject, path: string, chatgpt: boolean): Check {
  const { role } = item;
  const known = checkFields(item, ["type", "role", "content", "id", "status", "phase"], path);
  if (known !== null) return known;
  if (chatgpt && role === "system") return refuse(path, "System messages are not allowed");
  if (role === "assistant") return checkContent(item.content, path, checkOutputText);
  if (role === "user") return checkContent(item.content, path, checkPart);
  if (role === "system" || role === "developer") return checkContent(item.content, path, checkInputText);
  return refuse(`${path}.role`, `Invalid value: '${String(role)}'.`, "invalid_value");
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

function checkOutput(output: unknown, path: string): Check {
  if (typeof output === "string") return checkUnicode(output, path);
  if (!Array.isArray(output) || output.length === 0)
    return refuse(path, `Invalid '${path}'.`, "invalid_type");
  return firstOf(output, (part, index) => checkPart(part, `${path}[${index}]`));
}

function checkOutputText(part: unknown, at: string): Check {
  if (!isObject(part) || part.type !== "output_text") {
    return refuse(
      `${at}.type`,
      `Invalid value for '${at}'. Supported values are: 'output_text' and 'refusal'.`,
      "invalid_value",
    );
  }
  return checkText(part.text, `${at}.text`);
}

function checkInputText(part: unknown, at: string): Check {
  if (!isObject(part) || part.type !== "input_text") return refuse(at, `Invalid '${at}'.`, "invalid_value");
  return checkFields(part, ["type", "text"], at) ?? checkText(part.text, `${at}.text`);
}

function checkPart(part: unknown, at: string): Check {
  if (!isObject(part)) return refuse(at, `Invalid type for '${at}'.`, "invalid_type");
  if (part.type === "input_image") {
    return (
      checkFields(part, ["type", "image_url", "detail"], at) ??
      checkImageUrl(part.image_url, `${at}.image_url`)
    );
  }
  if (part.type !== "input_file") return checkInputText(part, at);
  const known = checkFields(part, ["type", "filename", "file_data", "file_url"], at);
  if (known !== null) return known;
  if (part.file_url === undefined) return checkFileData(part, at);
  const isAlone =
    typeof part.file_url === "string" && part.file_data === undefined && part.filename === undefined;
  return isAlone
    ? null
    : refuse(at, `Invalid '${at}': exactly one of file_data and file_url.`, "invalid_value");
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
