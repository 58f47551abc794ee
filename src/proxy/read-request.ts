// Turns an HTTP request for a message or a token count into what routing needs to know of it.
import { modelChain } from "../engine/models";
import type { Endpoint, KeyId } from "../engine/types";
import type { ProxyContext } from "./context";
import { type OpenAiPolicy, openAiPolicy } from "./openai-policy";
import type { OwnError } from "./own-answer";
import { decodeBody, readBody } from "./read-body";
import { readConversation } from "./read-session";
import { toAscii } from "./response-headers";
import { type RequestScan, scanRequest } from "./scan-json";
import { stripBlocks } from "./strip-blocks";

/** A request as the client sent it, with what was found in its bytes. */
export interface AskedRequest {
  endpoint: Endpoint;
  /** Path and query. */
  target: string;
  headers: Headers;
  /** As Anthropic takes it, see `stripBlocks`; the scan is of these bytes. */
  body: Uint8Array;
  /** As the client sent it; mostly the same array. */
  sent: Uint8Array;
  scan: RequestScan;
  /** The asked model. */
  model: string;
  stream: boolean;
  /** The asked model, then its fallbacks. */
  chain: readonly string[];
  conversation: string | null;
  /** This key and no other: the client said so, or it holds something that the request refers to. */
  onlyKey: KeyId | null;
  /** false after `x-cf-fallback: off`. */
  fallback: boolean;
  /** The keys that may serve it, in priority order. */
  candidates: OpenAiPolicy["candidates"];
  openai: OpenAiPolicy["openai"];
}

/** Reads, checks and scans the request; an OwnError if it cannot be sent anywhere. Rejects when the client goes away. */
export async function readRequest(
  request: Request,
  endpoint: Endpoint,
  target: string,
  context: ProxyContext,
): Promise<AskedRequest | OwnError> {
  const onlyKey = readOnlyKey(request.headers, context);
  if (typeof onlyKey === "object" && onlyKey !== null) return onlyKey;
  const read = await readPlainBody(request, context.config.maxBodyBytes);
  if (!(read instanceof Uint8Array)) return read;
  const checked = scanRequest(read);
  if ("error" in checked) {
    return invalid(
      `The request body is not valid JSON: ${checked.error.message} (byte ${checked.error.offset}).`,
    );
  }
  // Anthropic would refuse thinking that it never signed, and searches that it never made.
  const body = stripBlocks(read, "foreign");
  const scan = body === read ? checked : rescan(body, checked);
  if (scan.kind !== "object") return invalid("The request body must be a JSON object.");
  const { model } = scan;
  if (model === null) return invalid("model: a string is required.");
  const { thread, container, fileIds } = scan.held;
  const held = [thread, container, ...fileIds].filter((id) => id !== null);
  return {
    endpoint,
    target,
    headers: request.headers,
    body,
    sent: read,
    scan,
    model,
    stream: scan.stream,
    chain: modelChain(model, context.profile.modelFallback),
    conversation: context.config.stickySessions ? readConversation(request.headers, body, scan) : null,
    onlyKey: onlyKey ?? (held.length === 0 ? null : context.owners.find(held)),
    fallback: request.headers.get("x-cf-fallback")?.toLowerCase() !== "off",
    ...openAiPolicy(model, context),
  };
}

/** The id in `x-cf-key`, null without one; an OwnError if no request can be served by it. */
export function readOnlyKey(headers: Headers, context: ProxyContext): KeyId | null | OwnError {
  const id = headers.get("x-cf-key");
  if (id === null || id === "") return null;
  const known = context.candidates.some((candidate) => candidate.key === id);
  const named = JSON.stringify(toAscii(id.slice(0, 100)));
  if (!known) return invalid(`x-cf-key: the profile ${context.profile.name} has no key ${named}.`);
  if (context.config.keys.get(id)?.enabled === false)
    return invalid(`x-cf-key: the key ${named} is disabled.`);
  return id;
}

async function readPlainBody(request: Request, maxBytes: number): Promise<Uint8Array | OwnError> {
  const body = await readBody(request, maxBytes);
  const encoding = request.headers.get("content-encoding");
  if (!(body instanceof Uint8Array) || encoding === null || encoding.toLowerCase() === "identity")
    return body;
  request.headers.delete("content-encoding");
  return decodeBody(body, encoding, maxBytes);
}

/** Offsets have moved after bytes were cut out; a cut text is as valid as it was. */
function rescan(body: Uint8Array, before: RequestScan): RequestScan {
  const scan = scanRequest(body);
  return "error" in scan ? before : scan;
}

function invalid(message: string): OwnError {
  return { status: 400, type: "invalid_request_error", message };
}
