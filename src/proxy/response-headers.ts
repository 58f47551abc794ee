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

export type HeaderPairs = [name: string, value: string][];

/** Upstream headers as they go to the client. */
export function forwardHeaders(upstream: Readonly<HeaderPairs>): HeaderPairs {
  const headers: HeaderPairs = [];
  const named = connectionOptions(upstream);
  for (const pair of upstream) {
    const name = pair[0];
    if (dropped.has(name) || name.startsWith("access-control-") || name.startsWith("x-cf-")) continue;
    if (named === null || !named.includes(name)) headers.push(pair);
  }
  return headers;
}

/** Headers that the upstream declares to be between it and us only; null for the plain case. */
function connectionOptions(upstream: Readonly<HeaderPairs>): string[] | null {
  let options: string[] | null = null;
  for (const [name, value] of upstream) {
    if (name !== "connection" || value === "keep-alive" || value === "close") continue;
    options = [...(options ?? []), ...value.split(",").map((option) => option.trim().toLowerCase())];
  }
  return options;
}

/** Adds what served the request; values are ASCII whatever the model was called. */
export function addServed(headers: HeaderPairs, served: Served): void {
  headers.push(
    ["x-cf-request-id", served.requestId],
    ["x-cf-key", toAscii(served.key)],
    ["x-cf-provider", served.provider],
    ["x-cf-attempts", String(served.attempts)],
  );
  if (served.model !== null) headers.push(["x-cf-model", nameOf(served.model)]);
  if (served.fallback !== null) {
    headers.push(["x-cf-fallback", `${nameOf(served.fallback.from)} -> ${nameOf(served.fallback.to)}`]);
  }
  if (served.queuedMs > 0) headers.push(["x-cf-queued-ms", String(Math.round(served.queuedMs))]);
}

/** Clients refuse an answer whose headers are longer than some kilobytes; a model may be called anything. */
function nameOf(model: string): string {
  return toAscii(model).slice(0, longestName);
}

const longestName = 256;
const printable = /^[\x20-\x7e]*$/;

/** Control characters and everything beyond ASCII as `\uXXXX`. */
export function toAscii(text: string): string {
  if (printable.test(text)) return text;
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
