// The story of one request: read it, then decide, try and learn until an answer can be delivered or nothing is left.
import { decide, type Situation } from "../engine/decide";
import { listPassedOver } from "../engine/list-skipped";
import type { Place } from "../state/queue";
import { answerFinally } from "./answer-finally";
import { answerHere } from "./answer-here";
import type { PendingRequest, ProxyContext } from "./context";
import { clientClosedStatus, type Delivery, deliver } from "./deliver";
import { Journey } from "./journey";
import { openAiPolicy } from "./openai-policy";
import { errorResponse } from "./own-answer";
import { type AskedRequest, readRequest } from "./read-request";
import { tryKey } from "./try-key";
import { enterQueue, isQueueBusy, waitForTurn } from "./wait-for-turn";

/** Answers `POST /v1/messages` and `/v1/messages/count_tokens`. `target`: path and query as the client sent them. */
export async function handle(
  request: Request,
  endpoint: AskedRequest["endpoint"],
  target: string,
  context: ProxyContext,
): Promise<Response> {
  const journey = new Journey(context, request, { endpoint, target });
  const asked = await readRequest(request, endpoint, target, context).catch((error: unknown) => {
    journey.finishWithout(clientClosedStatus, "cancelled");
    if (request.signal.aborted) return null;
    throw error;
  });
  if (asked === null) return new Response(null, { status: clientClosedStatus });
  if ("status" in asked) {
    journey.finishWithout(asked.status, "error", asked.message);
    return errorResponse(asked, journey.id, { "x-cf-attempts": "0" });
  }
  journey.begin(asked);
  const pending = { asked, journey, context };
  return deliver(pursue(pending), pending);
}

/** What to do next is decided anew at every step, with what is known by then. */
async function pursue(pending: PendingRequest): Promise<Delivery> {
  const { asked, journey, context } = pending;
  const boundKey = context.sessions.boundKey(asked.conversation, asked.model);
  let place: Place | null = null;
  try {
    if (isQueueBusy(pending)) {
      // Others wait for the same already: nobody overtakes them.
      place = enterQueue(pending);
      await waitForTurn(place, context.clock.now(), pending);
    }
    while (!journey.stopped) {
      const situation = describeSituation(pending, boundKey);
      const step = decide(situation);
      if (step.do === "finish") return answerFinally(situation, pending);
      if (step.do === "wait") {
        place ??= enterQueue(pending);
        await waitForTurn(place, step.until, pending, step);
        continue;
      }
      journey.noteSkipped(listPassedOver(situation, step));
      const here = await answerHere(step, pending);
      if (here !== null) return here;
      const won = await tryKey(step, pending);
      if (won === null) continue;
      place?.succeeded();
      return { kind: "upstream", ...won, served: step };
    }
    return { kind: "stopped" };
  } finally {
    place?.leave();
    journey.endSearch();
  }
}

function describeSituation({ asked, journey, context }: PendingRequest, boundKey: string | null): Situation {
  const { clock, pool } = context;
  const now = clock.now();
  const current = context.current();
  const { candidates, openai } = current === context ? asked : openAiPolicy(asked.model, current);
  // Counting locally is instant: nobody waits for a key to do it.
  const countsLocally = asked.endpoint === "count_tokens" && (openai.enabled || openai.primary);
  return {
    chain: asked.chain,
    candidates,
    boundKey,
    tried: journey.tried,
    passBegan: journey.passBegan,
    availability: (key, model) => {
      const availability = pool.availability(key, model, asked.endpoint);
      // A count that is made here does not need the key's server.
      const needless = countsLocally && current.config.keys.get(key)?.provider === "openai";
      const paused = !availability.usable && availability.reason === "disabled";
      return needless && !paused ? { usable: true, lastResort: false } : availability;
    },
    now,
    deadline: journey.deadline,
    queueUntil: countsLocally ? now : journey.queueUntil,
    fallback: asked.fallback,
    onlyKey: asked.onlyKey,
    openai,
  };
}
