// The input of the Responses API: messages, calls and their outputs, in an order that it takes.

import { isObject, type JsonObject } from "../../json-value";
import { checkFileData, checkImageUrl } from "./parameters";
import {
  type Check,
  checkArguments,
  checkFields,
  checkId,
  checkName,
  checkText,
  checkUnicode,
  firstOf,
  refuse,
} from "./refusal";

export function checkInput(input: unknown, chatgpt: boolean): Check {
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
