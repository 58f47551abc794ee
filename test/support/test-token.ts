// Tokens of the test keys: of the right form, and telling which key they belong to.

export type TokenType = "api-key" | "oauth";

/** The token of the test key `id`. */
export function tokenFor(id: string, type: TokenType = "api-key"): string {
  const prefix = type === "oauth" ? "sk-ant-oat01" : "sk-ant-api03";
  return `${prefix}-test-${id}-Zk3xQw8vN5bT1mY7cR4pL9sD2fG6hJ0aUeIoKqWs`;
}

/** Which test key a credential belongs to; null for anything else. */
export function keyOfToken(credential: string): string | null {
  return (
    /^sk-ant-(?:api03|oat01)-test-(.+)-Zk3xQw8vN5bT1mY7cR4pL9sD2fG6hJ0aUeIoKqWs$/.exec(credential)?.[1] ??
    null
  );
}
