// Everything of the API that is neither a message nor a count: streamed through on one Anthropic key, unread.
import { classify } from "../engine/classify";
import type { KeyId, Outcome, Reason, Verdict } from "../engine/types";
import type { Lease } from "../state/pool";
import { targetFor } from "./base-url";
import { ClientStream } from "./client-stream";
import type { ProxyContext, UsableKey } from "./context";
import { Exchange } from "./exchange";
import { hideToken } from "./hide-token";
import { errorResponse, type OwnError } from "./own-answer";
import { readBody } from "./read-body";
import { readOnlyKey } from "./read-request";
import { relayBytes } from "./relay-bytes";
import { newRequestId } from "./request-id";
import { addServed, forwardHeaders } from "./response-headers";
import { buildHead } from "./upstream-headers";
import { readUsageFromJson } from "./usage";

/** What shows that the key itself is no good, whatever it was asked for. */
const keyFaults = new Set<Reason>(["rejected", "no_credit", "disabled_upstream"]);

/** A TRACE would be answered with the very headers that hold the key; a CONNECT asks for a tunnel. */
const refusedMethods = new Set(["TRACE", "CONNECT"]);

interface Answered {
  exchange: Exchange;
  outcome: Outcome;
  lease: Lease;
}

/** Answers any `/v1/*` route that has no rules of its own. `target`: path and query as the client sent them. */
export async function passThrough(
  request: Request,
  target: string,
  context: ProxyContext,
): Promise<Response> {
  const requestId = newRequestId();
  if (refusedMethods.has(request.method)) {
    const message = `The method ${request.method} is not passed on.`;
    return refuse({ status: 405, type: "invalid_request_error", message }, requestId, 0);
  }
  const only = readOnlyKey(request.headers, context);
  if (only !== null && typeof only === "object") return refuse(only, requestId, 0);
  const body = await readBody(request, context.config.maxBodyBytes);
  if (!(body instanceof Uint8Array)) return refuse(body, requestId, 0);
  const owner = only ?? context.owners.find(target.split(/[/?&=]/).slice(3));
  const keys = usableKeys(context.current(), owner);
  let attempts = 0;
  for (const key of keys) {
    // Removed, or given another token, while the one before was asked.
    if (context.current().keys.get(key.id) !== key) continue;
    attempts++;
    const answered = await send(request, target, body, key, context);
    const verdict = judge(answered, key, context);
    const isLast = attempts === keys.length;
    if (keyFaults.has(verdict.reason) && request.method === "GET" && !isLast) {
      answered.exchange.abort();
      answered.lease.end();
      continue;
    }
    return respond(request, requestId, key, attempts, answered, context);
  }
  return refuse(noKey(context.current(), owner), requestId, attempts);
}

/** The Anthropic keys that may be asked, in order; only the owner where there is one. */
export function usableKeys(context: ProxyContext, owner: KeyId | null): UsableKey[] {
  return context.candidates
    .filter((candidate) => candidate.provider === "anthropic" && (owner === null || candidate.key === owner))
    .filter((candidate) => context.pool.availability(candidate.key, "", "messages").usable)
    .flatMap((candidate) => context.keys.get(candidate.key) ?? []);
}

async function send(
  request: Request,
  target: string,
  body: Uint8Array,
  key: UsableKey,
  context: ProxyContext,
): Promise<Answered> {
  const { config, connections, pool } = context;
  const lease = pool.begin({ key: key.id, model: "", endpoint: "messages" });
  const exchange = new Exchange(false);
  request.signal.addEventListener("abort", () => exchange.abort());
  if (request.signal.aborted) exchange.abort();
  const hasBody = body.length > 0 || !["GET", "HEAD"].includes(request.method);
  const head = buildHead(request.headers, key.credential, {
    method: request.method,
    target: targetFor(key.base, target),
    host: key.base.host,
    bodyLength: hasBody ? body.length : null,
    readable: false,
  });
  const wire = { method: request.method, head, body: hasBody ? body : null };
  exchange.start(connections, key.base.origin, wire, config.timeouts, false);
  return { exchange, lease, outcome: hideToken(await exchange.outcome, key.credential.token) };
}

function judge({ outcome, lease }: Answered, key: UsableKey, context: ProxyContext): Verdict {
  const now = context.clock.now();
  const verdict = classify(outcome, {
    now,
    chance: context.chance(),
    provider: key.credential.provider,
    keyType: key.credential.type,
    endpoint: "messages",
    model: "",
    // Nothing is sent twice here.
    retries: Number.POSITIVE_INFINITY,
    deadline: now,
    conversationMoved: false,
    thinkingRemoved: true,
  });
  if (keyFaults.has(verdict.reason) && "status" in outcome) {
    lease.note(verdict, { status: outcome.status, headers: outcome.headers });
  }
  return verdict;
}

function respond(
  request: Request,
  requestId: string,
  key: UsableKey,
  attempts: number,
  { exchange, outcome, lease }: Answered,
  context: ProxyContext,
): Response {
  if (outcome.kind === "unreachable" || outcome.kind === "aborted") {
    lease.end();
    const words = outcome.kind === "unreachable" ? outcome.message : "the client went away";
    const message = `The upstream could not be reached with key ${key.id}: ${words}.`;
    return refuse({ status: 502, type: "api_error", message }, requestId, attempts);
  }
  const headers = forwardHeaders(exchange.headers);
  const served = { key: key.id, provider: key.credential.provider, model: null };
  addServed(headers, { requestId, ...served, attempts, fallback: null, queuedMs: 0 });
  const init = { status: exchange.status, headers };
  const whole = exchange.takeWhole();
  if (whole !== null) {
    lease.end();
    noteOwner(request, exchange, whole, key, context);
    const length = exchange.reader.get("content-length");
    if (request.method === "HEAD" && length !== null) headers.push(["content-length", length]);
    return new Response(whole.length === 0 ? null : Buffer.from(whole), init);
  }
  const client = new ClientStream();
  const created: Uint8Array[] = [];
  const stopRelay = relayBytes(exchange, client, {
    idleMs: context.config.timeouts.idleMs,
    onChunk: (chunk) => {
      if (request.method === "POST" && created.length < 64) created.push(chunk);
    },
    onEnd: () => {
      lease.end();
      noteOwner(request, exchange, Buffer.concat(created), key, context);
    },
  });
  request.signal.addEventListener("abort", () => {
    stopRelay();
    lease.end();
  });
  return new Response(client.body, init);
}

function refuse(error: OwnError, requestId: string, attempts: number): Response {
  return errorResponse(error, requestId, { "x-cf-attempts": String(attempts) });
}

/** What a POST created can only be used by the key that made it. */
function noteOwner(
  request: Request,
  exchange: Exchange,
  body: Uint8Array,
  key: UsableKey,
  context: ProxyContext,
): void {
  if (request.method !== "POST" || exchange.status >= 300) return;
  const { messageId } = readUsageFromJson(body);
  if (messageId !== null) context.owners.note(messageId, key.id);
}

function noKey(context: ProxyContext, owner: KeyId | null): OwnError {
  if (context.candidates.length === 0) {
    const message = "No key is configured for this profile. Add one with `cf add-key`.";
    return { status: 401, type: "authentication_error", message };
  }
  const reasons = context.candidates
    .filter((candidate) => owner === null || candidate.key === owner)
    .map((candidate) => {
      if (candidate.provider !== "anthropic")
        return `${candidate.key}: an OpenAI key does not serve this route`;
      const availability = context.pool.availability(candidate.key, "", "messages");
      return `${candidate.key}: ${availability.usable ? "usable" : availability.words}`;
    });
  return {
    status: 503,
    type: "api_error",
    message: `No Anthropic key can serve this route. ${reasons.join("; ")}.`,
  };
}
