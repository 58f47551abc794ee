// What this proxy answers itself where an OpenAI server would have to: counts of tokens, and the warming of a prompt cache.
import type { PendingRequest } from "./context";
import type { Served } from "./journey";
import { RequestEdit } from "./request-edit";
import type { Try } from "./try-key";

/** An answer that was made here, for an OpenAI key and model. */
export interface AnsweredHere {
  kind: "here";
  body: Record<string, unknown>;
  served: Served;
}

/** null: the server has to be asked. */
export async function answerHere(
  step: Try,
  { asked, journey, context }: PendingRequest,
): Promise<AnsweredHere | null> {
  const { key, model, provider } = step;
  if (provider !== "openai") return null;
  const served = { key, model, provider };
  if (asked.endpoint === "count_tokens")
    return { kind: "here", body: { input_tokens: await context.counter.count(asked.body) }, served };
  if (asked.stream || !wantsNothing(asked.body)) return null;
  return { kind: "here", body: emptyMessage(asked.model, journey.id), served };
}

/** `max_tokens: 0` only fills Claude's prompt cache, and there is none to fill here. */
function wantsNothing(body: Uint8Array): boolean {
  return new RequestEdit(body).numberOf("max_tokens") === 0;
}

/** As Claude answers when it has filled its cache, but that nothing was. */
function emptyMessage(model: string, requestId: string): Record<string, unknown> {
  return {
    id: `msg_${requestId.replace(/[^A-Za-z0-9]/g, "")}`,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: "max_tokens",
    stop_sequence: null,
    usage: {
      input_tokens: 0,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 0,
    },
  };
}
