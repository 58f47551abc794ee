// Set-ups with OpenAI keys, and what a client must see of an answer that was translated.
import { expect } from "bun:test";
import { errorBody } from "./anthropic-answers";
import { type AnthropicEvent, parseStrictEvents, validateEvents } from "./anthropic-stream-validator";
import type { Dialect } from "./openai-answers";
import { type KeySpec, openAiKey, type ProxySetup, type SetupOptions, startProxy } from "./proxy-setup";
import type { Answer } from "./raw-client";
import { json } from "./replies";

export const gpt = "gpt-5.4";
export const dialects: Dialect[] = ["chat", "responses"];

/** Far longer than any wait. */
export const limitedForAnHour = json(429, errorBody("rate_limit_error", "Limited"), {
  "retry-after": "3600",
});

/** One Anthropic key `alpha` and one OpenAI key `gpt`, every model mapped to `gpt-5.4`. */
export function startMixed(api: Dialect, options: SetupOptions = {}): Promise<ProxySetup> {
  const keys: Record<string, KeySpec> = { alpha: {}, gpt: openAiKey("gpt", { api }) };
  return startProxy({
    keys,
    ...options,
    config: { openaiModelFallback: true, openaiModelMapping: { "*": gpt }, ...options.config },
  });
}

/** OpenAI keys only. */
export function startOpenAi(api: Dialect, options: SetupOptions = {}): Promise<ProxySetup> {
  return startProxy({
    keys: { gpt: openAiKey("gpt", { api }) },
    ...options,
    config: { openaiModelMapping: { "*": gpt }, ...options.config },
  });
}

/** The same with `alpha` out for an hour. */
export async function startLimited(api: Dialect, options: SetupOptions = {}): Promise<ProxySetup> {
  const proxy = await startMixed(api, options);
  proxy.upstream.always({ path: "/v1/messages" }, limitedForAnHour);
  return proxy;
}

export interface Message {
  id: string;
  type: string;
  role: string;
  model: string;
  content: Record<string, unknown>[];
  stop_reason: string;
  stop_sequence: string | null;
  usage: Record<string, number>;
}

/** Checks a streamed answer event by event, and folds it as a client does. */
export function readStream(answer: Pick<Answer, "status" | "text" | "header">): Message {
  expect(answer.status).toBe(200);
  expect(answer.header("content-type")).toStartWith("text/event-stream");
  const events = parseStrictEvents(answer.text);
  validateEvents(events);
  return foldEvents(events);
}

/** An answer that is not streamed. */
export function readMessage(answer: Answer): Message {
  expect(answer.status).toBe(200);
  expect(answer.header("content-type")).toBe("application/json");
  const message = answer.json<Message & Record<string, unknown>>();
  expect(message.type).toBe("message");
  expect(message.role).toBe("assistant");
  expect(message.id).toStartWith("msg_");
  return message;
}

/** Reads an answer in whichever form it came. */
export function readAnswer(answer: Answer): Message {
  const isStream = answer.header("content-type")?.startsWith("text/event-stream") === true;
  return isStream ? readStream(answer) : readMessage(answer);
}

function foldEvents(events: readonly AnthropicEvent[]): Message {
  const [start, ...rest] = events.filter(({ type }) => type !== "ping");
  const message = { ...(start?.message as Message), content: [] as Record<string, unknown>[] };
  let json = "";
  for (const event of rest) {
    const block = message.content.at(-1) ?? {};
    const delta = event.delta as Record<string, string>;
    if (event.type === "content_block_start") {
      json = "";
      message.content.push({ ...(event.content_block as Record<string, unknown>) });
    }
    if (event.type === "content_block_delta") {
      json += delta.partial_json ?? "";
      for (const field of ["text", "thinking", "signature"]) {
        if (delta[field] !== undefined) block[field] = `${block[field]}${delta[field]}`;
      }
    }
    if (event.type === "content_block_stop" && "input" in block) block.input = JSON.parse(json || "{}");
    if (event.type === "message_delta") {
      Object.assign(message, event.delta, { usage: event.usage });
    }
  }
  return message;
}
