// Shows what is known of a translated answer under the names that a delivery reads.
import type { AnswerFacts as TranslatedFacts } from "../translate/answer";
import type { EventFacts } from "./answer-source";
import type { AnswerFacts } from "./usage";

/** Follows `facts` as they change. */
export function describeFacts(facts: TranslatedFacts): EventFacts {
  return {
    get stopped() {
      return facts.stopped;
    },
    get errorData() {
      return facts.failure === null ? null : JSON.stringify(facts.failure.body);
    },
    get usage(): AnswerFacts["usage"] {
      const { usage, estimated } = facts.usageSoFar ?? { usage: null, estimated: false };
      return {
        inputTokens: usage?.input_tokens ?? null,
        outputTokens: usage?.output_tokens ?? null,
        cacheReadTokens: usage?.cache_read_input_tokens ?? null,
        cacheWriteTokens: usage?.cache_creation_input_tokens ?? null,
        cacheWrite1hTokens: null,
        reasoningTokens: usage?.output_tokens_details?.thinking_tokens ?? null,
        webSearches: usage?.server_tool_use?.web_search_requests ?? null,
        beside: null,
        tier: facts.serviceTier,
        geo: null,
        estimated,
      };
    },
    get stopReason() {
      return facts.stopReason;
    },
    get model() {
      return facts.upstreamModel;
    },
    get messageId() {
      return facts.messageId;
    },
    containerId: null,
  };
}
