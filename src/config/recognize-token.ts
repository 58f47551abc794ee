// Tells from the shape of a token which provider it is for and how it is sent.
import { isReference } from "../redact";

export type RecognizedToken = {
  readonly ok: true;
  /** Trimmed: a pasted line break is not part of a token. */
  readonly token: string;
  readonly provider: "anthropic" | "openai";
  readonly type: "api-key" | "oauth";
  readonly kind: TokenKind;
};
/** `reference`: `env:NAME` or `keychain:NAME`; provider and type are then only the default. */
export type TokenKind = "anthropic-api-key" | "anthropic-oauth" | "openai-api-key" | "chatgpt" | "reference";

export type UnrecognizedToken = {
  readonly ok: false;
  readonly problem: "empty" | "malformed" | "unknown" | "useless";
  /** For people, without any part of the token. */
  readonly reason: string;
};

type Shape = Pick<RecognizedToken, "provider" | "type" | "kind">;

const shapes: readonly (readonly [RegExp, Shape])[] = [
  [/^sk-ant-api\d\d-./, { provider: "anthropic", type: "api-key", kind: "anthropic-api-key" }],
  [/^sk-ant-oat\d\d-./, { provider: "anthropic", type: "oauth", kind: "anthropic-oauth" }],
  [/^sk-(?!ant-)./, { provider: "openai", type: "api-key", kind: "openai-api-key" }],
  [/^eyJ[\w-]*\.[\w-]+\.[\w-]*$/, { provider: "openai", type: "oauth", kind: "chatgpt" }],
  [/^(env|keychain):./, { provider: "anthropic", type: "api-key", kind: "reference" }],
];

const useless: readonly (readonly [RegExp, string])[] = [
  [/^sk-ant-admin/, "this is an Anthropic admin key, which cannot send messages; create an API key"],
  [/^sk-ant-ort/, "this is a refresh token; the access token begins with sk-ant-oat01-"],
  [/^sk-ant-sid/, "this is a browser session of claude.ai, which the API does not take"],
  [/^sk-admin-/, "this is an OpenAI admin key, which cannot send messages; create a project key"],
];

/** Printable ASCII without spaces: what can stand in an HTTP header. */
export const headerSafe = /^[\x21-\x7e]+$/;

/** Recognizes a token as pasted. Never throws, and no reason repeats any part of the token. */
export function recognizeToken(text: string): RecognizedToken | UnrecognizedToken {
  const token = text.trim();
  if (token === "") return { ok: false, problem: "empty", reason: "the token is empty" };
  if (!headerSafe.test(token)) return { ok: false, problem: "malformed", reason: explainMalformed(token) };
  const why = useless.find(([pattern]) => pattern.test(token))?.[1];
  if (why !== undefined) return { ok: false, problem: "useless", reason: why };
  const shape = shapes.find(([pattern]) => pattern.test(token))?.[1];
  if (shape !== undefined) return { ok: true, token, ...shape };
  const reason = isReference(token)
    ? "a name must follow, as in env:ANTHROPIC_API_KEY or keychain:work"
    : "this is no token of a known kind (sk-ant-api03-…, sk-ant-oat01-…, sk-…, a ChatGPT token, env:NAME or keychain:NAME)";
  return { ok: false, problem: "unknown", reason };
}

function explainMalformed(token: string): string {
  if (/\s/.test(token)) return "the token has a space or line break inside; it was probably not copied whole";
  return "the token has a character that cannot be in a token (only printable ASCII can)";
}
