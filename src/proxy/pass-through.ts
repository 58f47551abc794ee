// Everything of the API that is neither a message nor a count: streamed through on one Anthropic key, unread.
import type { KeyId, Outcome, Reason } from "../engine/types";
import type { Lease } from "../state/pool";
import type { FinalState } from "../state/record";
import { targetFor } from "./base-url";
import { ClientStream } from "./client-stream";
import type { ProxyContext, UsableKey } from "./context";
import { clientClosedStatus } from "./deliver";
import { Exchange } from "./exchange";
import { hideToken } from "./hide-token";
import { Journey } from "./journey";
import { errorResponse, type OwnError } from "./own-answer";
import { judgePassed, noModel, notePassed } from "./passed-attempt";
import { readBody } from "./read-body";
import { readOnlyKey } from "./read-request";
import { refuseRoute } from "./refuse-route";
import { relayBytes } from "./relay-bytes";
import { addServed, forwardHeaders } from "./response-headers";
import { buildHead } from "./upstream-headers";
import { noUsage, readUsageFromJson } from "./usage";

/** What shows that the key itself is no good, whatever it was asked for. */
const keyFaults = new Set<Reason>(["rejected", "no_credit", "disabled_upstream"]);

/** A TRACE would be answered with the very headers that hold the key; a CONNECT asks for a tunnel. */
const refusedMethods = new Set(["TRACE", "CONNECT"]);

interface Passing {
  request: Request;
  target: string;
  journey: Journey;
  context: ProxyContext;
}

interface Answered {
  key: UsableKey;
  exchange: Exchange;
  outcome: Outcome;
  reason: Reason;
  lease: Lease;
}

/** Answers any `/v1/*` route that has no rules of its own. `target`: path and query as the client sent them. */
export async function passThrough(
  request: Request,
  target: string,
  context: ProxyContext,
): Promise<Response> {
  const journey = new Journey(context, request, { endpoint: "other", target });
  const passing = { request, target, journey, context };
  if (refusedMethods.has(request.method)) {
    const message = `The method ${request.method} is not passed on.`;
    return refuse({ status: 405, type: "invalid_request_error", message }, journey);
  }
  const named = readOnlyKey(request.headers, context);
  if (named !== null && typeof named === "object") return refuse(named, journey);
  const body = await readBody(request, context.config.maxBodyBytes).catch((error: unknown) => {
    journey.finishWithout(clientClosedStatus, "cancelled");
    if (request.signal.aborted) return null;
    throw error;
  });
  if (body === null) return leave(journey);
  if (!(body instanceof Uint8Array)) return refuse(body, journey);
  const only = named ?? context.owners.find(target.split(/[/?&=]/).slice(3));
  for (const key of usableKeys(context.current(), only)) {
    // Removed, or given another token, while the one before was asked.
    if (context.current().keys.get(key.id) !== key) continue;
    const answered = await send(passing, body, key);
    if (answered.outcome.kind === "aborted") {
      answered.lease.end();
      return leave(journey);
    }
    if (!keyFaults.has(answered.reason)) return respond(passing, answered);
    // It rests by now. What is no GET is never sent twice.
    const others = usableKeys(context.current(), only);
    if (others.length > 0 && request.method !== "GET") return respond(passing, answered);
    answered.exchange.abort();
    answered.lease.end();
  }
  return refuse(refuseRoute(context.current(), journey.attempts, only), journey);
}

/** The Anthropic keys that may be asked, in order; only the owner where there is one. */
export function usableKeys(context: ProxyContext, owner: KeyId | null): UsableKey[] {
  return context.candidates
    .filter((candidate) => candidate.provider === "anthropic" && (owner === null || candidate.key === owner))
    .filter((candidate) => context.pool.availability(candidate.key, noModel, "messages").usable)
    .flatMap((candidate) => context.keys.get(candidate.key) ?? []);
}

async function send(
  { request, target, journey, context }: Passing,
  body: Uint8Array,
  key: UsableKey,
): Promise<Answered> {
  const { config, connections, pool } = context;
  const lease = pool.begin({ key: key.id, model: noModel, endpoint: "messages" });
  const exchange = new Exchange(false);
  const startMs = journey.elapsedMs;
  const hasBody = body.length > 0 || !["GET", "HEAD"].includes(request.method);
  const head = buildHead(request.headers, key.credential, {
    method: request.method,
    target: targetFor(key.base, target),
    host: key.base.host,
    bodyLength: hasBody ? body.length : null,
    readable: false,
  });
  const wire = { method: request.method, head, body: hasBody ? body : null };
  journey.follow(exchange);
  if (!journey.stopped) exchange.start(connections, key.base.origin, wire, config.timeouts, false);
  const outcome = hideToken(await exchange.outcome, key.credential.token);
  const verdict = judgePassed(outcome, key, context);
  const learnt = keyFaults.has(verdict.reason) && "status" in outcome;
  const until = learnt ? lease.note(verdict, { status: outcome.status, headers: outcome.headers }) : null;
  notePassed(journey, { key, outcome, verdict, until, startMs });
  return { key, exchange, lease, outcome, reason: verdict.reason };
}

function respond(passing: Passing, { key, exchange, outcome, lease }: Answered): Response {
  const { request, journey, context } = passing;
  if (outcome.kind === "unreachable") {
    lease.end();
    // What may have arrived there is nothing that another key would do better: the others are not named.
    return refuse(refuseRoute(context, journey.attempts, key.id), journey);
  }
  const headers = forwardHeaders(exchange.headers);
  const served = { key: key.id, provider: key.credential.provider, model: null };
  const requestId = journey.id;
  const attempts = journey.attempts.length;
  addServed(headers, { requestId, ...served, attempts, fallback: null, queuedMs: 0 });
  const init = { status: exchange.status, headers };
  const describe = () => ({ status: exchange.status, usage: noUsage(), stopReason: null, served });
  const finish = (state: FinalState) => {
    lease.end();
    journey.finish({ ...describe(), state: exchange.status >= 400 ? "error" : state });
  };
  journey.markFirstByte();
  const whole = exchange.takeWhole();
  if (whole !== null) {
    finish("complete");
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
    onEnd: (state) => {
      finish(state);
      noteOwner(request, exchange, Buffer.concat(created), key, context);
    },
  });
  journey.describeSoFar = () => {
    stopRelay();
    lease.end();
    return describe();
  };
  return new Response(client.body, init);
}

function refuse(error: OwnError, journey: Journey): Response {
  journey.finishWithout(error.status, "error", error.message);
  return errorResponse(error, journey.id, { "x-cf-attempts": String(journey.attempts.length) });
}

/** Nobody listens any more. */
function leave(journey: Journey): Response {
  journey.finishWithout(clientClosedStatus, "cancelled");
  return new Response(null, { status: clientClosedStatus });
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
