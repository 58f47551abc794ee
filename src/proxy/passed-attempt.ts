// One attempt of a request that is passed through: what its outcome means, and how it stands in the record.
import { classify } from "../engine/classify";
import type { Outcome, Timestamp, Verdict } from "../engine/types";
import type { ProxyContext, UsableKey } from "./context";
import type { Journey } from "./journey";

/** What is passed through names no model. */
export const noModel = "";

export function judgePassed(outcome: Outcome, key: UsableKey, context: ProxyContext): Verdict {
  const now = context.clock.now();
  return classify(outcome, {
    now,
    chance: context.chance(),
    provider: key.credential.provider,
    keyType: key.credential.type,
    endpoint: "messages",
    model: noModel,
    // Nothing is sent twice here.
    retries: Number.POSITIVE_INFINITY,
    deadline: now,
    conversationMoved: false,
    thinkingRemoved: true,
  });
}

export interface PassedAttempt {
  key: UsableKey;
  outcome: Outcome;
  verdict: Pick<Verdict, "reason" | "words">;
  /** When the key is usable again; null: it does not rest, or nobody knows. */
  until: Timestamp | null;
  /** Milliseconds after the request's start. */
  startMs: number;
}

export function notePassed(journey: Journey, { key, outcome, verdict, until, startMs }: PassedAttempt): void {
  const { reason, words } = verdict;
  journey.note({
    key: key.id,
    model: noModel,
    provider: key.credential.provider,
    status: "status" in outcome ? outcome.status : null,
    reason,
    words,
    until,
    startMs: Math.round(startMs),
    ms: Math.round(journey.elapsedMs - startMs),
    skipped: false,
  });
}
