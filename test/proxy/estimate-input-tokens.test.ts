import { describe, expect, test } from "bun:test";
import { fitsWindow } from "../../src/engine/claude-models";
import { estimateInputTokens } from "../../src/proxy/estimate-input-tokens";
import { toBytes } from "./loose-json";

/** Plain prose without repetitions of a byte: about 1.2 MB in 80,000 lines. */
const prose = Array.from({ length: 80_000 }, (_, line) => `line ${line} of it`).join(". ");
const textMessage = (text: string) => ({ role: "user", content: [{ type: "text", text }] });

function estimate(...messages: unknown[]): number {
  return estimateInputTokens(toBytes(JSON.stringify({ model: "m", messages })));
}

describe("the least number of input tokens", () => {
  test("a text is counted at five bytes a token", () => {
    const bytes = JSON.stringify(prose).length;
    expect(estimate(textMessage(prose)) / (bytes / 5)).toBeWithin(0.95, 1.01);
    expect(fitsWindow("claude-haiku-4-5", estimate(textMessage(prose)), null)).toBe(false);
    expect(fitsWindow("claude-opus-4-6", estimate(textMessage(prose)), null)).toBe(true);
  });

  test("a body that fits everywhere is not looked at", () => {
    expect(estimateInputTokens(toBytes('{"data":"aaaaaaaaaaa"}'))).toBe(5);
  });

  test.each([
    ["an image", { type: "image", source: { type: "base64", media_type: "image/png", data: prose } }],
    [
      "a document",
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: prose } },
    ],
    ["signed thinking", { type: "thinking", thinking: prose, signature: prose }],
    ["redacted thinking", { type: "redacted_thinking", data: prose }],
    ["spaces", { type: "text", text: " ".repeat(2_000_000) }],
    ["a drawn line", { type: "text", text: "=".repeat(2_000_000) }],
  ])("%s counts next to nothing", (_name, block) => {
    expect(estimate({ role: "user", content: [block] })).toBeLessThan(100);
    const both = estimate({ role: "user", content: [block, { type: "text", text: prose }] });
    expect(both).toBeLessThanOrEqual(estimate(textMessage(prose)) + 100);
    expect(both).toBeGreaterThan(0.9 * estimate(textMessage(prose)));
  });

  test("characters written as escapes count as two bytes each", () => {
    const escaped = JSON.stringify({ text: "@".repeat(300_000) }).replaceAll("@", "\\u0434");
    expect(estimateInputTokens(toBytes(escaped))).toBeLessThanOrEqual((300_000 * 2) / 5 + 10);
  });

  test("text that looks like an image counts, and no text breaks it", () => {
    const quoted = `{"data":"${prose}"}`;
    expect(estimate(textMessage(quoted))).toBeGreaterThan(200_000);
    for (const tail of ['"data', '"data":', '"data": "', '"data":7', '"data":"\\']) {
      expect(estimateInputTokens(toBytes(`${"ab".repeat(600_000)}${tail}`))).toBeGreaterThan(200_000);
    }
  });
});
