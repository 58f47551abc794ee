// Tokens of the test keys: of the right form, and telling which key they belong to.

export type TokenType = "api-key" | "oauth";

const tail = "Zk3xQw8vN5bT1mY7cR4pL9sD2fG6hJ0aUeIoKqWs";

/** The token of the test key `id`. */
export function tokenFor(id: string, type: TokenType = "api-key"): string {
  const prefix = type === "oauth" ? "sk-ant-oat01" : "sk-ant-api03";
  return `${prefix}-test-${id}-${tail}`;
}

/** An API key of OpenAI's form. */
export function openAiTokenFor(id: string): string {
  return `sk-proj-test-${id}-${tail}`;
}

/** A ChatGPT subscription's token; `expiresAt` in milliseconds since the epoch. */
export function chatGptTokenFor(id: string, expiresAt = Date.now() + 3_600_000): string {
  const claims = {
    sub: `test-${id}`,
    exp: Math.floor(expiresAt / 1000),
    "https://api.openai.com/auth": { chatgpt_account_id: `account-${id}`, chatgpt_plan_type: "plus" },
  };
  return [{ alg: "RS256", typ: "JWT" }, claims].map(encode).concat(tail).join(".");
}

/** Which test key a credential belongs to; null for anything else. */
export function keyOfToken(credential: string): string | null {
  const named = new RegExp(`^sk-(?:ant-api03|ant-oat01|proj)-test-(.+)-${tail}$`).exec(credential)?.[1];
  if (named !== undefined) return named;
  if (!credential.startsWith("eyJ")) return null;
  const claims: unknown = JSON.parse(
    Buffer.from(credential.split(".")[1] ?? "", "base64url").toString("utf8"),
  );
  const subject = typeof claims === "object" && claims !== null && "sub" in claims ? String(claims.sub) : "";
  return /^test-(.+)$/.exec(subject)?.[1] ?? null;
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
