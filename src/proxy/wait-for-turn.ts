// Waits in the queue for a key to come back, and tells a streaming client that it is not forgotten.
import type { KeyId, Timestamp } from "../engine/types";
import type { Place } from "../state/queue";
import type { PendingRequest } from "./context";

/** Silence in milliseconds after which a streaming client is answered although no key serves yet. */
const longWaitMs = 15_000;

/** Whether others wait for a key for this model. */
export function isQueueBusy({ asked, context }: PendingRequest): boolean {
  const { profile, queue } = context;
  return queue.isBusy({ profile: profile.name, model: asked.model, variant: variantOf(asked) });
}

export function enterQueue({ asked, journey, context }: PendingRequest): Place {
  return context.queue.enter({
    profile: context.profile.name,
    model: asked.model,
    variant: variantOf(asked),
    deadline: journey.queueUntil,
    signal: journey.signal,
  });
}

/** Waits until it is this request's turn to decide anew; after that a new pass begins. */
export async function waitForTurn(
  place: Place,
  until: Timestamp,
  { asked, journey, context }: PendingRequest,
  awaited?: { key: KeyId; model: string },
): Promise<void> {
  const began = context.clock.now();
  journey.queue(awaited === undefined ? null : { key: awaited.key, model: awaited.model, until });
  const left = Math.max(0, longWaitMs - journey.queuedMs);
  const timer = asked.stream ? setTimeout(() => journey.onLongWait(), left) : null;
  await place.wait(until);
  if (timer !== null) clearTimeout(timer);
  const now = context.clock.now();
  journey.queuedMs += now - began;
  journey.beginPass(now);
}

/** Requests that may use other keys than most have a queue of their own: they neither help nor hold the others up. */
function variantOf(asked: PendingRequest["asked"]): string {
  return `${asked.endpoint} ${asked.onlyKey ?? ""} ${asked.fallback ? "" : "no fallback"}`;
}
