// What a client of Anthropic itself may rely on beyond the contract: nothing is changed on the way.
import { expect, test } from "bun:test";
import {
  answerLegally,
  errorBody,
  messageBody,
  messageEvents,
  modelList,
  sseEvent,
} from "../support/anthropic-answers";
import { send } from "../support/raw-client";
import { json, respond, sse } from "../support/replies";
import type { Reply } from "../support/scripted-upstream";
import { eventNames, parseEvents } from "../support/sse-events";
import { answers, type BackEnd, credentials, model, post } from "./messages-contract";

export function testVerbatimContract(name: string, start: () => Promise<BackEnd>): void {
  async function exchange(reply: Reply, body: Record<string, unknown>, path = "/v1/messages?beta=true") {
    await using backEnd = await start();
    backEnd.upstream.always({}, reply);
    return await send(`${backEnd.url}${path}`, post({ max_tokens: 64, messages: [], ...body }));
  }

  test.concurrent.each(answers)(
    `${name}: a message with %s is not changed`,
    async (_title, blocks, stopReason) => {
      const body = messageBody({ model, blocks, stopReason, usage: { cache_read_input_tokens: 9000 } });
      const answer = await exchange(json(200, body), { model });
      expect(answer.header("content-type")).toBe("application/json");
      expect(answer.json()).toEqual(body);
    },
  );

  test.concurrent.each(answers)(
    `${name}: a stream with %s is not changed`,
    async (_title, blocks, stopReason) => {
      const events = messageEvents({ model, blocks, stopReason });
      const answer = await exchange(sse(events), { model, stream: true });
      expect(answer.header("content-type")).toBe("text/event-stream; charset=utf-8");
      expect(parseEvents(answer.text)).toEqual(parseEvents(events.join("")));
    },
  );

  test.concurrent(`${name}: pings and unknown events pass`, async () => {
    const [first = "", ...others] = messageEvents({ model });
    const events = [first, sseEvent("ping"), sseEvent("weather_report", { sky: "clear" }), ...others];
    const answer = await exchange(sse(events), { model, stream: true });
    expect(eventNames(answer.text)).toEqual(eventNames(events.join("")));
  });

  test.concurrent.each([
    [400, "invalid_request_error", "max_tokens: Field required"],
    [404, "not_found_error", "model: claude-nonesuch"],
    [413, "request_too_large", "Request exceeds the maximum size"],
  ])(`${name}: the error %d %s arrives as the upstream worded it`, async (status, type, message) => {
    const body = errorBody(type, message);
    const answer = await exchange(json(status, body, { "request-id": "req_1" }), { model });
    expect(answer.status).toBe(status);
    expect(answer.header("request-id")).toBe("req_1");
    expect(answer.text).toBe(JSON.stringify(body));
  });

  test.concurrent(`${name}: the upstream's own count and list arrive`, async () => {
    const counted = await exchange(answerLegally, { model }, "/v1/messages/count_tokens?beta=true");
    expect(counted.json()).toEqual({ input_tokens: 42 });
    await using backEnd = await start();
    const listed = await send(`${backEnd.url}/v1/models?limit=1000`, { headers: credentials });
    expect(listed.json()).toEqual(modelList);
  });

  test.concurrent(`${name}: rate-limit headers of a good answer arrive`, async () => {
    const headers = {
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-unified-status": "allowed",
      "request-id": "req_2",
    };
    const answer = await exchange(respond({ json: messageBody(), headers }), { model });
    for (const [header, value] of Object.entries(headers)) expect(answer.header(header)).toBe(value);
  });
}
