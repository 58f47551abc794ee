// `GET /v1/models` and `/v1/models/{id}`: from the upstream, cached, or a list from the config when no key answers.
import type { Config } from "../config/types";
import { knownModelIds } from "../engine/claude-models";
import { mapToOpenAi } from "../engine/models";
import { LruMap } from "../state/lru-map";
import { targetFor } from "./base-url";
import type { ProxyContext, UsableKey } from "./context";
import { clientClosedStatus } from "./deliver";
import { Exchange } from "./exchange";
import { hideToken } from "./hide-token";
import { Journey } from "./journey";
import { errorResponse, type OwnError } from "./own-answer";
import { usableKeys } from "./pass-through";
import { judgePassed, notePassed } from "./passed-attempt";
import { readOnlyKey } from "./read-request";
import { addServed, forwardHeaders, type HeaderPairs } from "./response-headers";
import { buildHead } from "./upstream-headers";
import { noUsage } from "./usage";

interface CachedAnswer {
  at: number;
  key: UsableKey;
  headers: HeaderPairs;
  body: Uint8Array<ArrayBuffer>;
}

/** Claude Code gives up on its model discovery after 3 s: an answer has to be there before. */
const patienceMs = 2_500;
/** Began to answer, and did not come to the end in time. */
const unfinished = { reason: "network", words: "the answer did not come in time" } as const;
const freshMs = 10 * 60_000;
const capacity = 200;

/** What the upstream said about its models lately, by request target. */
export class ModelCache {
  readonly #answers = new LruMap<CachedAnswer>(capacity);

  get(target: string): CachedAnswer | null {
    return this.#answers.get(target) ?? null;
  }

  set(target: string, answer: CachedAnswer): void {
    this.#answers.set(target, answer);
  }
}

/** Answers within `patienceMs`, whatever the upstream does. `target`: path and query as the client sent them. */
export async function listModels(request: Request, target: string, context: ProxyContext): Promise<Response> {
  const journey = new Journey(context, request, { endpoint: "models", target });
  const only = readOnlyKey(request.headers, context);
  if (only !== null && typeof only === "object") return refuse(only, journey);
  const cached = context.models.get(target);
  if (only === null && cached !== null && context.clock.now() - cached.at < freshMs)
    return replay(cached, 200, journey);
  const until = context.clock.now() + patienceMs;
  for (const key of usableKeys(context, only)) {
    const left = until - context.clock.now();
    if (left <= 0 || journey.stopped) break;
    const answer = await ask(target, key, left, { request, journey, context });
    if (answer === null) continue;
    if (answer.status === 200) context.models.set(target, answer.cached);
    return replay(answer.cached, answer.status, journey);
  }
  if (journey.stopped) {
    journey.finishWithout(clientClosedStatus, "cancelled");
    return new Response(null, { status: clientClosedStatus });
  }
  return cached === null ? listFromConfig(target, context.config, journey) : replay(cached, 200, journey);
}

/** null when this key has no answer: the next one may. */
async function ask(
  target: string,
  key: UsableKey,
  firstByteMs: number,
  { request, journey, context }: { request: Request; journey: Journey; context: ProxyContext },
): Promise<{ status: number; cached: CachedAnswer } | null> {
  const exchange = new Exchange(false);
  const startMs = journey.elapsedMs;
  const head = buildHead(request.headers, key.credential, {
    method: "GET",
    target: targetFor(key.base, target),
    host: key.base.host,
    bodyLength: null,
    readable: true,
  });
  const deadlines = { connectMs: Math.min(firstByteMs, context.config.timeouts.connectMs), firstByteMs };
  journey.follow(exchange);
  exchange.start(context.connections, key.base.origin, { method: "GET", head, body: null }, deadlines, false);
  const outcome = hideToken(await exchange.outcome, key.credential.token);
  const body =
    outcome.kind === "success" || outcome.kind === "error" ? await collect(exchange, firstByteMs) : null;
  const verdict =
    outcome.kind === "success" && body === null ? unfinished : judgePassed(outcome, key, context);
  notePassed(journey, { key, outcome, verdict, until: null, startMs });
  // A refusal of the key says nothing about the models; a 404 does.
  if (body === null || exchange.status >= 500 || [401, 402, 403, 429].includes(exchange.status)) {
    exchange.abort();
    return null;
  }
  const headers = forwardHeaders(exchange.headers);
  return { status: exchange.status, cached: { at: context.clock.now(), key, headers, body } };
}

function collect(exchange: Exchange, withinMs: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), withinMs);
    const settle = (body: Uint8Array<ArrayBuffer> | null) => {
      clearTimeout(timer);
      resolve(body);
    };
    exchange.deliver({
      onData: (chunk) => chunks.push(chunk),
      onEnd: () => settle(Buffer.concat(chunks)),
      onFail: () => settle(null),
    });
  });
}

/** An answer of an upstream, from now or from before. */
function replay(cached: CachedAnswer, status: number, journey: Journey): Response {
  const headers = [...cached.headers];
  const { id, credential } = cached.key;
  const served = { key: id, provider: credential.provider, model: null };
  addServed(headers, {
    requestId: journey.id,
    ...served,
    attempts: journey.attempts.length,
    fallback: null,
    queuedMs: 0,
  });
  const state = status >= 400 ? "error" : "complete";
  journey.finish({ status, state, usage: noUsage(), stopReason: null, served });
  return new Response(cached.body, { status, headers });
}

function refuse(error: OwnError, journey: Journey): Response {
  journey.finishWithout(error.status, "error", error.message);
  return errorResponse(error, journey.id, { "x-cf-attempts": String(journey.attempts.length) });
}

/** Models that the config names or maps, in Anthropic's shape. */
function listFromConfig(target: string, config: Config, journey: Journey): Response {
  const models = modelsInConfig(config);
  const wanted = readModelId(target);
  if (wanted !== null && !models.includes(wanted))
    return refuse({ status: 404, type: "not_found_error", message: `model: ${wanted}` }, journey);
  const headers = {
    "x-cf-request-id": journey.id,
    "request-id": journey.id,
    "x-cf-attempts": String(journey.attempts.length),
  };
  journey.finishWithout(200, "complete");
  if (wanted !== null) return Response.json(describeModel(wanted), { headers });
  const data = models.map(describeModel);
  const page = { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null };
  return Response.json(page, { headers });
}

function modelsInConfig(config: Config): string[] {
  const chains = [config.modelFallback, ...config.profiles.map((profile) => profile.modelFallback)];
  const named = chains.flatMap((chain) => [...chain].flat());
  const mapping = config.openaiModelMapping;
  // Most entries are prefixes of families: an id ends with a version, a date or `-latest`.
  const mapped = [...mapping.keys()].filter((model) => /^claude-.*(?:\d|-latest)$/.test(model));
  const reachable = knownModelIds.filter((model) => mapToOpenAi(model, mapping) !== null);
  return [...new Set([...named, ...mapped, ...reachable])];
}

function describeModel(id: string): Record<string, string> {
  return { type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" };
}

/** null: the whole list is asked for. */
function readModelId(target: string): string | null {
  const id = /^\/v1\/models\/([^?]+)/.exec(target)?.[1];
  if (id === undefined) return null;
  try {
    return decodeURIComponent(id);
  } catch {
    // Not percent-encoded after all.
    return id;
  }
}
