import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { stripBlocks } from "../../src/proxy/strip-blocks";
import { readRecordedRequests } from "../support/recorded-requests";
import { toBytes } from "./loose-json";

interface Message {
  role: string;
  content: string | Record<string, unknown>[];
}

const signed = { type: "thinking", thinking: "a", signature: "EqQBCgIYAhIk" };
const unsigned = { type: "thinking", thinking: "b", signature: "" };
const own = { type: "thinking", thinking: "c", signature: "cf1.oai.e30=" };
const redacted = { type: "redacted_thinking", data: "EmwKAhgB" };
const text = { type: "text", text: 'says "signature":"" and "cf1." and {"type":"thinking"}' };
const call = { type: "tool_use", id: "toolu_1", name: "t", input: { type: "thinking", signature: "" } };
const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "a" } };
const page = { type: "web_search_result", url: "https://a.example", title: "A", page_age: null };
const found = (id: string, encrypted_content: string) => {
  return { type: "web_search_tool_result", tool_use_id: id, content: [{ ...page, encrypted_content }] };
};
const anthropicSearch = { ...search, id: "srvtoolu_2" };
const blocks = [signed, unsigned, own, redacted, text, call, found("srvtoolu_2", "Eq8="), anthropicSearch];

function strip(body: string, which: "foreign" | "thinking"): string {
  return Buffer.from(stripBlocks(toBytes(body), which)).toString();
}

function isStripped(block: Record<string, unknown>, which: "foreign" | "thinking"): boolean {
  if (which === "thinking") return block.type === "thinking" || block.type === "redacted_thinking";
  return block === unsigned || block === own;
}

function findRecorded(name: string) {
  const found = readRecordedRequests().find((request) => request.name === name);
  if (found?.body == null) throw new Error(`no recorded request ${name}`);
  return { body: found.body, bytes: found.bytes };
}

/** What is wanted, the slow way. */
function stripParsed(messages: Message[], which: "foreign" | "thinking"): Message[] {
  return messages.flatMap((message) => {
    if (message.role !== "assistant" || typeof message.content === "string") return [message];
    const content = message.content.filter((block) => !isStripped(block, which));
    return content.length === 0 && message.content.length > 0 ? [] : [{ ...message, content }];
  });
}

const anyMessages = fc.array(
  fc.record({
    role: fc.constantFrom("user", "assistant", "assistant", "system"),
    content: fc.oneof(
      { weight: 1, arbitrary: fc.constant("text") },
      { weight: 5, arbitrary: fc.array(fc.constantFrom(...blocks), { maxLength: 6 }) },
    ),
  }),
  { maxLength: 6 },
);

describe.each(["foreign", "thinking"] as const)("stripping %s thinking", (which) => {
  test("takes out these blocks and nothing else, however the text is spaced", () => {
    fc.assert(
      fc.property(anyMessages, fc.constantFrom(undefined, 1, "\t"), (messages, indent) => {
        const wanted = {
          model: "m",
          messages: stripParsed(messages, which),
          tools: [unsigned],
          max_tokens: 1,
        };
        const body = JSON.stringify({ ...wanted, messages }, null, indent);
        const stripped = strip(body, which);
        expect(JSON.parse(stripped)).toEqual(wanted);
        if (indent === undefined) expect(stripped).toBe(JSON.stringify(wanted));
        expect(strip(stripped, which)).toBe(stripped);
      }),
      { numRuns: 500 },
    );
  });

  test("gives back the very same array when there is nothing to take out", () => {
    for (const messages of [
      [],
      [{ role: "user", content: [unsigned] }],
      [{ role: "assistant", content: [text, call] }],
      [{ role: "assistant", content: [] }],
    ]) {
      const body = toBytes(JSON.stringify({ thinking: { type: "adaptive" }, messages }));
      expect(stripBlocks(body, which)).toBe(body);
    }
    for (const odd of [
      "{}",
      "[]",
      '{"messages":7}',
      '{"messages":[null,[],"a",{"role":"assistant"}],"thinking":{"signature":""}}',
    ]) {
      const body = toBytes(odd);
      expect(stripBlocks(body, which)).toBe(body);
    }
  });
});

test("bytes that stay are the same bytes: odd numbers, escapes, white space and key order", () => {
  const before = '{ "big":1234567890123456789.0e0,"messages" :[ {"content":[ ';
  const behind = ' {"text":"\\u0041\\/é","type":"text"} ],"role":"assistant"} ] , "model":"m"}';
  expect(strip(`${before}${JSON.stringify(unsigned)} ,${behind}`, "foreign")).toBe(before + behind.slice(1));
});

test("Claude Code echoes a thinking block with an empty signature, which Anthropic would refuse", () => {
  const recorded = findRecorded("thinking-empty-signature-echoed");
  const stripped = JSON.parse(strip(recorded.bytes, "foreign"));
  const types = stripped.messages.map(({ content }: Message) =>
    typeof content === "string" ? "" : content.map(({ type }) => type),
  );
  expect(types).toEqual([["text", "text"], "", ["tool_use"], ["tool_result"]]);
  const messages = (recorded.body.messages as Message[]).map((message) =>
    message.role === "assistant" && typeof message.content !== "string"
      ? { ...message, content: message.content.slice(1) }
      : message,
  );
  expect(stripped).toEqual({ ...recorded.body, messages });
});

test("thinking that Anthropic signed stays in the recorded history, and goes on the retry without thinking", () => {
  const recorded = findRecorded("tool-bash-result");
  const body = toBytes(recorded.bytes);
  expect(stripBlocks(body, "foreign")).toBe(body);
  expect(strip(recorded.bytes, "thinking")).not.toContain('"type":"thinking"');
});

test("an assistant message of thinking alone is dropped with its comma", () => {
  const user = { role: "user", content: "a" };
  const emptied = { role: "assistant", content: [unsigned, own] };
  expect(strip(JSON.stringify({ messages: [user, emptied, user, emptied] }), "foreign")).toBe(
    JSON.stringify({ messages: [user, user] }),
  );
  expect(strip(JSON.stringify({ messages: [emptied, user] }), "foreign")).toBe(
    JSON.stringify({ messages: [user] }),
  );
});

test("a web search that OpenAI made goes before Claude would refuse it; one of Claude's own stays", () => {
  const user = { role: "user", content: "a" };
  const said = { type: "text", text: "As a.example says." };
  const answer = (...content: object[]) => ({ role: "assistant", content });
  const both = answer(search, found("srvtoolu_1", ""), anthropicSearch, found("srvtoolu_2", "Eq8="), said);
  const stripped = answer(anthropicSearch, found("srvtoolu_2", "Eq8="), said);
  expect(strip(JSON.stringify({ messages: [user, both] }), "foreign")).toBe(
    JSON.stringify({ messages: [user, stripped] }),
  );
  const failed = { ...found("srvtoolu_1", ""), content: { type: "web_search_tool_result_error" } };
  const body = toBytes(
    JSON.stringify({ messages: [user, answer(search, failed, said)], note: found("", "") }),
  );
  expect(stripBlocks(body, "foreign")).toBe(body);
});
