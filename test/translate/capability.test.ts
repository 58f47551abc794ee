import { describe, expect, test } from "bun:test";
import { checkCapability } from "../../src/translate/capability";
import type { Target } from "../../src/translate/target";
import { chatGptTarget, chatTarget, compatibleTarget, responsesTarget } from "./targets";

const user = (...content: object[]) => ({ messages: [{ role: "user", content }] });
const read = { name: "Read", input_schema: { type: "object" } };
const webSearch = { type: "web_search_20250305", name: "web_search" };
const webFetch = { type: "web_fetch_20250910", name: "web_fetch" };

function reasonOf(request: unknown, target: Target): string | null {
  const capability = checkCapability(request, target);
  return capability.ok ? null : capability.reason;
}

describe("refused everywhere", () => {
  test.each<[string, object, RegExp]>([
    ["an image by file id", user({ type: "image", source: { type: "file", file_id: "file_1" } }), /file id/],
    [
      "a document by file id",
      user({ type: "document", source: { type: "file", file_id: "file_1" } }),
      /file id/,
    ],
    [
      "a file id inside a tool result",
      user({
        type: "tool_result",
        tool_use_id: "a",
        content: [{ type: "image", source: { type: "file", file_id: "f" } }],
      }),
      /file id/,
    ],
    ["a container upload", user({ type: "container_upload", file_id: "file_1" }), /file id/],
    ["a thread", { thread: { type: "continue", previous_message_id: "m" } }, /thread/],
    ["a compaction on order", { compaction: { type: "summarize" } }, /compact/],
    [
      "an encrypted compaction",
      { messages: [{ role: "assistant", content: [{ type: "compaction", content: null }] }] },
      /compacted/,
    ],
    ["a container", { container: "cntr_1" }, /container/],
    ["a container with skills", { container: { skills: [{ skill_id: "pdf" }] } }, /container/],
    ["only a hosted tool", { tools: [webFetch] }, /web_fetch_20250910 runs at Anthropic only/],
    [
      "a forced hosted tool",
      { tools: [read, webFetch], tool_choice: { type: "tool", name: "web_fetch" } },
      /web_fetch/,
    ],
    ["only MCP servers", { mcp_servers: [{ type: "url", name: "a", url: "https://a" }] }, /MCP/],
    [
      "too many tools",
      { tools: Array.from({ length: 129 }, (_, index) => ({ ...read, name: `t${index}` })) },
      /129 tools/,
    ],
  ])("%s", (_name, request, reason) => {
    expect(reasonOf(request, responsesTarget())).toMatch(reason);
    expect(reasonOf(request, compatibleTarget())).toMatch(reason);
  });
});

describe("taken", () => {
  test.each<[string, object]>([
    ["a plain conversation", { messages: [{ role: "user", content: "hi" }], tools: [read] }],
    ["a hosted tool beside others", { tools: [read, webFetch] }],
    ["an empty container", { container: null }],
    [
      "a compaction in plain text",
      { messages: [{ role: "assistant", content: [{ type: "compaction", content: "so far" }] }] },
    ],
    [
      "200 tools of which most are deferred and were never met",
      {
        tools: Array.from({ length: 200 }, (_, index) => ({
          ...read,
          name: `t${index}`,
          defer_loading: index > 50,
        })),
      },
    ],
  ])("%s", (_name, request) => {
    expect(reasonOf(request, responsesTarget())).toBeNull();
    expect(reasonOf(request, compatibleTarget())).toBeNull();
  });
});

describe("it depends on the dialect", () => {
  test("PDF by URL", () => {
    const request = user({ type: "document", source: { type: "url", url: "https://a/b.pdf" } });
    expect(reasonOf(request, chatTarget())).toBe("Chat Completions does not take documents by URL");
    expect(reasonOf(request, responsesTarget())).toBeNull();
  });

  test("web search as the only tool", () => {
    const request = { tools: [webSearch], tool_choice: { type: "tool", name: "web_search" } };
    expect(reasonOf(request, chatTarget())).toMatch(/web_search_20250305 runs at Anthropic only/);
    expect(reasonOf(request, chatTarget("gpt-4o-search-preview"))).toBeNull();
    expect(reasonOf(request, responsesTarget())).toBeNull();
    expect(reasonOf(request, responsesTarget("x", { learnt: new Set(["drop:web_search"]) }))).toMatch(
      /web_search/,
    );
  });

  test("models that Chat Completions does not serve, or not with tools", () => {
    expect(reasonOf({}, chatTarget("gpt-5-codex"))).toBe("gpt-5-codex speaks the Responses API only");
    expect(reasonOf({ tools: [read] }, chatTarget("gpt-6.1-sol"))).toBe(
      "gpt-6.1-sol takes tools in the Responses API only",
    );
    expect(reasonOf({}, chatTarget("gpt-6.1-sol"))).toBeNull();
    expect(reasonOf({ tools: [read] }, chatTarget("gpt-5.4"))).toBeNull();
    expect(reasonOf({ tools: [read] }, compatibleTarget("openai/gpt-6.1-sol"))).toBeNull();
  });

  test("ChatGPT tokens do not speak Chat Completions", () => {
    expect(reasonOf({}, { ...chatGptTarget(), api: "chat" })).toMatch(/ChatGPT tokens/);
    expect(reasonOf({}, chatGptTarget())).toBeNull();
  });

  test("models without eyes", () => {
    const request = user({ type: "image", source: { type: "base64", media_type: "image/png", data: "aa" } });
    expect(reasonOf(request, chatTarget("o3-mini"))).toBe("o3-mini does not take images");
  });
});

describe("the window", () => {
  const long = { messages: [{ role: "user", content: "word ".repeat(120_000) }] };

  test("a request that is longer than the window is not sent", () => {
    expect(reasonOf(long, chatTarget("gpt-4o"))).toMatch(
      /^about 15000\d tokens do not fit into the 128000 of gpt-4o$/,
    );
    expect(reasonOf(long, responsesTarget())).toBeNull();
    expect(reasonOf(long, compatibleTarget())).toBeNull();
  });

  test("the caller's count decides where there is one", () => {
    expect(checkCapability(long, chatTarget("gpt-4o"), 100_000)).toEqual({ ok: true });
    expect(checkCapability({}, chatTarget("gpt-4o"), 128_001).ok).toBe(false);
  });

  test("pictures are not measured by their bytes", () => {
    const image = {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: "a".repeat(5_000_000) },
    };
    expect(reasonOf(user(image), chatTarget("gpt-4o"))).toBeNull();
  });
});

test("a request that is nested to break the proxy is refused", () => {
  const depth = 100_000;
  const input = JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
  const request = {
    messages: [{ role: "assistant", content: [{ type: "tool_use", id: "a", name: "b", input }] }],
  };
  expect(reasonOf(request, responsesTarget())).toBe("the request is nested too deeply");
});
