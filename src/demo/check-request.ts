// What the simulated API insists on before it answers: credentials, version header, and the basics of the body.
import { isObject, type JsonObject } from "./json-value";
import { findModel } from "./simulated-models";

export interface SimulatedError {
  status: number;
  type: string;
  message: string;
}

export interface SimulatedKey {
  /** `sk-ant-api03-...` or `sk-ant-oat01-...`. */
  token: string;
  /** Value of `anthropic-organization-id`. */
  organization: string;
}

/** The fields that the simulator reads; everything else passes unseen, as new fields must. */
export interface MessagesRequest extends JsonObject {
  model: string;
  messages: { role: string; content: string | JsonObject[] }[];
  max_tokens: number;
  stream?: boolean;
  tools?: JsonObject[];
  tool_choice?: JsonObject;
}

const versions = ["2023-01-01", "2023-06-01", "2026-10-21"];

/**
 * The key that a request may use, or a 401. An API key may come in `x-api-key` or, as the SDK sends it from 1.0 on, as a
 * bearer token; an OAuth token only as a bearer token and with its beta header.
 */
export function checkCredentials(
  headers: Headers,
  keys: readonly SimulatedKey[],
): SimulatedKey | SimulatedError {
  const apiKey = headers.get("x-api-key");
  const bearer = headers.get("authorization")?.match(/^Bearer (.+)$/i)?.[1];
  if (apiKey === null && bearer === undefined) return unauthorized("x-api-key header is required");
  if (apiKey !== null) {
    const key = keys.find((known) => known.token === apiKey && !isOauth(known));
    return key ?? unauthorized("invalid x-api-key");
  }
  const key = keys.find((known) => known.token === bearer);
  if (key === undefined) return unauthorized("Invalid bearer token");
  if (!isOauth(key)) return key;
  if (headers.get("anthropic-beta")?.includes("oauth-2025-04-20")) return key;
  return unauthorized("OAuth authentication is currently not supported.");
}

/** A 400 when `anthropic-version` is missing or unknown. */
export function checkVersion(headers: Headers): SimulatedError | null {
  const version = headers.get("anthropic-version");
  if (version === null) return invalid("anthropic-version: header is required");
  if (!versions.includes(version)) return invalid(`anthropic-version: "${version}" is not a valid version`);
  return null;
}

/**
 * Parses and checks a body of `/v1/messages` or, with `counting`, of `/v1/messages/count_tokens`.
 * @returns the body, or the 400 / 404 that the API would answer
 */
export function checkBody(text: string, counting = false): MessagesRequest | SimulatedError {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return invalid("The request body is not valid JSON.");
  }
  if (!isObject(body)) return invalid("Input should be a valid dictionary");
  if (typeof body.model !== "string") return invalid(missing("model", body.model, "string"));
  const fault = (counting ? null : maxTokensFault(body.max_tokens)) ?? messagesFault(body.messages);
  if (fault !== null) return invalid(fault);
  if (body.stream !== undefined && typeof body.stream !== "boolean") {
    return invalid("stream: Input should be a valid boolean");
  }
  const model = findModel(body.model);
  if (model === undefined) return { status: 404, type: "not_found_error", message: `model: ${body.model}` };
  const request = body as MessagesRequest;
  if (!counting && request.max_tokens > model.max_tokens) {
    return invalid(
      `max_tokens: ${request.max_tokens} > ${model.max_tokens}, which is the maximum allowed number of output tokens for ${body.model}`,
    );
  }
  return request;
}

export function isSimulatedError(value: object): value is SimulatedError {
  return "status" in value && "message" in value && "type" in value;
}

/** Subscription tokens: sent and limited in their own way. */
export function isOauth(key: SimulatedKey): boolean {
  return key.token.startsWith("sk-ant-oat01-");
}

function maxTokensFault(value: unknown): string | null {
  if (!Number.isInteger(value)) return missing("max_tokens", value, "integer");
  return Number(value) < 0 ? "max_tokens: Input should be greater than or equal to 0" : null;
}

function messagesFault(messages: unknown): string | null {
  if (!Array.isArray(messages)) return missing("messages", messages, "list");
  if (messages.length === 0) return "messages: at least one message is required";
  for (const [index, message] of messages.entries()) {
    const fault = messageFault(message, index) ?? toolResultFault(message, messages[index + 1], index);
    if (fault !== null) return fault;
  }
  return null;
}

function messageFault(message: unknown, index: number): string | null {
  const place = `messages.${index}`;
  if (!isObject(message)) return `${place}: Input should be a valid dictionary`;
  if (!["user", "assistant", "system"].includes(String(message.role))) {
    return message.role === undefined
      ? `${place}.role: Field required`
      : `${place}.role: Input should be 'user', 'assistant' or 'system'`;
  }
  if (typeof message.content === "string") {
    return message.content === "" ? `${place}: user messages must have non-empty content` : null;
  }
  if (!Array.isArray(message.content)) return missing(`${place}.content`, message.content, "list");
  for (const [position, block] of message.content.entries()) {
    if (!isObject(block) || typeof block.type !== "string") {
      return `${place}.content.${position}.type: Field required`;
    }
    if (block.type === "thinking" && !block.signature) {
      return `${place}.content.${position}: Invalid \`signature\` in \`thinking\` block`;
    }
    if (block.type === "text" && block.text === "") return "messages: text content blocks must be non-empty";
  }
  return null;
}

/** Each tool_use wants its tool_result in the message that follows. */
function toolResultFault(message: JsonObject, next: unknown, index: number): string | null {
  if (message.role !== "assistant" || !Array.isArray(message.content)) return null;
  const asked = message.content.filter(isObject).filter((block) => block.type === "tool_use");
  const answers = isObject(next) && Array.isArray(next.content) ? next.content.filter(isObject) : [];
  const open = asked.filter((call) => !answers.some((answer) => answer.tool_use_id === call.id));
  if (open.length === 0) return null;
  const ids = open.map((call) => String(call.id)).join(", ");
  return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
}

function missing(field: string, value: unknown, kind: "string" | "integer" | "list"): string {
  return value === undefined ? `${field}: Field required` : `${field}: Input should be a valid ${kind}`;
}

function invalid(message: string): SimulatedError {
  return { status: 400, type: "invalid_request_error", message };
}

function unauthorized(message: string): SimulatedError {
  return { status: 401, type: "authentication_error", message };
}
