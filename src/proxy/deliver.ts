// Gives the client its answer as soon as it can begin; a stream that waits too long for a key begins before that.

import { ClientStream } from "./client-stream";
import type { PendingRequest } from "./context";
import type { Journey } from "./journey";
import { errorBody, errorResponse, type OwnError } from "./own-answer";
import { relayUpstream, respondUpstream, type UpstreamDelivery } from "./respond-upstream";
import { errorEvent, pingEvent } from "./sse";

/** What a request came to. `stopped`: the client left or we are shutting down, so nobody listens. */
export type Delivery = UpstreamDelivery | { kind: "own"; error: OwnError } | { kind: "stopped" };

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
    early = beginEarly(journey);
    const headers = {
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
      "x-cf-request-id": journey.id,
    };
    resolve(new Response(early.client.body, { headers }));
  };
  delivery
    .catch((error: unknown): Delivery => {
      context.reportBug(error);
      return { kind: "own", error: internalError };
    })
    .then((result) => {
      try {
        if (early === null) resolve(respond(result, pending));
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

function giveUp(result: Delivery, early: EarlyStream | null, journey: Journey): void {
  if (result.kind === "upstream") {
    result.source.abort();
    result.lease?.end();
  }
  early?.client.cut(new Error(internalError.message));
  journey.finishWithout(internalError.status, "error");
}

function respond(result: Delivery, pending: PendingRequest): Response {
  const { journey } = pending;
  if (result.kind === "upstream") return respondUpstream(result, pending);
  if (result.kind === "own") {
    journey.finishWithout(result.error.status, "error");
    return errorResponse(result.error, journey.id, { "x-cf-attempts": String(journey.attempts.length) });
  }
  journey.finishWithout(clientClosedStatus, "cancelled");
  return new Response(null, { status: clientClosedStatus });
}

function beginEarly(journey: Journey): EarlyStream {
  const client = new ClientStream();
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
  const body = result.kind === "own" ? errorBody(result.error, journey.id) : tellInBand(result, journey);
  client.write(errorEvent(body));
  client.end();
  journey.finishWithout(200, "error");
}

/** The upstream's own error body if it fits on a line, else the words of it. */
function tellInBand(result: UpstreamDelivery, journey: Journey): string {
  const body = result.source.takeWhole();
  result.source.abort();
  result.lease?.end();
  const text = body === null ? "" : Buffer.from(body).toString("utf8");
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    // HTML of a gateway, or a body that is still on its way.
    const message = `The upstream answered with status ${result.source.status}.`;
    return errorBody({ status: 502, type: "api_error", message }, journey.id);
  }
}
