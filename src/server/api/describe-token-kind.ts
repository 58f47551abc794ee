// What a pasted token looks like, in words.
import type { TokenKind as Kind, RecognizedToken, UnrecognizedToken } from "../../config/recognize-token";
import type { TokenKind } from "../contract";

const words: Readonly<Record<Kind, string>> = {
  "anthropic-api-key": "Anthropic API key",
  "anthropic-oauth": "Anthropic OAuth token",
  "openai-api-key": "OpenAI API key",
  chatgpt: "ChatGPT token (experimental)",
  reference: "Reference to a token that is kept elsewhere",
};

/** Tokens of unknown shape may be right for a gateway or a local server. */
export function describeTokenKind(recognized: RecognizedToken | UnrecognizedToken): TokenKind {
  if (!recognized.ok) return { ok: false, provider: null, type: null, words: recognized.reason };
  const { kind, provider, type } = recognized;
  if (kind === "reference") return { ok: true, provider: null, type: null, words: words[kind] };
  return { ok: true, provider, type, words: words[kind] };
}
