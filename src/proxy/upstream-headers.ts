// The head of a request as it goes upstream: the client's headers without its credentials, plus the key's own.
import type { KeyType, Provider } from "../engine/types";

/** The key that pays for an attempt, with its secret resolved. */
export interface Credential {
  provider: Provider;
  type: KeyType;
  token: string;
}

/** Never leave: hop-by-hop (RFC 9110, 7.6.1), framing that we write ourselves, credentials and browser baggage. */
const dropped = new Set([
  "host",
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "content-length",
  "authorization",
  "x-api-key",
  "cookie",
  "origin",
  "referer",
]);
const oauthBeta = "oauth-2025-04-20";

export interface HeadOptions {
  method: string;
  /** Path and query, as they go on the request line. */
  target: string;
  host: string;
  bodyLength: number | null;
  /** Ask for an uncompressed answer, because it is going to be read in passing. */
  readable: boolean;
  /** Replaces the client's `anthropic-beta`; null: none. Absent: the client's own. */
  beta?: string | null;
}

/** The request line and headers, closing blank line included, in Latin-1. */
export function buildHead(client: Headers, credential: Credential, options: HeadOptions): string {
  const named = connectionOptions(client);
  let head = `${options.method} ${options.target} HTTP/1.1\r\nhost: ${options.host}\r\n`;
  // Faster than going through the iterator (bun-types: Headers.toJSON).
  const headers = client.toJSON();
  for (const name in headers) {
    if (dropped.has(name) || name.startsWith("x-cf-") || name.startsWith("sec-fetch-")) continue;
    if (named?.has(name) || name === "anthropic-beta" || (options.readable && name === "accept-encoding"))
      continue;
    head += `${name}: ${headers[name]}\r\n`;
  }
  const beta = betaFor(
    options.beta === undefined ? client.get("anthropic-beta") : options.beta,
    credential.type,
  );
  if (beta !== null) head += `anthropic-beta: ${beta}\r\n`;
  if (options.readable) head += "accept-encoding: identity\r\n";
  head +=
    credential.type === "oauth"
      ? `authorization: Bearer ${credential.token}`
      : `x-api-key: ${credential.token}`;
  if (options.bodyLength !== null) head += `\r\ncontent-length: ${options.bodyLength}`;
  return `${head}\r\n\r\n`;
}

/** An OAuth token is only accepted with its beta value, an API key only without; everything else stays verbatim. */
function betaFor(value: string | null, type: KeyType): string | null {
  const values = value === null ? [] : value.split(",").map((part) => part.trim());
  const present = values.includes(oauthBeta);
  if (present === (type === "oauth")) return value;
  if (type === "oauth") return value === null || value === "" ? oauthBeta : `${value},${oauthBeta}`;
  const others = values.filter((part) => part !== oauthBeta);
  return others.length === 0 ? null : others.join(",");
}

function connectionOptions(client: Headers): Set<string> | null {
  const value = client.get("connection");
  if (value === null || /^(keep-alive|close)$/i.test(value)) return null;
  return new Set(value.split(",").map((option) => option.trim().toLowerCase()));
}
