// A quick, low estimate of a prompt's length; exact counting is another module's work.
import { isObject } from "../json-value";

/** Few texts have more characters in a token than this. */
const charactersPerToken = 4;
const tokensPerImage = 800;
const tokensPerFile = 1_500;
const maxDepth = 50;

/** Tokens over system, messages and tools. Rather too low: the server has the last word. */
export function estimateInputTokens(request: {
  system?: unknown;
  messages?: unknown;
  tools?: unknown;
}): number {
  const parts = [request.system, request.messages, request.tools];
  return Math.floor(parts.reduce((sum: number, part) => sum + estimate(part, 0), 0));
}

function estimate(value: unknown, depth: number): number {
  if (typeof value === "string") return value.length / charactersPerToken;
  if (depth > maxDepth || typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) {
    return value.reduce((sum: number, element) => sum + estimate(element, depth + 1), 0);
  }
  // Not the length of their base64.
  if (isBase64(value))
    return "media_type" in value && value.media_type === "application/pdf" ? tokensPerFile : tokensPerImage;
  if (isThinking(value)) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + estimate(member, depth + 1), 0);
}

function isBase64(value: object): boolean {
  return isObject(value) && value.type === "base64";
}

/** Left out of the translation. */
function isThinking(value: object): boolean {
  return isObject(value) && (value.type === "thinking" || value.type === "redacted_thinking");
}
