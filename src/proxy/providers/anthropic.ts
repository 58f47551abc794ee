// A request to Anthropic: byte for byte the client's, but for what a fallback to another model has to change.
import { fitsWindow } from "../../engine/claude-models";
import { adjustForModel } from "../adjust-for-model";
import { targetFor } from "../base-url";
import type { PendingRequest, UsableKey } from "../context";
import { estimateInputTokens } from "../estimate-input-tokens";
import { Exchange } from "../exchange";
import type { AskedRequest } from "../read-request";
import { replaceModel } from "../replace-model";
import { scanRequest } from "../scan-json";
import { stripBlocks } from "../strip-blocks";
import { buildHead } from "../upstream-headers";
import type { ProviderRequest, SendOptions, Unsuitable } from "./provider-request";

/** The request, or why the fallback model cannot take it. */
export function requestAnthropic(
  key: UsableKey,
  model: string,
  { asked, journey, context }: PendingRequest,
): ProviderRequest | Unsuitable {
  const beta = asked.headers.get("anthropic-beta");
  if (model !== asked.model && !fitsWindow(model, estimateInputTokens(asked.body), beta)) {
    return { unsuitable: `the request is too long for ${model}` };
  }
  let outgoing = fitToModel(asked.body, asked, model, beta);
  let thinkingRemoved = false;
  return {
    get adjusted() {
      return outgoing.adjusted;
    },
    get thinkingRemoved() {
      return thinkingRemoved;
    },
    send: ({ firstByteMs, fresh }: SendOptions) => {
      const exchange = new Exchange(true);
      journey.follow(exchange);
      const head = buildHead(asked.headers, key.credential, {
        method: "POST",
        target: targetFor(key.base, asked.target),
        host: key.base.host,
        bodyLength: outgoing.body.length,
        readable: true,
        beta: outgoing.beta,
      });
      const deadlines = { connectMs: context.config.timeouts.connectMs, firstByteMs };
      const wire = { method: "POST", head, body: outgoing.body };
      exchange.start(context.connections, key.base.origin, wire, deadlines, fresh);
      return exchange;
    },
    removeThinking: () => {
      thinkingRemoved = true;
      outgoing = fitToModel(stripBlocks(asked.body, "thinking"), asked, model, beta);
    },
    learn: () => false,
  };
}

interface Outgoing {
  body: Uint8Array;
  beta: string | null;
  adjusted: readonly string[];
}

function fitToModel(body: Uint8Array, asked: AskedRequest, model: string, beta: string | null): Outgoing {
  if (model === asked.model) return { body, beta, adjusted: [] };
  const fitted = adjustForModel(body, asked.model, model, beta);
  // Offsets have moved where bytes were cut out or changed.
  const scan = fitted.body === asked.body ? asked.scan : scanRequest(fitted.body);
  const span = "error" in scan ? null : scan.modelSpan;
  return span === null ? fitted : { ...fitted, body: replaceModel(fitted.body, span, model) };
}
