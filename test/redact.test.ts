import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { mask, redact } from "../src/redact";

describe("redact", () => {
  const table: [text: string, expected: string][] = [
    ["key sk-ant-api03-abc_DEF-123 failed", "key [redacted] failed"],
    ["prosk-proj-A1b2C3d4E5f6G7h8I9", "pro[redacted]"],
    ["(sk-ant-oat01-abc)", "([redacted])"],
    ['{"token":"sk-proj-abcdef"}', '{"token":"[redacted]"}'],
    ["Incorrect API key provided: sk-proj-****abcd.", "Incorrect API key provided: [redacted]."],
    ["token=sk-abcdef&x=1", "token=[redacted]&x=1"],
    ["eyJhbGciOi.eyJzdWIi.c2ln!", "[redacted]!"],
    ["cut eyJhbGciOiJIUzI1NiJ9", "cut [redacted]"],
    ["Authorization: Bearer abc123def", "Authorization: Bearer [redacted]"],
    ["authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"],
    ["authorization: abc", "authorization: [redacted]"],
    ["x-api-key: my-own-secret", "x-api-key: [redacted]"],
    ['"x-api-key":"my-own-secret",', '"x-api-key":"[redacted]",'],
    ["bearer MY.SECRET~1", "bearer [redacted]"],
    ["authorization: Bearer Bearer MY.SECRET~1", "authorization: Bearer Bearer [redacted]"],
    ["Bearer bearer token is missing", "Bearer bearer token is missing"],
    // Prose and our own words stay readable.
    ["invalid x-api-key", "invalid x-api-key"],
    ["Invalid bearer token", "Invalid bearer token"],
    ["Bearer authentication is missing", "Bearer authentication is missing"],
    ["keys begin with sk-ant-api03-… or sk-…", "keys begin with sk-ant-api03-… or sk-…"],
    ["the task-force-something-or-other", "the task-force-something-or-other"],
    ["claude-opus-4-6 -> claude-sonnet-4-6", "claude-opus-4-6 -> claude-sonnet-4-6"],
    ['must be one of "api-key", "oauth"', 'must be one of "api-key", "oauth"'],
    ["", ""],
  ];
  test.each(table)("%s", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test("known tokens of any shape, the longer first, also as JSON or URL text", () => {
    const known = ["gateway-1", "gateway-1-long", 'quote"d+token'];
    expect(redact("a gateway-1-long b gateway-1 c", known)).toBe("a [redacted] b [redacted] c");
    expect(redact(JSON.stringify({ t: known[2] }), known)).toBe('{"t":"[redacted]"}');
    expect(redact(`?t=${encodeURIComponent('quote"d+token')}`, known)).toBe("?t=[redacted]");
  });

  test("known texts that are too short to be secrets shred nothing", () => {
    expect(redact("a test at noon", ["", "a", "test"])).toBe("a test at noon");
  });

  test("a second pass changes nothing", () => {
    const pieces = fc.constantFrom(
      "sk-ant-api03-abcdef",
      "Bearer ",
      "x-api-key: ",
      "eyJhbGciOi.a.b",
      " ",
      '"',
      "word",
      "sk-",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        const once = redact(parts.join(""));
        expect(redact(once)).toBe(once);
      }),
    );
  });

  test("a token in any surroundings goes", () => {
    const token = fc.stringMatching(/^[A-Za-z0-9_-]{12,40}$/);
    const prefix = fc.constantFrom("sk-ant-api03-", "sk-ant-oat01-", "sk-ant-sid02-", "sk-proj-", "eyJ");
    fc.assert(
      fc.property(fc.string(), prefix, token, fc.string(), (before, start, secret, after) => {
        const separated = start === "sk-proj-" ? `${before} ` : before;
        expect(redact(`${separated}${start}${secret}${after}`)).not.toContain(`${start}${secret}`);
        expect(redact(`${before}${secret}${after}`, [secret])).not.toContain(secret);
      }),
    );
  });
});

test("mask shows the last four characters, of a short token none, and references as they are", () => {
  expect(mask("sk-ant-api03-abcdwxyz")).toBe("…wxyz");
  expect(mask("123456789012")).toBe("…9012");
  expect(mask("12345678901")).toBe("…");
  expect(mask("")).toBe("…");
  expect(mask("env:WORK_KEY")).toBe("env:WORK_KEY");
  expect(mask("keychain:work")).toBe("keychain:work");
});
