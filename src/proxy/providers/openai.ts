// A request to an OpenAI server: translated on the way out, its answer on the way back.
import { checkCapability } from "../../translate/capability";
import { createChatStream } from "../../translate/chat/stream";
import { type ConvertedRequest, convertRequest } from "../../translate/convert-request";
import { translateError } from "../../translate/errors";
import { learnFromError } from "../../translate/learn-from-error";
import { describeLesson } from "../../translate/lessons";
import { estimateInputTokens } from "../../translate/request/estimate-input";
import { createResponsesStream } from "../../translate/responses/stream";
import type { Target } from "../../translate/target";
import type { PendingRequest, UsableKey } from "../context";
import { Exchange } from "../exchange";
import { isRecord } from "../is-record";
import { TranslatedExchange, type Translation } from "../translated-exchange";
import { buildOpenAiHead, readChatGptClaims } from "./openai-key";
import type { ProviderRequest, SendOptions, Unsuitable } from "./provider-request";
import { refuseExpired } from "./refuse-expired";

/** The request, or why this server cannot take it. */
export function requestOpenAi(
  key: UsableKey,
  model: string,
  pending: PendingRequest,
): ProviderRequest | Unsuitable {
  const { asked, journey, context } = pending;
  // Only tokens of ChatGPT subscriptions tell when they expire.
  const expiredAt = key.chatGpt ? readChatGptClaims(key.credential.token).expiresAt : null;
  if (expiredAt !== null && expiredAt <= context.clock.now()) return refuseExpired(expiredAt);
  const server = key.base.origin.key + key.base.path;
  const target = (): Target => describeTarget(key, model, context.lessons.of(server, model));
  const request: unknown = JSON.parse(new TextDecoder().decode(asked.sent));
  const capability = checkCapability(request, target());
  if (!capability.ok) {
    const { reason, overflow } = capability;
    return overflow === undefined ? { unsuitable: reason } : { unsuitable: reason, overflow };
  }
  if (isRecord(request) && request.max_tokens === 0) {
    // Claude refuses that, too.
    return { unsuitable: "a stream cannot have max_tokens 0" };
  }
  const inputTokensEstimate = Math.max(1, estimateInputTokens(isRecord(request) ? request : {}));
  let converted = convertRequest(request, target());
  return {
    get adjusted() {
      return converted.warnings;
    },
    thinkingRemoved: true,
    send: ({ firstByteMs, fresh }: SendOptions) => {
      const body = new TextEncoder().encode(JSON.stringify(converted.body));
      const head = buildOpenAiHead(key, {
        path: target().api === "chat" ? "/chat/completions" : "/responses",
        bodyLength: body.length,
        stream: converted.streams,
        userAgent: `claude-failover/${context.version}`,
      });
      const exchange = new Exchange(false);
      const deadlines = { connectMs: context.config.timeouts.connectMs, firstByteMs };
      exchange.start(context.connections, key.base.origin, { method: "POST", head, body }, deadlines, fresh);
      const { idleMs } = context.config.timeouts;
      const answer = describeAnswer(target(), converted, inputTokensEstimate, pending);
      const translation: Translation = { ...answer, firstByteMs, idleMs, reportBug: context.reportBug };
      const translated = new TranslatedExchange(exchange, translation);
      journey.follow(translated);
      return translated;
    },
    removeThinking: () => {},
    learn: (errorBody) => {
      const lessons = learnFromError(errorBody, target(), converted.body);
      if (lessons.length === 0) return false;
      context.lessons.add(server, model, lessons);
      const words = lessons.map(describeLesson);
      context.bus.ends.emit({ type: "learnt", id: journey.id, baseUrl: server, model, lessons: words });
      // Without what was refused the request may have nothing left to ask for.
      if (!checkCapability(request, target()).ok) return false;
      converted = convertRequest(request, target());
      return true;
    },
  };
}

function describeTarget(key: UsableKey, model: string, learnt: Target["learnt"]): Target {
  const { host } = key.base.origin;
  const { chatGpt } = key;
  return {
    model,
    api: chatGpt ? "responses" : (key.api ?? "chat"),
    isOpenAi: host === "api.openai.com" || host.endsWith(".api.openai.com"),
    isChatGptToken: chatGpt,
    learnt,
  };
}

function describeAnswer(
  target: Target,
  converted: ConvertedRequest,
  inputTokensEstimate: number,
  { asked, journey }: PendingRequest,
): Omit<Translation, "firstByteMs" | "idleMs" | "reportBug"> {
  const requestId = journey.id;
  const options = {
    model: asked.model,
    requestId,
    idSeed: requestId.replace(/[^A-Za-z0-9]/g, ""),
    inputTokensEstimate,
    toolNames: converted.toolNames,
    stopSequences: converted.stopSequences,
  };
  const createStream = target.api === "chat" ? createChatStream : createResponsesStream;
  return {
    toStream: asked.stream,
    fromStream: converted.streams,
    requestId,
    openStream: (emit) => createStream(options, emit),
    convertError: (status, contentType, body) =>
      translateError({ status, contentType, body }, { requestId, inputTokensEstimate }),
  };
}
