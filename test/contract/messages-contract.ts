// What a client of the Messages API may rely on, whichever back-end answers: one suite, run against several.
import { expect, test } from "bun:test";
import type { Block } from "../support/anthropic-answers";
import { parseStrictEvents, readEnd } from "../support/anthropic-stream-validator";
import { makeGate } from "../support/gate";
import { type Message, readMessage, readStream } from "../support/openai-setup";
import { open, type RequestOptions, send } from "../support/raw-client";
import { type Part, sse } from "../support/replies";
import type { Reply, ScriptedUpstream } from "../support/scripted-upstream";
import { eventNames, parseEvents } from "../support/sse-events";
import { tokenFor } from "../support/test-token";
import type { Wire } from "./wire";

/** A place to send requests to, and the upstream that in the end answers them. */
export interface BackEnd {
  url: string;
  upstream: ScriptedUpstream;
  [Symbol.asyncDispose](): Promise<void>;
}

export const model = "claude-opus-4-6";
const tools = [{ name: "get_weather", description: "Weather", input_schema: { type: "object" } }];
const ask = { model, max_tokens: 64, messages: [{ role: "user", content: "Hello" }], tools };

export const answers: [string, Block[], string][] = [
  ["text", [{ type: "text", text: "Grüße aus 東京 🗼, said the tower. " }], "end_turn"],
  [
    "a tool call",
    [
      { type: "text", text: "Let me look. " },
      { type: "tool_use", id: "toolu_01A", name: "get_weather", input: { city: "Zürich", days: 3 } },
    ],
    "tool_use",
  ],
  [
    "parallel tool calls",
    [
      { type: "tool_use", id: "toolu_01A", name: "get_weather", input: { city: "Zürich" } },
      { type: "tool_use", id: "toolu_01B", name: "get_weather", input: {} },
    ],
    "tool_use",
  ],
  [
    "thinking",
    [
      { type: "thinking", thinking: "The user wants a greeting.", signature: "EqQBCkYIBRgCKkA=" },
      { type: "text", text: "Hi." },
    ],
    "end_turn",
  ],
  ["a cut at max_tokens", [{ type: "text", text: "Once upon a" }], "max_tokens"],
  ["a refusal", [{ type: "text", text: "I can not help with that." }], "refusal"],
  ["no content at all", [], "end_turn"],
];

/** Runs the suite against the back-end that `start` brings up anew for each test; its upstream speaks `wire`. */
export function testMessagesContract(name: string, wire: Wire, start: () => Promise<BackEnd>): void {
  async function exchange(reply: Reply, body: Record<string, unknown>, path = "/v1/messages?beta=true") {
    await using backEnd = await start();
    backEnd.upstream.always({}, reply);
    return await send(`${backEnd.url}${path}`, post(body));
  }

  const forms = answers.flatMap((answer) =>
    [false, true].map((stream) => {
      const [title, ...rest] = answer;
      return [stream ? `${title}, streamed,` : title, ...rest, stream] as const;
    }),
  );

  test.concurrent.each(forms)(
    `${name}: an answer with %s arrives whole`,
    async (_title, blocks, stopReason, stream) => {
      const content = { model, blocks, stopReason, usage: { cache_read_input_tokens: 9000 } };
      const answer = await exchange(wire.answer(content), { ...ask, stream });
      expect(answer.complete).toBe(true);
      expect(answer.header("request-id") ?? "req_").toStartWith("req_");
      const message = stream ? readStream(answer) : readMessage(answer);
      expect(withoutSignatures(message.content)).toEqual(withoutSignatures(blocks));
      expect(message.model).toBe(model);
      expect(message.stop_reason).toBe(stopReason);
      expect(message.stop_sequence).toBeNull();
      expect(message.usage.output_tokens).toBe(7);
      if (!stream) expect(message.usage).toMatchObject({ input_tokens: 12, cache_read_input_tokens: 9000 });
    },
  );

  test.concurrent.each([1, 7, 100])(
    `${name}: a stream in pieces of %d bytes is the same`,
    async (splitEvery) => {
      const [, blocks = []] = answers[1] ?? [];
      const events = wire.events({ model, blocks, stopReason: "tool_use" });
      const answer = await exchange(sse(events, { splitEvery }), { ...ask, stream: true });
      expect(readStream(answer).content).toEqual([...blocks]);
    },
  );

  test.concurrent(`${name}: events arrive as they are made`, async () => {
    await using backEnd = await start();
    const words = ["one ", "two ", "three "];
    const events = wire.events({ model, blocks: [{ type: "text", text: words.join("") }] });
    const gates = words.map(() => makeGate());
    const parts = events.flatMap((event): Part[] => {
      const index = words.findIndex((word) => event.includes(`"${word}"`));
      return [event, gates[index]?.promise ?? Promise.resolve()];
    });
    backEnd.upstream.always({}, sse(parts));
    const answer = await open(`${backEnd.url}/v1/messages`, post({ ...ask, stream: true }));
    for (const [index, word] of words.entries()) {
      const soFar = await answer.readUntil(`"${word}"`);
      expect(eventNames(soFar)).not.toContain("message_stop");
      expect(soFar).not.toContain(words[index + 1] ?? "four");
      gates[index]?.open();
    }
    readStream(await answer.rest());
  });

  test.concurrent(`${name}: an error in mid-stream is the last event`, async () => {
    const events = wire.events({ model, blocks: [{ type: "text", text: "one two three" }] });
    const before = events.slice(0, events.findIndex((event) => event.includes('"two ')) + 1);
    const answer = await exchange(sse([...before, wire.overloaded]), { ...ask, stream: true });
    expect(answer.complete).toBe(true);
    expect(readEnd(parseStrictEvents(answer.text))).toBe("error");
    const last = parseEvents(answer.text).at(-1)?.data.error;
    expect(last).toMatchObject({ type: "overloaded_error", message: "Overloaded" });
  });

  test.concurrent.each([
    [400, "invalid_request_error", "max_tokens: Field required"],
    [400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"],
    [404, "not_found_error", "model: claude-nonesuch"],
    [413, "request_too_large", "Request exceeds the maximum size"],
  ])(`${name}: the error %d %s %s arrives in Anthropic's shape`, async (status, type, message) => {
    for (const stream of [false, true]) {
      const answer = await exchange(wire.error(status, type, message), { ...ask, stream });
      expect(answer.status).toBe(status);
      expect(answer.header("content-type")).toBe("application/json");
      expect(answer.json()).toMatchObject({ type: "error", error: { type, message } });
    }
  });

  test.concurrent(`${name}: tokens are counted`, async () => {
    await using backEnd = await start();
    const { messages } = ask;
    const answer = await send(`${backEnd.url}/v1/messages/count_tokens?beta=true`, post({ model, messages }));
    expect(answer.status).toBe(200);
    expect(answer.json<{ input_tokens: number }>().input_tokens).toBeGreaterThan(0);
  });

  test.concurrent(`${name}: models are listed`, async () => {
    await using backEnd = await start();
    const answer = await send(`${backEnd.url}/v1/models?limit=1000`, { headers: credentials });
    expect(answer.status).toBe(200);
    const { data } = answer.json<{ data: { type: string; id: string; display_name: string }[] }>();
    expect(data.find(({ id }) => id === model)).toMatchObject({ type: "model", id: model });
  });
}

export const credentials = { "x-api-key": tokenFor("client"), "anthropic-version": "2023-06-01" };

export function post(body: Record<string, unknown>): RequestOptions {
  return {
    method: "POST",
    headers: { ...credentials, "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

/** Only Claude signs its thinking. */
function withoutSignatures(content: readonly object[]): Message["content"] {
  return content.map((block) => ("signature" in block ? { ...block, signature: "" } : { ...block }));
}
