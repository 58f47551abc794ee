// Gives the client its answer as soon as it can begin; a stream that waits too long for a key begins before that.

import type { AnsweredHere } from "./answer-here";
import type { ClientStream } from "./client-stream";
import type { PendingRequest } from "./context";
import type { Journey } from "./journey";
import { errorBody, errorResponse, type OwnError } from "./own-answer";
import { relayUpstream, respondUpstream, type UpstreamDelivery } from "./respond-upstream";
import { addServed, type HeaderPairs } from "./response-headers";
import { errorEvent, pingEvent } from "./sse";
import { mergeUsage, noUsage } from "./usage";

/** What a request came to. `stopped`: the client left or we are shutting down, so nobody listens. */
export type Delivery =
  | UpstreamDelivery
  | AnsweredHere
  | { kind: "own"; error: OwnError }
  | { kind: "stopped" };

/** An event stream that began while the request still waits for a key. */
interface EarlyStream {
  client: ClientStream;
  pings: ReturnType<typeof setInterval>;
}

const pingMs = 15_000;
/** Nobody hears it; it stands in the record of a request whose client left. */
export const clientClosedStatus = 499;
const internalError: OwnError = {
  status: 500,
  type: "api_error",
  message: "The proxy failed; its log says why.",
};

export function deliver(delivery: Promise<Delivery>, pending: PendingRequest): Promise<Response> {
  const { asked, journey, context } = pending;
  const { promise, resolve } = Promise.withResolvers<Response>();
  let early: EarlyStream | null = null;
  journey.onLongWait = () => {
    if (!asked.stream || asked.endpoint !== "messages" || early !== null) return;
    const headers: HeaderPairs = [
      ["content-type", "text/event-stream"],
      ["cache-control", "no-cache"],
      ["x-cf-request-id", journey.id],
    ];
    early = beginEarly(journey, headers);
    resolve(new Response(early.client.body, { headers }));
  };
  delivery
    .catch((error: unknown): Delivery => {
      context.reportBug(error);
      return { kind: "own", error: internalError };
    })
    .then((result) => {
      try {
        if (early === null) resolve(keep(respond(result, pending), result, journey));
        else continueEarly(early, result, pending);
      } catch (error) {
        // Nobody above awaits this: a throw would end the whole proxy.
        context.reportBug(error);
        giveUp(result, early, journey);
        resolve(errorResponse(internalError, journey.id));
      }
    });
  return promise;
}

/** Keeps our own answers, if somebody wants that; an upstream's are kept in passing. */
function keep(response: Response, result: Delivery, { captured }: Journey): Response {
  if (captured === null || result.kind === "upstream") return response;
  captured.begin(response.status, [...response.headers]);
  void response
    .clone()
    .bytes()
    .then((body) => captured.append(body));
  return response;
}

function giveUp(result: Delivery, early: EarlyStream | null, journey: Journey): void {
  if (result.kind === "upstream") {
    result.source.abort();
    result.lease?.end();
  }
  early?.client.cut(new Error(internalError.message));
  journey.finishWithout(internalError.status, "error", internalError.message);
}

function respond(result: Delivery, pending: PendingRequest): Response {
  const { journey } = pending;
  if (result.kind === "upstream") return respondUpstream(result, pending);
  if (result.kind === "here") return respondHere(result, journey);
  if (result.kind === "own") {
    journey.finishWithout(result.error.status, "error", result.error.message);
    return errorResponse(result.error, journey.id, { "x-cf-attempts": String(journey.attempts.length) });
  }
  journey.finishWithout(clientClosedStatus, "cancelled");
  return new Response(null, { status: clientClosedStatus });
}

function respondHere({ body, served }: AnsweredHere, journey: Journey): Response {
  const headers: HeaderPairs = [];
  const attempts = journey.attempts.length;
  const { modelAsked: from } = journey;
  addServed(headers, {
    requestId: journey.id,
    ...served,
    attempts,
    fallback: served.model === from ? null : { from, to: served.model },
    queuedMs: journey.queuedMs,
  });
  const usage = mergeUsage(noUsage(), body.usage);
  const stopReason = typeof body.stop_reason === "string" ? body.stop_reason : null;
  journey.finish({ status: 200, state: "complete", usage, stopReason, served });
  return Response.json(body, { headers });
}

function beginEarly(journey: Journey, headers: HeaderPairs): EarlyStream {
  const client = journey.openClientStream(200, headers);
  journey.markFirstByte();
  client.write(pingEvent);
  return { client, pings: setInterval(() => client.write(pingEvent), pingMs) };
}

/** The status line is long gone: what is not a stream of events is told in one. */
function continueEarly({ client, pings }: EarlyStream, result: Delivery, pending: PendingRequest): void {
  const { journey } = pending;
  clearInterval(pings);
  if (result.kind === "stopped") {
    client.detach();
    journey.finishWithout(clientClosedStatus, "cancelled");
    return;
  }
  if (result.kind === "upstream" && result.source.tap !== null) {
    relayUpstream(result, client, pending);
    return;
  }
  // What is answered here is never streamed.
  const error = result.kind === "own" ? result.error : internalError;
  const body = result.kind === "upstream" ? tellInBand(result, journey) : errorBody(error, journey.id);
  client.write(errorEvent(body));
  client.end();
  journey.finishWithout(200, "error", result.kind === "upstream" ? undefined : error.message);
}

/** The upstream's own error body if it fits on a line, else the words of it. */
function tellInBand(result: UpstreamDelivery, journey: Journey): string {
  const body = result.source.takeWhole();
  result.source.abort();
  result.lease?.end();
  const isError = body !== null && result.source.status >= 400;
  try {
    return JSON.stringify(JSON.parse(isError ? Buffer.from(body).toString("utf8") : ""));
  } catch {
    // HTML of a gateway, a body that is still on its way, or an answer that is no stream.
    const message = `The upstream answered with status ${result.source.status}.`;
    return errorBody({ status: 502, type: "api_error", message }, journey.id);
  }
}
