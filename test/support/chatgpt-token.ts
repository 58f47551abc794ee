// Access tokens as a ChatGPT subscription has them, made up.

export interface ChatGptTokenOptions {
  /** Milliseconds since the epoch; absent: the token does not say. */
  expiresAt?: number;
  /** null: the token names none. */
  accountId?: string | null;
}

/** A JSON web token with the claims that matter; its signature is none. */
export function chatGptToken({ expiresAt, accountId = "acc-0123456789-wxyz" }: ChatGptTokenOptions): string {
  const claims = {
    ...(expiresAt === undefined ? {} : { exp: Math.floor(expiresAt / 1000) }),
    ...(accountId === null ? {} : { "https://api.openai.com/auth": { chatgpt_account_id: accountId } }),
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  return `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}.c2lnbmF0dXJl`;
}
