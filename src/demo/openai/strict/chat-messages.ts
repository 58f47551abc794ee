// The messages of Chat Completions: their parts, and that every call has its result right behind it.

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

export function checkMessages(messages: unknown): Check {
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
