import { describe, expect, test } from "bun:test";
import { recognizeToken } from "../../src/config/recognize-token";

describe("recognized", () => {
  const table: [text: string, provider: string, type: string, kind: string][] = [
    ["sk-ant-api03-abc", "anthropic", "api-key", "anthropic-api-key"],
    ["sk-ant-api04-abc", "anthropic", "api-key", "anthropic-api-key"],
    ["sk-ant-oat01-abc", "anthropic", "oauth", "anthropic-oauth"],
    ["sk-proj-abc", "openai", "api-key", "openai-api-key"],
    ["sk-svcacct-abc", "openai", "api-key", "openai-api-key"],
    ["sk-abc", "openai", "api-key", "openai-api-key"],
    ["eyJhbGci.eyJzdWIi.c2lnbmF0dXJl", "openai", "oauth", "chatgpt"],
    ["env:ANTHROPIC_API_KEY", "anthropic", "api-key", "reference"],
    ["keychain:work", "anthropic", "api-key", "reference"],
  ];
  test.each(table)("%s", (text, provider, type, kind) => {
    const expected = { ok: true, token: text, provider, type, kind } as ReturnType<typeof recognizeToken>;
    expect(recognizeToken(text)).toEqual(expected);
    expect(recognizeToken(` ${text}\r\n`)).toEqual(expected);
  });
});

describe("not recognized", () => {
  const table: [text: string, problem: string, words: string][] = [
    ["", "empty", "empty"],
    [" \n\t", "empty", "empty"],
    ["sk-ant-api03-abc def", "malformed", "space or line break"],
    ["sk-ant-api03-abc\ndef", "malformed", "space or line break"],
    ["sk-ant-api03-abc\u0007def", "malformed", "printable ASCII"],
    ["sk-ant-api03-äöü", "malformed", "printable ASCII"],
    ["sk-ant-api03-\u200babc", "malformed", "printable ASCII"],
    ["sk-ant-api03-", "unknown", "no token of a known kind"],
    ["sk-ant-fake", "unknown", "no token of a known kind"],
    ["hello", "unknown", "no token of a known kind"],
    ["eyJhbGci", "unknown", "no token of a known kind"],
    ["env:", "unknown", "a name must follow"],
    ["sk-ant-admin01-abcdef", "useless", "admin key"],
    ["sk-ant-ort01-abcdef", "useless", "refresh token"],
    ["sk-ant-sid01-abcdef", "useless", "browser session"],
    ["sk-admin-abcdef", "useless", "OpenAI admin key"],
  ];
  test.each(table)("%j", (text, problem, words) => {
    const result = recognizeToken(text);
    expect(result).toMatchObject({ ok: false, problem });
    if (result.ok) throw new Error("recognized");
    expect(result.reason).toContain(words);
    expect(result.reason).not.toContain("abcdef");
  });
});
