// Joins a base URL from the config with the path that a client asked for.
import type { Origin } from "./http1/connection";

export interface BaseUrl {
  origin: Origin;
  /** The Host header. */
  host: string;
  /** Path of the base URL without a trailing slash; "" for none. */
  path: string;
}

/** Takes an http or https URL apart. The config has checked it. */
export function parseBaseUrl(text: string): BaseUrl {
  const url = new URL(text);
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const path = url.pathname.replace(/\/+$/, "");
  return { origin: { key: `${url.protocol}//${url.host}`, secure, host, port }, host: url.host, path };
}

/** The request target at an OpenAI-compatible server, whose base may or may not name a version (`/v1`, `/v1beta/openai`). */
export function openAiTarget(base: BaseUrl, path: string): string {
  const versioned = /\/v\d[^/]*(?:\/|$)/.test(base.path);
  return `${base.path}${versioned ? "" : "/v1"}${path}`;
}

/** The request target for `pathAndQuery` (which begins with /v1): a base that ends in /v1 already does not get it twice. */
export function targetFor(base: BaseUrl, pathAndQuery: string): string {
  const doubled = base.path.endsWith("/v1") && /^\/v1(?=[/?]|$)/.test(pathAndQuery);
  return base.path + (doubled ? pathAndQuery.slice(3) : pathAndQuery);
}
