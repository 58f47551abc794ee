// The headers of a proxied answer: the upstream's own, and ours about what served it.
import type { Provider } from "../engine/types";

/** What the `x-cf-*` headers of a proxied answer say. */
export interface Served {
  requestId: string;
  key: string;
  provider: Provider;
  model: string | null;
  attempts: number;
  /** First and last model when the request fell back. */
  fallback: { from: string; to: string } | null;
  queuedMs: number;
}

/** Hop-by-hop, framing that the server writes itself, and what would open the answer to web pages. */
const dropped = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
]);

/** Upstream headers as they go to the client. */
export function forwardHeaders(upstream: readonly [string, string][]): Headers {
  const headers = new Headers();
  const named = connectionOptions(upstream);
  for (const [name, value] of upstream) {
    if (dropped.has(name) || named.includes(name) || name.startsWith("access-control-") || name.startsWith("x-cf-")) continue;
    headers.append(name, value);
  }
  return headers;
}

/** Headers that the upstream declares to be between it and us only. */
function connectionOptions(upstream: readonly [string, string][]): string[] {
  const values = upstream.filter(([name]) => name === "connection").map(([, value]) => value);
  return values.flatMap((value) => value.split(",").map((option) => option.trim().toLowerCase()));
}

/** Adds what served the request; values are ASCII whatever the model was called. */
export function addServed(headers: Headers, served: Served): void {
  headers.set("x-cf-request-id", served.requestId);
  headers.set("x-cf-key", toAscii(served.key));
  headers.set("x-cf-provider", served.provider);
  if (served.model !== null) headers.set("x-cf-model", toAscii(served.model));
  headers.set("x-cf-attempts", String(served.attempts));
  if (served.fallback !== null) {
    headers.set("x-cf-fallback", `${toAscii(served.fallback.from)} -> ${toAscii(served.fallback.to)}`);
  }
  if (served.queuedMs > 0) headers.set("x-cf-queued-ms", String(Math.round(served.queuedMs)));
}

/** Control characters and everything beyond ASCII as `\uXXXX`. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
