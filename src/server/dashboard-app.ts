// Everything under /dashboard: the page, its API, and the headers that keep both to themselves.
import { Hono, type MiddlewareHandler } from "hono";
import { createAccessRoutes } from "./access/access-routes";
import type { BrowserSessions } from "./access/sessions";
import { apiError } from "./api/api-error";
import { createDashboardApi, type DashboardApiOptions } from "./api/dashboard-api";
import type { DashboardEnv } from "./api/dashboard-env";
import { loadPage } from "./page/load-page";
import { createPageApp } from "./page/page-app";

export interface DashboardOptions extends DashboardApiOptions {
  sessions: BrowserSessions;
}

/** No script but the page's own, nothing from elsewhere, in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** The guard of the listener stands before it: Host and Origin are ours by then. */
export function createDashboardApp(options: DashboardOptions): Hono<DashboardEnv> {
  const { sessions } = options;
  const app = new Hono<DashboardEnv>();
  app.use(async (context, next) => {
    await next();
    const { headers } = context.res;
    for (const [name, value] of Object.entries(securityHeaders)) headers.set(name, value);
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  });
  app.use("/dashboard/api/*", requireJson);
  app.route("/dashboard/api", createAccessRoutes(sessions));
  app.use("/dashboard/api/*", async (context, next) => {
    if (sessions.isKnown(context.req.raw.headers, context.env.policy)) return next();
    return apiError(401, "token_required", "The dashboard asks for the client token.", {
      hint: "It is clientToken in the config.",
    });
  });
  app.route("/dashboard/api", createDashboardApi(options));
  app.route("/", createPageApp(loadPage, sessions));
  app.notFound((context) => {
    return apiError(
      404,
      "not_found",
      `There is nothing at ${context.req.method} ${context.req.path.slice(0, 200)}.`,
    );
  });
  app.onError((error) => {
    options.reportBug(error);
    return apiError(500, "internal_error", "The dashboard failed; the log says why.", { hint: "cf logs" });
  });
  return app;
}

/** A page of another site can send forms and plain text without asking, but no JSON. */
const requireJson: MiddlewareHandler<DashboardEnv> = async (context, next) => {
  if (context.req.method === "GET" || context.req.method === "HEAD") return next();
  const type = context.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return next();
  return apiError(415, "json_required", "Changes are sent as JSON.", {
    hint: "Set content-type: application/json.",
  });
};
