import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { countTokens } from "../../src/translate/count-tokens";
import { loadTokenizer, type TokenizeText } from "../../src/translate/load-tokenizer";
import { readRecordedRequests } from "../support/recorded-requests";

/** Real prose and code, about 180 KB each. */
const root = join(import.meta.dir, "..", "..", "node_modules");
const prose = readFileSync(join(root, "bun-types", "docs", "runtime", "http", "server.mdx"), "utf8").repeat(
  10,
);
const code = readFileSync(join(root, "bun-types", "bun.d.ts"), "utf8").slice(0, 180_000);

let tokenize: TokenizeText;
beforeAll(async () => {
  tokenize = await loadTokenizer();
});

const user = (content: unknown) => ({ role: "user", content });
const count = (request: unknown) => countTokens(request, tokenize);
const countBlocks = (content: unknown, model = "claude-opus-5-5") =>
  count({ model, messages: [user(content)] });
/** What the content adds to an empty message. */
const weigh = (content: unknown, model?: string) => countBlocks(content, model) - countBlocks("", model);

describe("text", () => {
  const weather = {
    name: "get_weather",
    description: "Get the current weather in a given location",
    input_schema: {
      type: "object",
      properties: { location: { type: "string", description: "The city and state, e.g. San Francisco, CA" } },
      required: ["location"],
    },
  };

  // https://platform.claude.com/docs/en/build-with-claude/token-counting, for Claude 4.5
  test.each([
    [14, { system: "You are a scientist", messages: [user("Hello, Claude")] }],
    [403, { tools: [weather], messages: [user("What's the weather like in San Francisco?")] }],
  ])("the vendor's example of %d tokens is met within a fifth", (tokens, request) => {
    expect(count({ model: "claude-sonnet-4-5", ...request }) / tokens).toBeWithin(0.8, 1.2);
  });

  test.each(["prose", "code"])("%s of a length that is sampled counts like its parts", (kind) => {
    const text = kind === "prose" ? prose : code;
    const parts = Array.from({ length: Math.ceil(text.length / 50_000) }, (_, index) =>
      weigh(text.slice(index * 50_000, (index + 1) * 50_000)),
    );
    expect(weigh(text) / parts.reduce((sum, part) => sum + part, 0)).toBeWithin(0.95, 1.05);
  });

  test("models from 4.7 on make more tokens of the same text than the earlier ones", () => {
    const tokens = tokenize("Hello, Claude. ".repeat(100));
    const scale = (model: string) => weigh("Hello, Claude. ".repeat(100), model) / tokens;
    for (const model of [
      "claude-3-5-haiku-20241022",
      "claude-opus-4-6",
      "claude-sonnet-4-20250514",
      "claude-haiku-4-5-20251001",
    ]) {
      expect(scale(model)).toBeCloseTo(1.15, 1);
    }
    for (const model of [
      "claude-opus-4-7",
      "claude-opus-4-8-20260528",
      "claude-sonnet-5-5",
      "claude-opus-7",
      "gpt-6.1-sol",
      "",
    ]) {
      expect(scale(model)).toBeCloseTo(1.4, 1);
    }
  });

  test("control tokens of the tokenizer are text", () => {
    expect(weigh("<|endoftext|><|im_start|>")).toBeGreaterThan(8);
  });

  test("all parts count: system, messages, tools, their results and a format", () => {
    const parts = [
      { system: prose.slice(0, 1000) },
      { system: [{ type: "text", text: prose.slice(0, 1000) }] },
      { messages: [user(prose.slice(0, 1000))] },
      { messages: [{ role: "system", content: [{ type: "text", text: prose.slice(0, 1000) }] }] },
      {
        messages: [
          {
            role: "assistant",
            content: [{ type: "tool_use", id: "t", name: "n", input: { a: prose.slice(0, 1000) } }],
          },
        ],
      },
      { messages: [user([{ type: "tool_result", tool_use_id: "t", content: prose.slice(0, 1000) }])] },
      {
        messages: [
          user([
            {
              type: "tool_result",
              tool_use_id: "t",
              content: [{ type: "text", text: prose.slice(0, 1000) }],
            },
          ]),
        ],
      },
      {
        messages: [
          user([
            {
              type: "document",
              title: "t",
              source: { type: "text", media_type: "text/plain", data: prose.slice(0, 1000) },
            },
          ]),
        ],
      },
      {
        messages: [
          user([
            {
              type: "document",
              source: { type: "content", content: [{ type: "text", text: prose.slice(0, 1000) }] },
            },
          ]),
        ],
      },
      {
        messages: [
          user([
            {
              type: "search_result",
              source: "s",
              title: "t",
              content: [{ type: "text", text: prose.slice(0, 1000) }],
            },
          ]),
        ],
      },
      { tools: [{ name: "n", description: prose.slice(0, 1000), input_schema: {} }] },
      { output_config: { format: { type: "json_schema", schema: { description: prose.slice(0, 1000) } } } },
    ];
    const alone = 1.4 * tokenize(prose.slice(0, 1000));
    for (const part of parts) expect(count(part)).toBeWithin(alone, alone + 450);
  });

  test("a deferred tool counts once it has been loaded", () => {
    const tool = { name: "n", description: prose.slice(0, 1000), input_schema: {}, defer_loading: true };
    const loaded = [
      { type: "tool_result", tool_use_id: "t", content: [{ type: "tool_reference", tool_name: "n" }] },
    ];
    expect(count({ tools: [tool], messages: [user("hi")] })).toBeLessThan(20);
    expect(count({ tools: [tool], messages: [user(loaded)] })).toBeGreaterThan(
      1.4 * tokenize(tool.description),
    );
  });

  test("signatures, encrypted and cached things are no text", () => {
    const opaque = "A1b2".repeat(10_000);
    const blocks = [
      { type: "thinking", thinking: "hm", signature: opaque },
      { type: "redacted_thinking", data: opaque },
      {
        type: "web_search_tool_result",
        content: [{ type: "web_search_result", title: "t", encrypted_content: opaque }],
      },
    ];
    expect(weigh(blocks)).toBeLessThan(40);
  });
});

function bytesOf(...parts: (string | number[])[]): string {
  return Buffer.concat(
    parts.map((part) => Buffer.from(typeof part === "string" ? Buffer.from(part, "latin1") : part)),
  ).toString("base64");
}

const image = (data: string) => ({
  type: "image",
  source: { type: "base64", media_type: "image/png", data },
});
/** 1500 by 1000 pixels in each format. */
const images = {
  png: bytesOf(
    "\x89PNG\r\n\x1a\n",
    [0, 0, 0, 13],
    "IHDR",
    [0, 0, 0x05, 0xdc, 0, 0, 0x03, 0xe8],
    [8, 6, 0, 0, 0],
  ),
  gif: bytesOf("GIF89a", [0xdc, 0x05, 0xe8, 0x03], [0, 0, 0]),
  jpeg: bytesOf(
    [0xff, 0xd8, 0xff, 0xe1, 0, 6, 1, 2, 3, 4, 0xff, 0xff, 0xc4, 0, 4, 0, 0],
    [0xff, 0xc2, 0, 17, 8, 0x03, 0xe8, 0x05, 0xdc, 3, 0, 0],
  ),
  "webp, lossy": bytesOf("RIFF....WEBPVP8 ....", [0, 0, 0, 0x9d, 0x01, 0x2a, 0xdc, 0x05, 0xe8, 0x03]),
  "webp, lossless": bytesOf("RIFF....WEBPVP8L....", [0x2f, 0xdb, 0xc5, 0xf9, 0x00], [0, 0, 0, 0, 0]),
  "webp, extended": bytesOf("RIFF....WEBPVP8X....", [0, 0, 0, 0], [0xdb, 0x05, 0, 0xe7, 0x03, 0]),
};

describe("images and documents", () => {
  test.each(Object.entries(images))("%s counts by its pixels", (_format, data) => {
    expect(weigh([image(data)])).toBe((1500 * 1000) / 750);
  });

  test("a large image is scaled down first, further for earlier models", () => {
    const large = bytesOf(
      "\x89PNG\r\n\x1a\n",
      [0, 0, 0, 13],
      "IHDR",
      [0, 0, 0x20, 0, 0, 0, 0x10, 0],
      [8, 6, 0, 0, 0],
    );
    expect(weigh([image(large)], "claude-opus-5-5")).toBe(Math.ceil((2576 * 1288) / 750));
    expect(weigh([image(large)], "claude-opus-4-6")).toBe(1600);
  });

  test.each([
    ["by address", { type: "image", source: { type: "url", url: "https://example.com/a.png" } }],
    ["by file", { type: "image", source: { type: "file", file_id: "file_1" } }],
    ["in another format", image(bytesOf("BM", [1, 2, 3, 4]))],
    ["without pixels", image(bytesOf("GIF89a", [0, 0, 0, 0, 0, 0, 0]))],
    ["cut off", image(bytesOf([0xff, 0xd8, 0xff, 0xe0, 0, 4]))],
    ["without a source", { type: "image" }],
  ])("an image %s counts as a usual one", (_name, block) => {
    expect(weigh([block])).toBe(1600);
  });

  test("an image in a tool's result counts", () => {
    expect(weigh([{ type: "tool_result", tool_use_id: "t", content: [image(images.png)] }])).toBeWithin(
      2000,
      2050,
    );
  });

  test.each([
    [
      3,
      bytesOf("%PDF-1.7 << /Type /Pages /Count 3 >> << /Type /Page >> <</Type/Page/X 1>> << /Type /Page\n>>"),
    ],
    [
      4,
      bytesOf(
        "%PDF-1.7",
        Array.from({ length: 350_000 }, () => 7),
      ),
    ],
    [1, bytesOf("%PDF-1.7")],
    [1, ""],
  ])("a PDF of %d page(s)", (pages, data) => {
    const source = { type: "base64", media_type: "application/pdf", data };
    expect(weigh([{ type: "document", source }])).toBe(pages * 2500);
  });
});

describe("whatever is asked", () => {
  test("odd requests count at least 1", () => {
    const odd = [
      undefined,
      null,
      7,
      "text",
      [],
      {},
      { messages: 1, tools: "x", system: {} },
      { messages: [null, [], "a", { content: [null, 1, {}] }] },
    ];
    for (const request of odd) expect(count(request)).toBeGreaterThanOrEqual(1);
  });

  test("it is a whole number above 0 for any JSON", () => {
    const content = fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.record(
          {
            type: fc.constantFrom(
              "text",
              "image",
              "document",
              "tool_use",
              "tool_result",
              "tool_reference",
              "other",
            ),
            text: fc.jsonValue(),
            source: fc.oneof(
              fc.jsonValue(),
              fc.record({ type: fc.constant("base64"), data: fc.base64String() }),
            ),
            content: fc.jsonValue(),
            input: fc.jsonValue(),
          },
          { requiredKeys: ["type"] },
        ),
      ),
    );
    const request = fc.record({
      model: fc.jsonValue(),
      system: content,
      tools: content,
      messages: fc.array(fc.record({ content })),
    });
    fc.assert(
      fc.property(request, (asked) => {
        const tokens = count(asked);
        expect(Number.isSafeInteger(tokens) && tokens > 0).toBe(true);
      }),
    );
  });

  test("nesting without end is no error", () => {
    let nested: unknown = "a";
    for (let depth = 0; depth < 50_000; depth++) nested = [{ type: "tool_result", content: nested }];
    expect(countBlocks(nested)).toBeGreaterThanOrEqual(1);
    expect(countBlocks([{ type: "tool_use", name: "n", input: nested }])).toBeGreaterThanOrEqual(1);
    expect(countBlocks([{ type: "unheard of", of: nested }])).toBeGreaterThanOrEqual(1);
  });

  test("the recorded requests have a plausible length in tokens", () => {
    for (const { body, bytes } of readRecordedRequests()) {
      if (body !== null) expect(bytes.length / count(body)).toBeWithin(2.5, 6);
    }
  });
});

describe("a megabyte", () => {
  const megabyte = 1_000_000;
  test.each([
    ["of prose", () => prose.repeat(Math.ceil(megabyte / prose.length)).slice(0, megabyte)],
    ["of code", () => code.repeat(Math.ceil(megabyte / code.length)).slice(0, megabyte)],
    ["of one letter", () => "a".repeat(megabyte)],
    ["of spaces", () => " ".repeat(megabyte)],
    ["without a space", () => Buffer.from(prose.repeat(5)).toString("base64").slice(0, megabyte)],
    ["of Japanese", () => "漢字仮名交じり文を数える、".repeat(megabyte / 39)],
    // How long that takes says scripts/measure-counting.ts; whatever is not linear never comes to an end here.
  ])("%s is counted", (_name, write) => {
    expect(count({ messages: [user(write())] })).toBeWithin(10_000, 1_500_000);
  });

  test("in very many messages as well", () => {
    const messages = Array.from({ length: 50_000 }, (_, index) => user(prose.slice(index, index + 20)));
    expect(count({ messages })).toBeGreaterThan(200_000);
  });
});
