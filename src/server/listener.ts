// One profile's port: the guard first, then the API on a short path, then our own routes.
import type { Server } from "bun";
import type { Profile } from "../config/types";
import { CfError } from "../errors";
import type { ProxyContext } from "../proxy/context";
import { handle } from "../proxy/handle";
import { listModels } from "../proxy/list-models";
import { errorResponse, type OwnError } from "../proxy/own-answer";
import { passThrough } from "../proxy/pass-through";
import { newRequestId } from "../proxy/request-id";
import {
  corsHeaders,
  type GuardPolicy,
  makePolicy,
  preflight,
  refuseStranger,
  refuseWithoutToken,
} from "./guard";
import type { HealthReport } from "./health";
import type { DashboardHandler } from "./open-dashboard";
import { createProfileApp } from "./profile-app";
import type { Runtime } from "./runtime";

export interface ListenerOptions {
  profile: Profile;
  /** The port to open; the profile's, or another one for this run. 0: any free one. */
  port: number;
  runtime: Runtime;
  health: () => HealthReport;
  instance: string;
  /** Answers what is below /dashboard. */
  dashboard: DashboardHandler;
}

export interface Listener {
  readonly profile: string;
  readonly port: number;
  /** Takes no new connections; resolves when the requests under way are done. `now`: cuts them off. */
  close(now: boolean): Promise<void>;
}

/** Opens the port. Throws a CfError `port_taken` that names port and profile. */
export function openListener(options: ListenerOptions): Listener {
  const { profile, port, runtime, health, instance } = options;
  const { config } = runtime;
  let policy = makePolicy({ ...config, port });
  const context = runtime.context(profile);
  let app = createProfileApp({ policy, health, instance });
  const closing = new AbortController();
  const answerOurs = (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/dashboard" && !pathname.startsWith("/dashboard/")) return app.fetch(request);
    return options.dashboard(request, { policy, closing: closing.signal });
  };
  const server = listen(options, (request) => {
    const refusal = refuseStranger(request.headers, policy);
    if (refusal !== null) return refuse(refusal);
    const answered = preflight(request, policy) ?? route(request, context, policy) ?? answerOurs(request);
    const cors = corsHeaders(request.headers, policy);
    return cors === null
      ? answered
      : Promise.resolve(answered).then((response) => withHeaders(response, cors));
  });
  const opened = server.port ?? port;
  if (opened !== port) {
    policy = makePolicy({ ...config, port: opened });
    app = createProfileApp({ policy, health, instance });
  }
  return {
    profile: profile.name,
    port: opened,
    close: (now) => {
      closing.abort();
      return server.stop(now);
    },
  };
}

type Handler = (request: Request) => Response | Promise<Response>;

function listen({ profile, port, runtime }: ListenerOptions, fetch: Handler): Server<undefined> {
  try {
    return Bun.serve({
      hostname: runtime.config.host,
      port,
      // A model may think in silence for minutes; the deadlines are ours.
      idleTimeout: 0,
      // Larger bodies are refused by us, in the shape that clients read.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      fetch,
      error: (error) => {
        runtime.reportBug(error);
        return refuse({ status: 500, type: "api_error", message: "The proxy failed; its log says why." });
      },
    });
  } catch (error) {
    throw explainListenError(error, profile.name, port);
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

function explainListenError(error: unknown, profile: string, port: number): CfError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const cause = { cause: error };
  if (code === "EADDRINUSE") {
    const hint = "Stop the program that uses it, or give the profile another port in the config.";
    return new CfError("port_taken", `Port ${port} of profile ${profile} is taken.`, { hint, ...cause });
  }
  if (code === "EACCES") {
    const hint = "Choose a port from 1024 upwards.";
    return new CfError("port_forbidden", `Port ${port} of profile ${profile} may not be opened.`, {
      hint,
      ...cause,
    });
  }
  return new CfError(
    "listen_failed",
    `Port ${port} of profile ${profile} cannot be opened (${code || String(error)}).`,
    cause,
  );
}
