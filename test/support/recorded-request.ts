// What a scripted upstream remembers of a request, and which requests a scripted reply is for.

import type { StrictRefusal } from "../../src/demo/openai/strict/refusal";
import { checkChatRequest, checkResponsesRequest } from "../../src/demo/openai/strict-checker";
import { type HeaderList, headerValue, type MessageHead } from "./http-message-reader";
import { keyOfToken } from "./test-token";

/** One request as it arrived. */
export interface RecordedRequest {
  method: string;
  /** Path and query as sent. */
  target: string;
  path: string;
  query: string;
  headers: HeaderList;
  header(name: string): string | null;
  framing: MessageHead["framing"];
  body: Buffer;
  /** Which test key it was sent with. */
  key: string | null;
  /** `model` of the body if that is JSON. */
  model: string | null;
  /** Number of the connection it came over, from 0. */
  connection: number;
  at: number;
  /** Whether the whole body has arrived. */
  complete: boolean;
  /** When the peer closed the connection before the reply was done; null if it did not. */
  abandonedAt: number | null;
  /** The reply has been written out. */
  answered: boolean;
  /** What OpenAI would have refused in it; null for what is fine or not meant for OpenAI. */
  refusal: StrictRefusal | null;
}

/** Which requests a reply is for; what is absent matches everything. */
export interface Match {
  key?: string;
  model?: string;
  path?: string;
  method?: string;
}

/** The record of a request whose head has arrived. */
export function recordHead(head: MessageHead, connection: number): RecordedRequest {
  const [method = "", target = ""] = head.startLine.split(" ");
  const question = target.indexOf("?");
  const header = (name: string) => headerValue(head.headers, name);
  const credential = header("x-api-key") ?? header("authorization")?.replace(/^bearer /i, "") ?? "";
  return {
    method,
    target,
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? "" : target.slice(question),
    headers: head.headers,
    header,
    framing: head.framing,
    body: Buffer.alloc(0),
    key: keyOfToken(credential),
    model: null,
    connection,
    at: Date.now(),
    complete: false,
    abandonedAt: null,
    answered: false,
    refusal: null,
  };
}

/** `model` of a JSON body; null if there is none. */
export function modelOf(body: Buffer): string | null {
  if (body[0] !== 0x7b && !/^\s*\{/.test(body.subarray(0, 64).toString("latin1"))) return null;
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, "model")) return null;
    const model = Reflect.get(value, "model");
    return typeof model === "string" ? model : null;
  } catch {
    // Not JSON: then it names no model.
    return null;
  }
}

/** Judges a request to either of OpenAI's endpoints as strictly as OpenAI. */
export function refusalOf({ path, header, body }: RecordedRequest): StrictRefusal | null {
  const isChat = path.endsWith("/chat/completions");
  if (!isChat && !path.endsWith("/responses")) return null;
  const parsed: unknown = JSON.parse(body.toString("utf8"));
  if (isChat) return checkChatRequest(parsed);
  return checkResponsesRequest(parsed, { chatgpt: header("chatgpt-account-id") !== null });
}

export function matches(match: Match, request: RecordedRequest): boolean {
  return (
    (match.key === undefined || match.key === request.key) &&
    (match.model === undefined || match.model === request.model) &&
    (match.path === undefined || match.path === request.path) &&
    (match.method === undefined || match.method === request.method)
  );
}

/** `alpha claude-opus-4-6`, `alpha count_tokens`, `gpt gpt-5.4 (chat)`, `alpha GET /v1/files`. */
export function describeCall(request: RecordedRequest): string {
  if (request.path.endsWith("/chat/completions")) return `${request.key} ${request.model} (chat)`;
  if (request.path.endsWith("/responses")) return `${request.key} ${request.model} (responses)`;
  if (request.method === "POST" && request.path === "/v1/messages") return `${request.key} ${request.model}`;
  if (request.path === "/v1/messages/count_tokens") return `${request.key} count_tokens`;
  return `${request.key} ${request.method} ${request.path}`;
}
