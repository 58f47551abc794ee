// Turns a committed upstream answer into the client's response, and notes what became of it when it is over.
import { cacheWarmMs } from "../engine/session";
import type { KeyId, Provider } from "../engine/types";
import type { Lease } from "../state/pool";
import type { FinalState } from "../state/record";
import { AnswerCopy } from "./answer-copy";
import type { AnswerSource } from "./answer-source";
import type { ClientStream } from "./client-stream";
import type { PendingRequest } from "./context";
import { errorBody } from "./own-answer";
import { relayBytes } from "./relay-bytes";
import { relayEvents } from "./relay-events";
import { addServed, forwardHeaders } from "./response-headers";
import type { AnswerFacts } from "./usage";

export interface UpstreamDelivery {
  kind: "upstream";
  source: AnswerSource;
  /** null for an answer that was kept from an earlier attempt. */
  lease: Lease | null;
  served: { key: KeyId; model: string; provider: Provider };
}

const pingMs = 15_000;

/** The response of a delivery whose status line has not gone out yet. */
export function respondUpstream(delivery: UpstreamDelivery, pending: PendingRequest): Response {
  const { asked, journey } = pending;
  const { source, served } = delivery;
  const headers = forwardHeaders(source.headers);
  const { key, provider, model } = served;
  addServed(headers, {
    requestId: journey.id,
    key,
    provider,
    model,
    attempts: journey.attempts.length,
    fallback: model === asked.model ? null : { from: asked.model, to: model },
    queuedMs: journey.queuedMs,
  });
  const init = { status: source.status, headers };
  const whole = source.tap === null || source.tap.stopped ? source.takeWhole() : null;
  if (whole !== null) {
    journey.markFirstByte(delivery.served);
    const facts = source.tap ?? source.facts ?? new AnswerCopy(whole).facts;
    finish("complete", facts, delivery, pending);
    journey.captured?.begin(source.status, headers);
    journey.captured?.append(whole);
    // Typed arrays get no content-type of the server's.
    return new Response(
      whole.length === 0 ? null : Buffer.from(whole.buffer as ArrayBuffer, whole.byteOffset, whole.length),
      init,
    );
  }
  const client = journey.openClientStream(source.status, headers);
  relayUpstream(delivery, client, pending);
  return new Response(client.body, init);
}

/** Sends the body through `client`, in whatever way its kind asks for. */
export function relayUpstream(
  delivery: UpstreamDelivery,
  client: ClientStream,
  pending: PendingRequest,
): void {
  const { journey, context } = pending;
  const { source } = delivery;
  const { idleMs } = context.config.timeouts;
  const { tap } = source;
  journey.markFirstByte(delivery.served);
  bind(delivery, pending);
  const copy = new AnswerCopy();
  const facts = () => tap ?? source.facts ?? copy.facts;
  let stopRelay = () => {};
  journey.describeSoFar = () => {
    stopRelay();
    delivery.lease?.end();
    return {
      status: source.status,
      usage: facts().usage,
      stopReason: facts().stopReason,
      served: delivery.served,
    };
  };
  const onEnd = (state: FinalState) => finish(state, facts(), delivery, pending);
  if (tap === null) {
    stopRelay = relayBytes(source, client, { idleMs, onChunk: (chunk) => copy.push(chunk), onEnd });
    return;
  }
  const describeCut = (words: string) =>
    errorBody({ status: 502, type: "api_error", message: `The answer was cut off: ${words}.` }, journey.id);
  stopRelay = relayEvents(source, client, { pingMs, idleMs, describeCut, onEnd });
}

function finish(
  state: FinalState,
  facts: AnswerFacts,
  delivery: UpstreamDelivery,
  pending: PendingRequest,
): void {
  const { journey, context } = pending;
  const { source, lease, served } = delivery;
  lease?.end();
  bind(delivery, pending);
  // A later request may continue a thread from here.
  if (facts.messageId !== null) context.owners.note(facts.messageId, served.key);
  if (facts.containerId !== null) context.owners.note(facts.containerId, served.key);
  journey.finish({
    status: source.status,
    state: source.status >= 400 ? "error" : state,
    usage: facts.usage,
    stopReason: facts.stopReason,
    served,
  });
}

/** The conversation stays with the key that served it while its prompt cache is warm. */
function bind({ source, served }: UpstreamDelivery, { asked, context }: PendingRequest): void {
  if (source.status >= 300 || asked.endpoint !== "messages") return;
  context.sessions.bind(asked.conversation, asked.model, served, cacheWarmMs(asked.scan.oneHourCache));
}
