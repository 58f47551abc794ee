// A simulated Anthropic API on a loopback port: strict about the basics, with rate limits that can be watched.
import { type AccountOut, accountHeaders } from "./account-limits";
import {
  checkBody,
  checkCredentials,
  checkVersion,
  isOauth,
  isSimulatedError,
  type MessagesRequest,
  type SimulatedError,
  type SimulatedKey,
} from "./check-request";
import { type Clock, systemClock } from "./clock";
import { composeAnswer } from "./compose-answer";
import { countInputTokens, measureInput, PromptCache } from "./prompt-cache";
import { type LimitFor, RateLimits, rateLimitHeaders } from "./rate-limits";
import { readQuestion } from "./read-question";
import { findModel, simulatedModels } from "./simulated-models";
import { answerFrames, messageBody } from "./stream-answer";
import { noDelay, type Pace, streamFrames } from "./stream-frames";

export interface SimulatorOptions {
  keys: readonly SimulatedKey[];
  /** Left out: no limits. */
  limitFor?: LimitFor;
  /** Left out: no account is ever out. */
  accountOut?: AccountOut;
  /** Left out: no delays. */
  pace?: Pace;
  clock?: Clock;
  /** Says for the nth message request of a key that is not out (from 1) whether it is met with 529; left out: never. */
  overloadedAt?: (requestNumber: number) => boolean;
}

export interface Simulator {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string;
  /** Closes the port and cuts running answers. */
  stop(): Promise<void>;
}

/** Serves `/v1/messages`, `/v1/messages/count_tokens` and `/v1/models` for the given keys until stopped. */
export function startAnthropicSimulator(options: SimulatorOptions): Simulator {
  const api = new SimulatedApi(options);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => api.answer(request),
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

class SimulatedApi {
  private readonly clock: Clock;
  private readonly pace: Pace;
  private readonly limits: RateLimits;
  private readonly cache = new PromptCache();
  private messageRequests = 0;

  constructor(private readonly options: SimulatorOptions) {
    this.clock = options.clock ?? systemClock;
    this.pace = options.pace ?? noDelay;
    this.limits = new RateLimits(options.limitFor ?? (() => null));
  }

  async answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const route = `${request.method} ${pathname}`;
    const known = ["POST /v1/messages", "POST /v1/messages/count_tokens", "GET /v1/models"].includes(route);
    if (!known && !route.startsWith("GET /v1/models/")) return failure(notFound("Not found"));

    const key = checkCredentials(request.headers, this.options.keys);
    if (isSimulatedError(key)) return failure(key);
    const headers = { "anthropic-organization-id": key.organization };
    const versionFault = checkVersion(request.headers);
    if (versionFault !== null) return failure(versionFault, headers);
    if (route === "GET /v1/models") return json(listModels(Number(searchParams.get("limit") ?? 20)), headers);
    if (request.method === "GET") {
      const model = findModel(decodeURIComponent(pathname.slice("/v1/models/".length)));
      return model === undefined
        ? failure(notFound(`model: ${pathname.slice("/v1/models/".length)}`), headers)
        : json({ type: "model", ...model }, headers);
    }
    const counting = pathname.endsWith("/count_tokens");
    const body = checkBody(await request.text(), counting);
    if (isSimulatedError(body)) return failure(body, headers);
    if (counting) return json({ input_tokens: countInputTokens(body) }, headers);
    return this.answerMessage(request, body, key, headers);
  }

  private async answerMessage(
    request: Request,
    body: MessagesRequest,
    key: SimulatedKey,
    headers: Record<string, string>,
  ): Promise<Response> {
    const now = this.clock.now();
    const keyIndex = this.options.keys.indexOf(key);
    const outUntil = this.options.accountOut?.(keyIndex, now) ?? null;
    if (isOauth(key)) Object.assign(headers, accountHeaders(outUntil, now));
    if (outUntil !== null) return failure(accountLimited(), headers);
    this.messageRequests++;
    if (this.options.overloadedAt?.(this.messageRequests)) {
      return failure({ status: 529, type: "overloaded_error", message: "Overloaded" }, headers);
    }
    const allowance = this.limits.take(keyIndex, body.model, now);
    Object.assign(headers, rateLimitHeaders(allowance, now));
    if (!allowance.allowed) return failure(rateLimited(key, body.model, allowance.limit), headers);

    const message = {
      id: newId("msg_01"),
      model: body.model,
      answer: composeAnswer(readQuestion(body), () => newId("toolu_01")),
      input: measureInput(this.cache, key.organization, body, now),
    };
    await this.clock.sleep(this.pace.firstByteMs, request.signal);
    if (body.stream !== true) {
      // Without streaming the whole text takes its time first, in one piece.
      await this.clock.sleep(this.pace.deltaMs * 10, request.signal);
      return json(messageBody(message), headers);
    }
    const events = streamFrames(answerFrames(message), this.pace, this.clock, request.signal);
    return new Response(events, {
      headers: {
        ...headers,
        "request-id": newId("req_011C"),
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
      },
    });
  }
}

function listModels(limit: number): Record<string, unknown> {
  const size = Math.min(1000, Math.max(1, Number.isInteger(limit) ? limit : 20));
  const data = simulatedModels.slice(0, size).map((model) => ({ type: "model", ...model }));
  const has_more = data.length < simulatedModels.length;
  return { data, has_more, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function rateLimited(key: SimulatedKey, model: string, limit: number): SimulatedError {
  const message = `This request would exceed your organization's rate limit of ${limit.toLocaleString("en-US")} input tokens per minute (org: ${key.organization}, model: ${model}). For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later.`;
  return { status: 429, type: "rate_limit_error", message };
}

function accountLimited(): SimulatedError {
  const message = "This request would exceed your account's rate limit. Please try again later.";
  return { status: 429, type: "rate_limit_error", message };
}

function notFound(message: string): SimulatedError {
  return { status: 404, type: "not_found_error", message };
}

function failure(error: SimulatedError, headers: Record<string, string> = {}): Response {
  const requestId = newId("req_011C");
  return Response.json(
    { type: "error", error: { type: error.type, message: error.message }, request_id: requestId },
    { status: error.status, headers: { ...headers, "request-id": requestId } },
  );
}

function json(value: unknown, headers: Record<string, string>): Response {
  return Response.json(value, { headers: { ...headers, "request-id": newId("req_011C") } });
}

function newId(prefix: string): string {
  return `${prefix}${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;
}
