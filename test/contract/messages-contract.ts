// What a client of the Messages API may rely on, whichever back-end answers: one suite, run against several.
import { expect, test } from "bun:test";
import {
  answerLegally,
  type Block,
  errorBody,
  messageBody,
  messageEvents,
  modelList,
  sseEvent,
} from "../support/anthropic-answers";
import { makeGate } from "../support/gate";
import { open, type RequestOptions, send } from "../support/raw-client";
import { json, respond, sse } from "../support/replies";
import type { Reply, ScriptedUpstream } from "../support/scripted-upstream";
import { eventNames, parseEvents } from "../support/sse-events";
import { tokenFor } from "../support/test-token";

/** A place to send requests to, and the upstream that in the end answers them. */
export interface BackEnd {
  url: string;
  upstream: ScriptedUpstream;
  [Symbol.asyncDispose](): Promise<void>;
}

const model = "claude-opus-4-6";
const tools = [{ name: "get_weather", description: "Weather", input_schema: { type: "object" } }];

const answers: [string, Block[], string][] = [
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

/** Runs the suite against the back-end that `start` brings up anew for each test. */
export function testMessagesContract(name: string, start: () => Promise<BackEnd>): void {
  async function exchange(reply: Reply, body: Record<string, unknown>, path = "/v1/messages?beta=true") {
    await using backEnd = await start();
    backEnd.upstream.always({}, reply);
    return await send(`${backEnd.url}${path}`, post(body));
  }

  test.concurrent.each(answers)(
    `${name}: a message with %s arrives whole`,
    async (_title, blocks, stopReason) => {
      const body = messageBody({ model, blocks, stopReason, usage: { cache_read_input_tokens: 9000 } });
      const answer = await exchange(json(200, body), { model, max_tokens: 64, messages: [], tools });
      expect(answer.status).toBe(200);
      expect(answer.complete).toBe(true);
      expect(answer.header("content-type")).toBe("application/json");
      expect(answer.json()).toEqual(body);
    },
  );

  test.concurrent.each(answers)(
    `${name}: a stream with %s arrives event by event`,
    async (_title, blocks, stopReason) => {
      const events = messageEvents({ model, blocks, stopReason });
      const answer = await exchange(sse(events), {
        model,
        max_tokens: 64,
        messages: [],
        tools,
        stream: true,
      });
      expect(answer.status).toBe(200);
      expect(answer.complete).toBe(true);
      expect(answer.header("content-type")).toBe("text/event-stream; charset=utf-8");
      expect(parseEvents(answer.text)).toEqual(parseEvents(events.join("")));
    },
  );

  test.concurrent(`${name}: pings and unknown events pass`, async () => {
    const [first = "", ...others] = messageEvents({ model });
    const events = [first, sseEvent("ping"), sseEvent("weather_report", { sky: "clear" }), ...others];
    const answer = await exchange(sse(events), { model, max_tokens: 64, messages: [], stream: true });
    expect(eventNames(answer.text)).toEqual(eventNames(events.join("")));
  });

  test.concurrent(`${name}: events arrive as they are made`, async () => {
    await using backEnd = await start();
    const [first = "", second = "", ...others] = messageEvents({ model });
    const gates = [makeGate(), makeGate()] as const;
    const parts = [first, gates[0].promise, second, gates[1].promise, ...others];
    backEnd.upstream.always({}, sse(parts));
    const answer = await open(
      `${backEnd.url}/v1/messages`,
      post({ model, max_tokens: 64, messages: [], stream: true }),
    );
    expect(eventNames(await answer.readUntil("message_start"))).toEqual(["message_start"]);
    gates[0].open();
    const afterSecond = await answer.readUntil("content_block_start");
    expect(eventNames(afterSecond)).toEqual(["message_start", "content_block_start"]);
    gates[1].open();
    expect((await answer.rest()).text).toEndWith(sseEvent("message_stop"));
  });

  test.concurrent(`${name}: an error in mid-stream is the last event`, async () => {
    const [first = "", second = ""] = messageEvents({ model });
    const events = [first, second, sseEvent("error", errorBody("overloaded_error", "Overloaded"))];
    const answer = await exchange(sse(events), { model, max_tokens: 64, messages: [], stream: true });
    expect(eventNames(answer.text)).toEqual(["message_start", "content_block_start", "error"]);
    expect(parseEvents(answer.text).at(-1)?.data.error).toEqual({
      type: "overloaded_error",
      message: "Overloaded",
    });
  });

  test.concurrent.each([
    [400, "invalid_request_error", "max_tokens: Field required"],
    [400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"],
    [404, "not_found_error", "model: claude-nonesuch"],
    [413, "request_too_large", "Request exceeds the maximum size"],
  ])(`${name}: the error %d %s arrives as the upstream worded it`, async (status, type, message) => {
    const body = errorBody(type, message);
    const answer = await exchange(json(status, body, { "request-id": "req_1" }), {
      model,
      max_tokens: 64,
      messages: [],
    });
    expect(answer.status).toBe(status);
    expect(answer.header("request-id")).toBe("req_1");
    expect(answer.text).toBe(JSON.stringify(body));
  });

  test.concurrent(`${name}: tokens are counted`, async () => {
    const answer = await exchange(
      answerLegally,
      { model, messages: [] },
      "/v1/messages/count_tokens?beta=true",
    );
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ input_tokens: 42 });
  });

  test.concurrent(`${name}: models are listed`, async () => {
    await using backEnd = await start();
    const answer = await send(`${backEnd.url}/v1/models?limit=1000`, { headers: credentials });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual(modelList);
  });

  test.concurrent(`${name}: rate-limit headers of a good answer arrive`, async () => {
    const headers = {
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-unified-status": "allowed",
      "request-id": "req_2",
    };
    const answer = await exchange(respond({ json: messageBody(), headers }), {
      model,
      max_tokens: 64,
      messages: [],
    });
    for (const [header, value] of Object.entries(headers)) expect(answer.header(header)).toBe(value);
  });
}

const credentials = { "x-api-key": tokenFor("client"), "anthropic-version": "2023-06-01" };

function post(body: Record<string, unknown>): RequestOptions {
  return {
    method: "POST",
    headers: { ...credentials, "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}
