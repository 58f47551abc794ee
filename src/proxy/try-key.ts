// Tries one key with one model, retries included, and keeps what the pool and the record have to learn from it.
import { classify } from "../engine/classify";
import type { Attempt, KeyId, Outcome, Provider, Verdict } from "../engine/types";
import type { Lease } from "../state/pool";
import type { AnswerSource } from "./answer-source";
import type { PendingRequest, UsableKey } from "./context";
import { hideToken } from "./hide-token";
import { pause } from "./pause";
import { requestAnthropic } from "./providers/anthropic";
import { requestOpenAi } from "./providers/openai";
import type { ProviderRequest, Unsuitable } from "./providers/provider-request";

/** The step that `decide` chose. */
export interface Try {
  key: KeyId;
  model: string;
  provider: Provider;
  probe: boolean;
}

/** An answer that the client gets: its source still holds the body. The lease ends with it. */
export interface Won {
  source: AnswerSource;
  lease: Lease;
}

interface Sent {
  source: AnswerSource;
  lease: Lease;
  outcome: Outcome;
  verdict: Verdict;
}

/** A server that refuses one parameter after the other is not asked for ever. */
const mostLessons = 5;

/** Resolves with the answer to deliver, or null when another key or model has to be asked, or the request was stopped. */
export async function tryKey(step: Try, pending: PendingRequest): Promise<Won | null> {
  const { journey, context } = pending;
  const usable = context.current().keys.get(step.key);
  if (usable === undefined) throw new Error(`key ${step.key} was chosen without a secret`);
  const ask = step.provider === "openai" ? requestOpenAi : requestAnthropic;
  const request = ask(usable, step.model, pending);
  if ("unsuitable" in request) {
    journey.note(describeSkipped(step, request));
    return null;
  }
  let lessons = 0;
  for (let retries = 0; !journey.stopped; ) {
    const sent = await sendOnce(step, usable, request, retries, pending);
    const { source, lease, outcome, verdict } = sent;
    const learnt = lessons < mostLessons && refusesRequest(sent) && request.learn(bodyOf(outcome));
    if (verdict.action === "deliver" && !learnt) return { source, lease };
    lease.end();
    journey.keep(source, outcome);
    if (learnt) {
      lessons++;
      continue;
    }
    if (verdict.action !== "retry") return null;
    retries++;
    if (verdict.withoutThinking === true) request.removeThinking();
    await pause(verdict.delayMs ?? 0, journey.signal);
    // The key was removed or got another token meanwhile: what it is asked next is decided anew.
    if (context.current().keys.get(step.key) !== usable) return null;
  }
  return null;
}

async function sendOnce(
  step: Try,
  usable: UsableKey,
  request: ProviderRequest,
  retries: number,
  { asked, journey, context }: PendingRequest,
): Promise<Sent> {
  const { clock, pool, config, sessions, chance } = context;
  const { key, model, provider } = step;
  const { endpoint } = asked;
  const lease = pool.begin({ key, model, endpoint, probe: step.probe });
  journey.ask(key, model);
  const startMs = journey.elapsedMs;
  const firstByteMs = Math.min(config.timeouts.firstByteMs, Math.max(1, journey.deadline - clock.now()));
  const source = request.send({ firstByteMs, fresh: retries > 0 });
  const outcome = hideToken(await source.outcome, usable.credential.token);
  const verdict = classify(outcome, {
    now: clock.now(),
    chance: chance(),
    provider,
    keyType: usable.credential.type,
    endpoint,
    model,
    retries,
    deadline: journey.deadline,
    // Only a 400 can be about thinking that another key, model or provider has signed.
    conversationMoved:
      outcome.kind === "error" &&
      sessions.hasMoved(asked.conversation, asked.model, { key, model, provider }),
    thinkingRemoved: request.thinkingRemoved,
  });
  const status = "status" in outcome ? outcome.status : null;
  const headers = "headers" in outcome ? outcome.headers : null;
  const until = lease.note(verdict, { status, headers });
  const { reason, words } = verdict;
  const ms = Math.round(journey.elapsedMs - startMs);
  journey.note({
    key,
    model,
    provider,
    status,
    reason,
    words,
    until,
    startMs: Math.round(startMs),
    ms,
    skipped: false,
    adjusted: request.adjusted,
  });
  return { source, lease, outcome, verdict };
}

/** The request itself was refused, in an answer that the client would get. */
function refusesRequest({ outcome, verdict }: Sent): boolean {
  return verdict.action === "deliver" && outcome.kind === "error";
}

function bodyOf(outcome: Outcome): string {
  return outcome.kind === "error" ? outcome.body : "";
}

function describeSkipped({ key, model, provider }: Try, { unsuitable, overflow }: Unsuitable): Attempt {
  return {
    key,
    model,
    provider,
    status: null,
    reason: "unsuitable",
    words: unsuitable,
    ...(overflow === undefined ? {} : { overflow }),
    until: null,
    ms: 0,
    skipped: true,
    adjusted: [],
  };
}
