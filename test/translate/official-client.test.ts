// The official SDK's stream helper reads what comes of every fixture as the message that it stands for.
import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import type { CreateStream } from "../../src/translate/answer-stream";
import { createChatStream } from "../../src/translate/chat/stream";
import { MessageFold } from "../../src/translate/collect-message";
import { createResponsesStream } from "../../src/translate/responses/stream";
import { formatEvent } from "../../src/translate/stream-event";
import { type StreamFixture, toBytes, translate } from "../support/answer-fixtures";
import { chatFixtures } from "./chat/stream-fixtures";
import { responsesFixtures } from "./responses/stream-fixtures";

const dialects: [string, CreateStream, readonly StreamFixture[]][] = [
  ["chat", createChatStream, chatFixtures],
  ["responses", createResponsesStream, responsesFixtures],
];

/** Arguments that were broken before anybody could know pass as they came: the helper refuses them, other clients tell the model. */
function hasBrokenMiddle({ name }: StreamFixture): boolean {
  return name === "arguments broken in the middle pass as they are";
}

function ask(body: string) {
  const headers = { "content-type": "text/event-stream" };
  const client = new Anthropic({
    apiKey: "none",
    maxRetries: 0,
    fetch: async () => new Response(body, { headers }),
  });
  const messages = [{ role: "user" as const, content: "Hi" }];
  return client.messages.stream({ model: "claude-opus-4-6", max_tokens: 10, messages });
}

describe.each(dialects)("%s", (_dialect, create, fixtures) => {
  const run = (fixture: StreamFixture) => translate(create, fixture, [toBytes(fixture.upstream)]);
  const named = fixtures.map((fixture) => [fixture.name, fixture] as const);

  test.each(named)("%s", async (_name, fixture) => {
    const { events, facts } = run(fixture);
    const fold = new MessageFold();
    for (const event of events) fold.add(event);
    const stream = ask(events.map(formatEvent).join(""));
    if (!facts.stopped) {
      await expect(stream.finalMessage()).rejects.toThrow(facts.failure?.body.error.message ?? "no failure");
      return;
    }
    if (hasBrokenMiddle(fixture)) {
      await expect(stream.finalMessage()).rejects.toThrow("JSON Parse error");
      return;
    }
    const message = await stream.finalMessage();
    // What was cut off the helper reads as far as it goes; we keep it as it is.
    if (facts.stopReason !== "max_tokens") {
      expect(message.content as unknown[]).toEqual(fold.message?.content ?? []);
    }
    expect(message).toMatchObject({
      stop_reason: facts.stopReason,
      stop_sequence: fold.message?.stop_sequence,
      usage: { input_tokens: facts.usage?.input_tokens, output_tokens: facts.usage?.output_tokens },
    });
  });
});
