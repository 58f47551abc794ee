// A simulated OpenAI API on a loopback port: as strict as the real one, in both dialects, with limits that can be watched.
import type { SimulatedKey } from "./check-request";
import { type Clock, systemClock } from "./clock";
import { composeAnswer } from "./compose-answer";
import { type Dialect, openAiDialects } from "./openai/openai-dialects";
import {
  failureBody,
  invalidUrl,
  isOpenAiFailure,
  missingKey,
  type OpenAiFailure,
  rateLimited,
  unknownModel,
  wrongKey,
} from "./openai/openai-failure";
import { describeOpenAiModel, findSimulatedOpenAiModel, simulatedOpenAiModels } from "./openai/openai-models";
import {
  countReasoningTokens,
  measureUsage,
  type OpenAiMessage,
  type OpenAiQuestion,
} from "./openai/openai-question";
import { openAiRateLimitHeaders } from "./openai/openai-rate-limits";
import { readOpenAiQuestion } from "./openai/read-openai-question";
import { PromptCache } from "./prompt-cache";
import { type LimitFor, RateLimits } from "./rate-limits";
import { noDelay, type Pace, streamFrames } from "./stream-frames";

export interface OpenAiSimulatorOptions {
  /** Tokens as in `authorization: Bearer`. */
  keys: readonly SimulatedKey[];
  /** Left out: no limits. */
  limitFor?: LimitFor;
  /** Left out: no delays. */
  pace?: Pace;
  clock?: Clock;
  /** What the nth well-formed request (from 1) is met with instead of an answer; left out: always an answer. */
  failAt?: (requestNumber: number) => OpenAiFailure | null;
}

export interface OpenAiSimulator {
  /** `http://127.0.0.1:<port>`, without a trailing slash and without `/v1`. */
  readonly url: string;
  /** Closes the port and cuts running answers. */
  stop(): Promise<void>;
}

/** Serves `/v1/chat/completions`, `/v1/responses` and `/v1/models` for the given keys until stopped. */
export function startOpenAiSimulator(options: OpenAiSimulatorOptions): OpenAiSimulator {
  const api = new SimulatedOpenAi(options);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => api.answer(request),
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

class SimulatedOpenAi {
  private readonly clock: Clock;
  private readonly pace: Pace;
  private readonly limits: RateLimits;
  private readonly cache = new PromptCache();
  private requests = 0;

  constructor(private readonly options: OpenAiSimulatorOptions) {
    this.clock = options.clock ?? systemClock;
    this.pace = options.pace ?? noDelay;
    this.limits = new RateLimits(options.limitFor ?? (() => null));
  }

  async answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const dialect = openAiDialects.get(`${request.method} ${pathname}`);
    const lists = request.method === "GET" && /^\/v1\/models(?:\/[^/]+)?$/.test(pathname);
    if (dialect === undefined && !lists) return failure(invalidUrl(request.method, pathname));

    const key = this.findKey(request.headers);
    if (isOpenAiFailure(key)) return failure(key);
    const headers = { "openai-organization": key.organization, "openai-version": "2020-10-01" };
    if (dialect === undefined)
      return listModels(decodeURIComponent(pathname.slice("/v1/models/".length)), headers);
    const question = await readOpenAiQuestion(request, dialect);
    if (isOpenAiFailure(question)) return failure(question, headers);
    return this.answerQuestion(request, question, dialect, key, headers);
  }

  private findKey(headers: Headers): SimulatedKey | OpenAiFailure {
    const token = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (token === undefined) return missingKey();
    return this.options.keys.find((key) => key.token === token) ?? wrongKey();
  }

  private async answerQuestion(
    request: Request,
    question: OpenAiQuestion,
    dialect: Dialect,
    key: SimulatedKey,
    headers: Record<string, string>,
  ): Promise<Response> {
    this.requests++;
    const scripted = this.options.failAt?.(this.requests) ?? null;
    if (scripted !== null) return failure(scripted, headers);
    const now = this.clock.now();
    const allowance = this.limits.take(this.options.keys.indexOf(key), question.model, now);
    Object.assign(headers, openAiRateLimitHeaders(allowance, now));
    if (!allowance.allowed) {
      return failure(rateLimited(question.model, key.organization, allowance, now), headers);
    }
    const maxTokens = question.maxTokens - countReasoningTokens(question);
    const answer = composeAnswer({ ...question, maxTokens }, () => `call_${newId()}`);
    const message: OpenAiMessage = {
      id: newId(),
      createdAt: Math.floor(now / 1000),
      question,
      answer,
      usage: measureUsage(this.cache, key.organization, question, answer, now),
    };
    await this.clock.sleep(this.pace.firstByteMs, request.signal);
    if (!question.stream) {
      // Without streaming the whole text takes its time first, in one piece.
      await this.clock.sleep(this.pace.deltaMs * 10, request.signal);
      return json(dialect.body(message), headers);
    }
    const frames = streamFrames(dialect.frames(message), this.pace, this.clock, request.signal);
    return new Response(frames, {
      headers: {
        ...headers,
        "x-request-id": `req_${newId()}`,
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
      },
    });
  }
}

/** The list, or one model if `id` is not empty. */
function listModels(id: string, headers: Record<string, string>): Response {
  if (id === "")
    return json({ object: "list", data: simulatedOpenAiModels.map(describeOpenAiModel) }, headers);
  const model = findSimulatedOpenAiModel(id);
  return model === undefined ? failure(unknownModel(id), headers) : json(describeOpenAiModel(model), headers);
}

function failure(error: OpenAiFailure, headers: Record<string, string> = {}): Response {
  return Response.json(failureBody(error), {
    status: error.status,
    headers: { ...headers, "x-request-id": `req_${newId()}` },
  });
}

function json(value: unknown, headers: Record<string, string>): Response {
  return Response.json(value, { headers: { ...headers, "x-request-id": `req_${newId()}` } });
}

function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
