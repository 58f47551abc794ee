// `GET /v1/models` and `/v1/models/{id}`: from the upstream, cached, or a list from the config when no key answers.
import type { Config } from "../config/types";
import { knownModelIds } from "../engine/claude-models";
import { mapToOpenAi } from "../engine/models";
import { LruMap } from "../state/lru-map";
import { targetFor } from "./base-url";
import type { ProxyContext, UsableKey } from "./context";
import { Exchange } from "./exchange";
import { errorResponse } from "./own-answer";
import { usableKeys } from "./pass-through";
import { readOnlyKey } from "./read-request";
import { newRequestId } from "./request-id";
import { addServed, forwardHeaders, type HeaderPairs } from "./response-headers";
import { buildHead } from "./upstream-headers";

interface CachedAnswer {
  at: number;
  key: UsableKey;
  headers: HeaderPairs;
  body: Uint8Array<ArrayBuffer>;
}

/** Claude Code gives up on its model discovery after 3 s: an answer has to be there before. */
const patienceMs = 2_500;
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
  const requestId = newRequestId();
  const only = readOnlyKey(request.headers, context);
  if (only !== null && typeof only === "object")
    return errorResponse(only, requestId, { "x-cf-attempts": "0" });
  const cached = context.models.get(target);
  if (only === null && cached !== null && context.clock.now() - cached.at < freshMs)
    return replay(cached, 200, requestId, 0);
  const until = context.clock.now() + patienceMs;
  let attempts = 0;
  for (const key of usableKeys(context, only)) {
    const left = until - context.clock.now();
    if (left <= 0) break;
    attempts++;
    const answer = await ask(request, target, key, left, context);
    if (answer === null) continue;
    if (answer.status === 200) context.models.set(target, answer.cached);
    return replay(answer.cached, answer.status, requestId, attempts);
  }
  return cached === null
    ? listFromConfig(target, context.config, requestId, attempts)
    : replay(cached, 200, requestId, attempts);
}

/** null when this key has no answer: the next one may. */
async function ask(
  request: Request,
  target: string,
  key: UsableKey,
  firstByteMs: number,
  context: ProxyContext,
): Promise<{ status: number; cached: CachedAnswer } | null> {
  const exchange = new Exchange(false);
  const head = buildHead(request.headers, key.credential, {
    method: "GET",
    target: targetFor(key.base, target),
    host: key.base.host,
    bodyLength: null,
    readable: true,
  });
  const deadlines = { connectMs: Math.min(firstByteMs, context.config.timeouts.connectMs), firstByteMs };
  exchange.start(context.connections, key.base.origin, { method: "GET", head, body: null }, deadlines, false);
  const outcome = await exchange.outcome;
  const body =
    outcome.kind === "success" || outcome.kind === "error" ? await collect(exchange, firstByteMs) : null;
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

function replay(cached: CachedAnswer, status: number, requestId: string, attempts: number): Response {
  const headers = [...cached.headers];
  const { id, credential } = cached.key;
  addServed(headers, {
    requestId,
    key: id,
    provider: credential.provider,
    model: null,
    attempts,
    fallback: null,
    queuedMs: 0,
  });
  return new Response(cached.body, { status, headers });
}

/** Models that the config names or maps, in Anthropic's shape. */
function listFromConfig(target: string, config: Config, requestId: string, attempts: number): Response {
  const models = modelsInConfig(config);
  const headers = {
    "x-cf-request-id": requestId,
    "request-id": requestId,
    "x-cf-attempts": String(attempts),
  };
  const id = /^\/v1\/models\/([^?]+)/.exec(target)?.[1];
  if (id === undefined) {
    const data = models.map(describeModel);
    const page = { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null };
    return Response.json(page, { headers });
  }
  const wanted = decodeId(id);
  if (models.includes(wanted)) return Response.json(describeModel(wanted), { headers });
  const unknown = { status: 404, type: "not_found_error", message: `model: ${wanted}` };
  return errorResponse(unknown, requestId, { "x-cf-attempts": String(attempts) });
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

function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    // Not percent-encoded after all.
    return id;
  }
}
