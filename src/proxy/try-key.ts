// Tries one key with one model, retries included, and keeps what the pool and the record have to learn from it.
import { classify } from "../engine/classify";
import type { Attempt, KeyId, Outcome, Provider, Verdict } from "../engine/types";
import type { Lease } from "../state/pool";
import { targetFor } from "./base-url";
import type { PendingRequest, UsableKey } from "./context";
import { Exchange } from "./exchange";
import { hideToken } from "./hide-token";
import { pause } from "./pause";
import { type AskedRequest, rescan } from "./read-request";
import { replaceModel } from "./replace-model";
import { stripThinking } from "./strip-thinking";
import { buildHead } from "./upstream-headers";

/** The step that `decide` chose. */
export interface Try {
  key: KeyId;
  model: string;
  provider: Provider;
  probe: boolean;
}

/** An answer that the client gets: its exchange still holds the body. The lease ends with it. */
export interface Won {
  exchange: Exchange;
  lease: Lease;
}

/** What stays the same over the retries. */
interface Sending {
  step: Try;
  usable: UsableKey;
  pending: PendingRequest;
}

/** Resolves with the answer to deliver, or null when another key or model has to be asked, or the request was stopped. */
export async function tryKey(step: Try, pending: PendingRequest): Promise<Won | null> {
  const { asked, journey, context } = pending;
  const usable = context.keys.get(step.key);
  if (usable === undefined) throw new Error(`key ${step.key} was chosen without a secret`);
  const sending: Sending = { step, usable, pending };
  let body = bodyFor(step.model, asked);
  let thinkingRemoved = false;
  for (let retries = 0; !journey.stopped; retries++) {
    const { exchange, lease, outcome, verdict } = await sendOnce(sending, body, retries, thinkingRemoved);
    if (verdict.action === "deliver") return { exchange, lease };
    lease.end();
    journey.keep(exchange, outcome);
    if (verdict.action !== "retry") return null;
    if (verdict.withoutThinking === true) {
      body = bodyFor(step.model, withoutThinking(asked));
      thinkingRemoved = true;
    }
    await pause(verdict.delayMs ?? 0, journey.signal);
  }
  return null;
}

async function sendOnce(
  { step, usable, pending }: Sending,
  body: Uint8Array,
  retries: number,
  thinkingRemoved: boolean,
): Promise<{ exchange: Exchange; lease: Lease; outcome: Outcome; verdict: Verdict }> {
  const { asked, journey, context } = pending;
  const { clock, pool, config, connections, sessions, chance } = context;
  const { key, model, provider } = step;
  const { endpoint } = asked;
  const lease = pool.begin({ key, model, endpoint, probe: step.probe });
  const exchange = new Exchange(true);
  journey.follow(exchange);
  const began = performance.now();
  const head = buildHead(asked.headers, usable.credential, {
    method: "POST",
    target: targetFor(usable.base, asked.target),
    host: usable.base.host,
    bodyLength: body.length,
    readable: true,
  });
  const firstByteMs = Math.min(config.timeouts.firstByteMs, Math.max(1, journey.deadline - clock.now()));
  const deadlines = { connectMs: config.timeouts.connectMs, firstByteMs };
  exchange.start(connections, usable.base.origin, { method: "POST", head, body }, deadlines, retries > 0);
  const outcome = hideToken(await exchange.outcome, usable.credential.token);
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
    thinkingRemoved,
  });
  const status = "status" in outcome ? outcome.status : null;
  const headers = "headers" in outcome ? outcome.headers : null;
  const until = lease.note(verdict, { status, headers });
  journey.note(describe(step, verdict, status, until, performance.now() - began));
  return { exchange, lease, outcome, verdict };
}

function describe(
  step: Try,
  verdict: Verdict,
  status: number | null,
  until: number | null,
  ms: number,
): Attempt {
  const { key, model, provider } = step;
  const { reason, words } = verdict;
  return { key, model, provider, status, reason, words, until, ms: Math.round(ms), skipped: false };
}

/** Byte for byte the client's, but for the model of a fallback. */
function bodyFor(
  model: string,
  { body, scan, model: asked }: Pick<AskedRequest, "body" | "scan" | "model">,
): Uint8Array {
  if (model === asked || scan.modelSpan === null) return body;
  return replaceModel(body, scan.modelSpan, model);
}

function withoutThinking({ body, scan, model }: AskedRequest): Pick<AskedRequest, "body" | "scan" | "model"> {
  const stripped = stripThinking(body, "all");
  return { body: stripped, scan: rescan(stripped, scan), model };
}
