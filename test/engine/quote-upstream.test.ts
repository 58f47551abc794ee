// What of an upstream's words people get to see.
import { expect, test } from "bun:test";
import { quoteUpstream } from "../../src/engine/quote-upstream";

test.each([
  "Incorrect API key provided: sk-proj-abcd1234efgh.",
  "Incorrect API key provided: sk-proj-********wxyz",
  'header "x-api-key: sk-ant-api03-abc_def-123" is wrong',
  '{"x-api-key":"abcdefgh12345678"}',
  "Authorization: Bearer sk-ant-oat01-abcdefgh",
  "Bearer 0123456789abcdef0123",
  "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln expired",
])("%p", (text) => {
  const redacted = quoteUpstream(text);
  expect(redacted).toContain("[redacted]");
  expect(redacted).not.toMatch(/abcd|wxyz|0123456789|eyJ|c2ln/);
});

test.each([
  "invalid x-api-key",
  "Invalid bearer token",
  "Bearer authentication is required.",
  "a task-force, eyJ",
])("%p is prose", (text) => {
  expect(quoteUpstream(text)).toBe(text);
});

test("a quote is one line that cannot forge another", () => {
  expect(quoteUpstream("first\r\nsecond\u001b[31m\u2028third")).toBe("first second [31m third");
});

test("a quote is cut between characters, not inside them", () => {
  expect(quoteUpstream("🦊".repeat(10), 5)).toBe("🦊🦊🦊🦊…");
});
