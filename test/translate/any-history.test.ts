// Whatever a client sends, the request that goes out is one that OpenAI accepts.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkChatRequest, checkResponsesRequest } from "../../src/demo/openai/strict-checker";
import { checkCapability } from "../../src/translate/capability";
import { convertRequest } from "../../src/translate/convert-request";
import { isObject, type JsonObject, readObjects } from "../../src/translate/json-value";
import type { Target } from "../../src/translate/target";
import { messages, requests } from "./arbitrary-request";
import { chatGptTarget, chatTarget, compatibleTarget, responsesTarget } from "./targets";

const targets: readonly Target[] = [
  chatTarget("gpt-5.4"),
  chatTarget("gpt-5.1"),
  chatTarget("gpt-5-mini"),
  chatTarget("gpt-4o"),
  chatTarget("gpt-4o-search-preview"),
  compatibleTarget(),
  compatibleTarget("openai/gpt-5.4"),
  compatibleTarget("mistral", { learnt: new Set(["role:alternate", "drop:stream_options"]) }),
  responsesTarget("gpt-6.1-sol"),
  responsesTarget("gpt-5"),
  responsesTarget("gpt-4.1"),
  responsesTarget("gpt-5-codex"),
  chatGptTarget(),
];

function check(body: unknown, target: Target) {
  if (target.api === "chat") return checkChatRequest(body);
  return checkResponsesRequest(body, { chatgpt: target.isChatGptToken });
}

for (const target of targets) {
  const name = `${target.api} ${target.model}${target.isChatGptToken ? " with a ChatGPT token" : ""}`;
  test(`any request becomes one that ${name} accepts`, () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { body } = convertRequest(request, target);
        expect(check(JSON.parse(JSON.stringify(body)), target)).toBeNull();
        expect(convertRequest(request, target).body).toEqual(body);
        checkCapability(request, target);
      }),
      { numRuns: 200 },
    );
  });
}

test("JSON that is no request at all is translated without a throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...targets), (value, target) => {
      expect(check(convertRequest(value, target).body, target)).toBeNull();
      expect(checkCapability(value, target).ok).toBe(true);
    }),
  );
});

test("the request is left as it was", () => {
  fc.assert(
    fc.property(requests, fc.constantFrom(...targets), (request, target) => {
      const before = structuredClone(request);
      convertRequest(request, target);
      expect(request).toEqual(before);
    }),
  );
});

test("tool names come back as they went, and no two are the same on the wire", () => {
  fc.assert(
    fc.property(requests, fc.constantFrom(...targets), (request, target) => {
      const { body, toolNames } = convertRequest(request, target);
      const wireNames = readObjects(body.tools).flatMap((tool) => {
        const { name } = isObject(tool.function) ? tool.function : tool;
        return typeof name === "string" ? [name] : [];
      });
      const clientNames = readObjects(request.tools).flatMap(({ name }) =>
        typeof name === "string" ? [name] : [],
      );
      expect(new Set(wireNames).size).toBe(wireNames.length);
      for (const name of wireNames) {
        expect(clientNames).toContain(toolNames.toClient(name));
        expect(toolNames.toWire(toolNames.toClient(name))).toBe(name);
      }
    }),
  );
});

test("every word that anybody said is sent, or a warning names what was not", () => {
  fc.assert(
    fc.property(messages, fc.constantFrom(...targets), (history, target) => {
      const { body, warnings } = convertRequest({ messages: history }, target);
      // The earlier of two results for one call is not sent.
      fc.pre(!warnings.includes("second tool_result for a call"));
      const sent = listStrings(body).join("\u0000");
      for (const words of listWords(history)) expect(sent).toContain(words.toWellFormed());
    }),
    { numRuns: 500 },
  );
});

test("every picture is sent, or a warning or the capability check names it", () => {
  fc.assert(
    fc.property(messages, fc.constantFrom(...targets), (history, target) => {
      const { body, warnings } = convertRequest({ messages: history }, target);
      fc.pre(!warnings.includes("second tool_result for a call"));
      const images = listImages(history);
      const sent = listStrings(body).filter((text) => /^(?:data:image|https:.*png$)/.test(text)).length;
      expect(sent).toBe(images.filter(isSendable).length);
      if (!images.every(isSendable)) expect(warnings.some((name) => name.startsWith("image "))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

/** Joining neighbours changes the last message of the shorter one. */
const steady = targets.filter(({ learnt }) => !learnt.has("role:alternate"));

test("a longer conversation begins like the shorter one, so that prompt caches keep hitting", () => {
  fc.assert(
    fc.property(messages, fc.constantFrom(...steady), (history, target) => {
      const list = readObjects(history);
      const whole = itemsOf(list, target);
      list.forEach(({ role }, index) => {
        if (role !== "assistant" || list[index - 1]?.role === "assistant") return;
        const { warnings } = convertRequest({ messages: list.slice(0, index) }, target);
        if (warnings.includes("conversation without content")) return;
        const beginning = itemsOf(list.slice(0, index), target);
        expect(whole.slice(0, beginning.length)).toEqual(beginning);
      });
    }),
    { numRuns: 500 },
  );
});

function itemsOf(history: unknown, target: Target): unknown[] {
  const { body } = convertRequest({ messages: history }, target);
  const items = target.api === "chat" ? body.messages : body.input;
  return Array.isArray(items) ? items : [];
}

/** What texts and tool results of a history say. */
function listWords(history: unknown): string[] {
  const messages = readObjects(history).filter(
    ({ role }) => role === "user" || role === "assistant" || role === "system",
  );
  const blocks = messages.flatMap(({ content }) =>
    typeof content === "string" ? [{ type: "text", text: content }] : readObjects(content),
  );
  const results = blocks.filter(({ type }) => type === "tool_result");
  const inner = results.flatMap(({ content }) =>
    typeof content === "string" ? [{ type: "text", text: content }] : readObjects(content),
  );
  return [...blocks, ...inner].flatMap((block) =>
    block.type === "text" && typeof block.text === "string" && block.text.trim() !== "" ? [block.text] : [],
  );
}

/** Those of messages, results and documents. */
function listImages(history: unknown): JsonObject[] {
  const list = (blocks: unknown): JsonObject[] =>
    readObjects(blocks).flatMap((block) => {
      if (block.type === "image") return [block];
      if (block.type === "tool_result") return list(block.content);
      return block.type === "document" && isObject(block.source) && block.source.type === "content"
        ? list(block.source.content)
        : [];
    });
  return readObjects(history)
    .filter(({ role }) => role === "user" || role === "system")
    .flatMap(({ content }) => list(content));
}

function isSendable({ source }: JsonObject): boolean {
  if (!isObject(source)) return false;
  if (source.type === "url") return String(source.url).startsWith("https:");
  return source.type === "base64" && source.media_type === "image/png" && source.data !== "";
}

function listStrings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(listStrings) : [];
}
