// Who may talk to us: stops DNS rebinding, web pages and strangers before any route runs.
import { createHash, timingSafeEqual } from "node:crypto";

/** What the guard of one listener lets in. Made once per config with `makePolicy`. */
export interface GuardPolicy {
  readonly port: number;
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  readonly ownOrigins: ReadonlySet<string>;
  /** SHA-256 of the client token, or null when none is asked for. */
  readonly tokenDigest: Buffer | null;
}

export interface GuardSettings {
  port: number;
  host: string;
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  clientToken: string | null;
}

export type Refusal = {
  status: 401 | 403;
  type: "authentication_error" | "permission_error";
  message: string;
};

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];
const wildcardAddresses = new Set(["0.0.0.0", "::"]);

/** Builds the policy of the listener on `settings.port`. */
export function makePolicy(settings: GuardSettings): GuardPolicy {
  const names = [...loopbackNames];
  // An address that the user bound on purpose cannot be rebound by DNS: only names can.
  if (!wildcardAddresses.has(settings.host)) {
    names.push(settings.host.includes(":") ? `[${settings.host}]` : settings.host);
  }
  const authorities = names.flatMap((name) => withPort(name.toLowerCase(), settings.port));
  return {
    port: settings.port,
    hosts: new Set([...authorities, ...settings.allowedHosts.map((host) => host.toLowerCase())]),
    origins: new Set(settings.allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, ""))),
    ownOrigins: new Set(authorities.map((authority) => `http://${authority}`)),
    tokenDigest: settings.clientToken === null ? null : digest(settings.clientToken),
  };
}

/** The reason to refuse a request from its Host, Origin and Sec-Fetch-Site headers, or null to let it in. */
export function refuseStranger(headers: Headers, policy: GuardPolicy): Refusal | null {
  const host = headers.get("host")?.toLowerCase() ?? "";
  if (!isOurHost(host, policy)) {
    return forbidden(
      `The Host header ${quote(host)} is not this proxy's. Use http://localhost:${policy.port}, or add the name to allowedHosts in the config.`,
    );
  }
  const origin = headers.get("origin")?.toLowerCase();
  if (origin !== undefined) {
    if (policy.ownOrigins.has(origin) || policy.origins.has(origin)) return null;
    return forbidden(
      `Web pages of ${quote(origin)} may not use this proxy. To allow it, add the origin to allowedOrigins in the config.`,
    );
  }
  const site = headers.get("sec-fetch-site")?.toLowerCase();
  if (site === "cross-site" || site === "same-site") {
    return forbidden("Other web pages may not use this proxy (Sec-Fetch-Site).");
  }
  return null;
}

/**
 * The reason to refuse a request of another page than our own, whatever the config allows it elsewhere; null to let it in.
 * Behind a reverse proxy our page has an allowed origin, whose host is then the request's.
 */
export function refuseOtherPage(headers: Headers, policy: GuardPolicy): Refusal | null {
  const origin = headers.get("origin")?.toLowerCase() ?? null;
  if (origin === null || policy.ownOrigins.has(origin)) return null;
  if (origin.replace(/^https?:\/\//, "") === headers.get("host")?.toLowerCase()) return null;
  return forbidden(`Web pages of ${quote(origin)} may use the API but not the dashboard.`);
}

/** The reason to refuse a request that does not carry the client token (as `x-api-key` or Bearer), or null. */
export function refuseWithoutToken(headers: Headers, policy: GuardPolicy): Refusal | null {
  if (policy.tokenDigest === null) return null;
  const bearer = /^bearer\s+(.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  for (const candidate of [headers.get("x-api-key"), bearer]) {
    if (candidate != null && isClientToken(candidate, policy)) return null;
  }
  return {
    status: 401,
    type: "authentication_error",
    message: "This proxy asks for its client token, as x-api-key or as Authorization: Bearer.",
  };
}

/** Whether `candidate` is the client token; true if none is asked for. */
export function isClientToken(candidate: string, policy: GuardPolicy): boolean {
  return policy.tokenDigest === null || timingSafeEqual(digest(candidate.trim()), policy.tokenDigest);
}

/** The CORS headers for an origin that the config allows; none for anybody else. */
export function corsHeaders(headers: Headers, policy: GuardPolicy): Record<string, string> | null {
  const origin = headers.get("origin");
  if (origin === null || !policy.origins.has(origin.toLowerCase())) return null;
  return { "access-control-allow-origin": origin, vary: "Origin" };
}

/** The answer to a preflight of an allowed origin, or null if the request is not one. */
export function preflight(request: Request, policy: GuardPolicy): Response | null {
  const allowed = request.method === "OPTIONS" ? corsHeaders(request.headers, policy) : null;
  if (allowed === null || !request.headers.has("access-control-request-method")) return null;
  return new Response(null, {
    status: 204,
    headers: {
      ...allowed,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "",
      "access-control-max-age": "600",
    },
  });
}

function isOurHost(host: string, policy: GuardPolicy): boolean {
  if (policy.hosts.has(host)) return true;
  // An allowed name without a port stands for every port: it is a reverse proxy's name, whose port is not ours.
  const withoutPort = host.replace(/:\d+$/, "");
  return withoutPort !== host && !isLoopbackName(withoutPort) && policy.hosts.has(withoutPort);
}

function isLoopbackName(name: string): boolean {
  return loopbackNames.includes(name);
}

function withPort(name: string, port: number): string[] {
  return port === 80 ? [name, `${name}:80`] : [`${name}:${port}`];
}

function forbidden(message: string): Refusal {
  return { status: 403, type: "permission_error", message };
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 100).replace(/[^\x20-\x7e]/g, "?"));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
