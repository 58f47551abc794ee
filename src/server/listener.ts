// One open port: the guard first, then the API on a short path, then our own routes.
import type { Server } from "bun";
import type { Config } from "../config/types";
import { CfError } from "../errors";
import type { ProxyContext } from "../proxy/context";
import { handle } from "../proxy/handle";
import { listModels } from "../proxy/list-models";
import { errorResponse, type OwnError } from "../proxy/own-answer";
import { passThrough } from "../proxy/pass-through";
import { newRequestId } from "../proxy/request-id";
import type { BrowserSessions } from "./access/sessions";
import {
  corsHeaders,
  type GuardPolicy,
  makePolicy,
  preflight,
  refuseOtherPage,
  refuseStranger,
  refuseWithoutToken,
} from "./guard";
import type { HealthReport } from "./health";
import type { MetricsText } from "./metrics/open-metrics";
import type { DashboardHandler } from "./open-dashboard";
import { createProfileApp } from "./profile-app";
import type { Runtime } from "./runtime";

/** Where a listener listens, and for whom. */
export interface ListenerAddress {
  profile: string;
  host: string;
  /** 0: any free one. */
  port: number;
}

export interface ListenerOptions {
  runtime: Runtime;
  health: () => HealthReport;
  metrics: () => Promise<MetricsText>;
  sessions: BrowserSessions;
  instance: string;
  /** Answers what is below `/dashboard`. */
  dashboard: DashboardHandler;
}

export interface Listener {
  readonly profile: string;
  readonly host: string;
  readonly port: number;
  /** Serves `profile` from now on, with what the runtime's config says now. */
  assign(profile: string): void;
  /** Takes no new connections; resolves when the requests under way are done. `now`: cuts them off. */
  close(now: boolean): Promise<void>;
}

/** What a request to this port finds; replaced as a whole when the config changes. */
interface Site {
  profile: string;
  context: ProxyContext;
  policy: GuardPolicy;
  app: { fetch(request: Request): Response | Promise<Response> };
}

/** Opens the port. Throws a CfError that names port and profile: `port_taken` and the like. */
export function openListener(address: ListenerAddress, options: ListenerOptions): Listener {
  const { host } = address;
  /** Ends the dashboard's streams, which would go on for ever. */
  let closing = new AbortController();
  const answerDashboard: Handler = (request, server) => {
    const address = () => server.requestIP(request)?.address ?? "";
    return options.dashboard(request, { policy: site.policy, closing: closing.signal, address });
  };
  let site = makeSite(address.profile, address.port, options);
  const server = listen(address, options.runtime, (request, server) =>
    answer(request, site, () => answerDashboard(request, server)),
  );
  const port = server.port ?? address.port;
  if (port !== address.port) site = makeSite(address.profile, port, options);
  return {
    get profile() {
      return site.profile;
    },
    host,
    port,
    assign: (profile) => {
      if (profile === site.profile && site.context.current() === site.context) return;
      const { tokenDigest } = site.policy;
      site = makeSite(profile, port, options);
      if (Bun.deepEquals(tokenDigest, site.policy.tokenDigest)) return;
      // Whoever watches came in with what counted then: they come back, and are asked anew.
      closing.abort();
      closing = new AbortController();
    },
    close: (now) => {
      closing.abort();
      return server.stop(now);
    },
  };
}

function makeSite(
  profile: string,
  port: number,
  { runtime, health, metrics, sessions, instance }: ListenerOptions,
): Site {
  const policy = makePolicy({ ...guardSettings(runtime.config), port });
  const app = createProfileApp({ policy, health, metrics, sessions, instance });
  return { profile, context: runtime.context(profile), policy, app };
}

function guardSettings({ host, allowedHosts, allowedOrigins, clientToken }: Config) {
  return { host, allowedHosts, allowedOrigins, clientToken };
}

function answer(
  request: Request,
  { context, policy, app }: Site,
  dashboard: () => Response | Promise<Response>,
): Response | Promise<Response> {
  const refusal = refuseStranger(request.headers, policy);
  if (refusal !== null) return refuse(refusal);
  if (isDashboard(request)) {
    // Nobody else's page reads or changes the config, also none that may use the API: no CORS headers here.
    const foreign = refuseOtherPage(request.headers, policy);
    return foreign === null ? dashboard() : refuse(foreign);
  }
  const answered = preflight(request, policy) ?? route(request, context, policy) ?? app.fetch(request);
  const cors = corsHeaders(request.headers, policy);
  return cors === null ? answered : Promise.resolve(answered).then((response) => withHeaders(response, cors));
}

type Handler = (request: Request, server: Server<undefined>) => Response | Promise<Response>;

function listen(address: ListenerAddress, runtime: Runtime, fetch: Handler): Server<undefined> {
  try {
    return Bun.serve({
      hostname: address.host,
      port: address.port,
      // A model may think in silence for minutes; the deadlines are ours.
      idleTimeout: 0,
      // Larger bodies are refused by us, in the shape that clients read.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      // Without development, Bun shares a port with whoever else does: two proxies would get every other request each.
      reusePort: false,
      fetch,
      error: (error) => {
        runtime.reportBug(error);
        return refuse({ status: 500, type: "api_error", message: "The proxy failed; its log says why." });
      },
    });
  } catch (error) {
    throw explainListenError(error, address);
  }
}

/** The API's routes; null for every other path. */
function route(
  request: Request,
  context: ProxyContext,
  policy: GuardPolicy,
): Response | Promise<Response> | null {
  const target = targetOf(request.url);
  if (!target.startsWith("/v1/")) return null;
  const stranger = refuseWithoutToken(request.headers, policy);
  if (stranger !== null) return refuse(stranger);
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  if (request.method === "POST") {
    if (path === "/v1/messages") return handle(request, "messages", target, context);
    if (path === "/v1/messages/count_tokens") return handle(request, "count_tokens", target, context);
  }
  if (request.method === "GET" && /^\/v1\/models(\/[^/]+)?$/.test(path))
    return listModels(request, target, context);
  return passThrough(request, target, context);
}

function isDashboard(request: Request): boolean {
  return /^\/dashboard(?:[/?]|$)/.test(targetOf(request.url));
}

/** Path and query as they stood on the request line. */
function targetOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  return start < 0 ? "/" : url.slice(start);
}

function refuse(error: OwnError): Response {
  return errorResponse(error, newRequestId());
}

function withHeaders(response: Response, headers: Record<string, string>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

function explainListenError(error: unknown, { profile, host, port }: ListenerAddress): CfError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const subject = `Port ${port} of profile ${profile}`;
  const cause = { cause: error };
  switch (code) {
    case "EADDRINUSE": {
      const hint = "Stop the program that uses it, or give the profile another port in the config.";
      return new CfError("port_taken", `${subject} is taken.`, { hint, ...cause });
    }
    case "EACCES": {
      const hint = "Choose a port from 1024 upwards.";
      return new CfError("port_forbidden", `${subject} may not be opened.`, { hint, ...cause });
    }
    case "EADDRNOTAVAIL":
    case "EINVAL": {
      const hint = 'Set host in the config to an address of this machine, or to "127.0.0.1".';
      const message = `${subject} cannot be opened: this machine has no address ${host}.`;
      return new CfError("host_unknown", message, { hint, ...cause });
    }
    default:
      return new CfError("listen_failed", `${subject} cannot be opened (${code || String(error)}).`, cause);
  }
}
