// A request as a command for the shell; secrets are left out, so that it may be shown to others. Pure.
import type { CapturedExchange, RequestRow } from "../../src/server/contract";

const secretNames = /^(?:authorization|x-api-key|cookie|proxy-authorization)$/i;
/** What curl writes by itself, or what holds for one connection only. */
const ownNames = /^(?:host|content-length|connection|accept-encoding|transfer-encoding|expect|user-agent)$/i;

/** With the kept exchange as it was, without it in its outline. */
export function composeCurl(row: RequestRow, url: string, exchange: CapturedExchange | null): string {
  if (row.target !== null) return composePassed(row.target, url);
  const path = row.endpoint === "count_tokens" ? "/v1/messages/count_tokens" : "/v1/messages";
  const headers =
    exchange === null ? outlineHeaders : exchange.requestHeaders.filter(([name]) => !ownNames.test(name));
  const body = exchange === null || exchange.requestBody === "" ? outlineBody(row) : exchange.requestBody;
  const lines = [
    `curl ${row.stream ? "-N " : ""}${quote(url + path)}`,
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${secretNames.test(name) ? "***" : value}`)}`),
    `-d ${quote(body)}`,
  ];
  return lines.join(" \\\n  ");
}

/** `target`: method and path. Queries and bodies of what is passed through are not kept. */
function composePassed(target: string, url: string): string {
  const [method = "GET", path = ""] = target.split(" ");
  return `curl -X ${quote(method)} ${quote(url + path)} \\\n  -H 'anthropic-version: 2023-06-01'`;
}

const outlineHeaders: [string, string][] = [
  ["content-type", "application/json"],
  ["anthropic-version", "2023-06-01"],
];

function outlineBody(row: RequestRow): string {
  const messages = [{ role: "user", content: "…" }];
  const limit = row.endpoint === "count_tokens" ? {} : { max_tokens: 1024 };
  return JSON.stringify({
    model: row.modelAsked,
    ...limit,
    ...(row.stream ? { stream: true } : {}),
    messages,
  });
}

/** Single quotes keep everything but themselves. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
