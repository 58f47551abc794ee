// What kind of OpenAI server a key belongs to, and the credentials that it takes.
import type { KeyType, Provider } from "../../engine/types";
import { openAiTarget } from "../base-url";
import type { UsableKey } from "../context";
import { isRecord } from "../is-record";

/** Claims of a ChatGPT subscription's token that matter here. Unverified: the server checks the token, not we. */
export interface ChatGptClaims {
  accountId: string | null;
  /** Milliseconds since the epoch. */
  expiresAt: number | null;
}

/**
 * ChatGPT subscription tokens are JSON web tokens; API keys of OpenAI are not. One that was set up for another server
 * is a key like any other.
 */
export function isChatGptToken(
  key: { provider: Provider; type: KeyType; baseUrl: string | null },
  token: string,
): boolean {
  return (
    key.provider === "openai" && token.startsWith("eyJ") && (key.type === "oauth" || key.baseUrl === null)
  );
}

export function readChatGptClaims(token: string): ChatGptClaims {
  const claims = parsePayload(token.split(".")[1] ?? "");
  const auth = claims["https://api.openai.com/auth"];
  const account = isRecord(auth) ? auth.chatgpt_account_id : null;
  return {
    accountId: typeof account === "string" && /^[\w-]+$/.test(account) ? account : null,
    expiresAt: typeof claims.exp === "number" ? claims.exp * 1000 : null,
  };
}

/** Request line and headers of a translated request. Nothing of the client's own headers is for OpenAI. */
export function buildOpenAiHead(
  key: UsableKey,
  options: { path: string; bodyLength: number; stream: boolean; userAgent: string },
): string {
  const { token } = key.credential;
  const lines = [
    `POST ${key.chatGpt ? key.base.path + options.path : openAiTarget(key.base, options.path)} HTTP/1.1`,
    `host: ${key.base.host}`,
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    `accept: ${options.stream ? "text/event-stream" : "application/json"}`,
    "accept-encoding: identity",
    `user-agent: ${options.userAgent}`,
    `content-length: ${options.bodyLength}`,
  ];
  const { accountId } = key.chatGpt ? readChatGptClaims(token) : { accountId: null };
  if (accountId !== null) lines.push(`chatgpt-account-id: ${accountId}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function parsePayload(part: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isRecord(claims) ? claims : {};
  } catch {
    // Not a token that can be read: the server will say what is wrong with it.
    return {};
  }
}
